"""A process with a synchronous graph on our checkpointer: it asks a question, and waits; or it is resumed with an answer.

python sync_child.py ask|answer HOME here|there
"""

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt
from typing_extensions import TypedDict

from crash_child import report
from hugginggpt.checkpoints.open import open_checkpointer, url_of

CONFIG: Any = {"configurable": {"thread_id": "t"}}


class Counted(TypedDict):
    """State of a graph that counts."""

    count: int


def first(state: Counted) -> Counted:
    """Prints a line whenever it runs."""
    report("first")
    return {"count": state["count"] + 1}


def question(state: Counted) -> Counted:
    """Adds the answer."""
    return {"count": state["count"] + interrupt("how many?")}


def work(saver: Any, mode: str) -> None:
    """All calls are synchronous."""
    builder = StateGraph(Counted)
    builder.add_node("first", first)
    builder.add_node("question", question)
    builder.add_edge(START, "first")
    builder.add_edge("first", "question")
    builder.add_edge("question", END)
    graph = builder.compile(checkpointer=saver)
    if mode == "ask":
        graph.invoke({"count": 0}, CONFIG)
        report("asked")
        time.sleep(600)  # until it is killed
    graph.invoke(Command(resume=10), CONFIG)
    report(str([snapshot.values.get("count") for snapshot in graph.get_state_history(CONFIG)]))
    saver.delete_thread("t")
    report(str(graph.get_state(CONFIG).values))


async def main(mode: str, home: Path, *, here: bool) -> None:
    """`here`: in the thread of the event loop; else in another one."""
    async with open_checkpointer(url_of(home)) as saver:
        if here:
            work(saver, mode)
        else:
            await asyncio.to_thread(work, saver, mode)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), here=sys.argv[3] == "here"))

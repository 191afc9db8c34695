"""A process whose agent calls `as_tool`, and which is killed while the second of three tasks runs.

python tool_child.py HOME
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from langchain_core.messages import AIMessage, AnyMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.prebuilt import ToolNode
from typing_extensions import TypedDict

from hugginggpt import as_tool
from hugginggpt.checkpoints.database import Database
from hugginggpt.checkpoints.ledger import SqliteLedger
from hugginggpt.checkpoints.open import open_checkpointer, url_of
from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import build_graph
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController
from scripting import step

CHAIN = [step(0), step(1, 0), step(2, 1)]


class AgentState(TypedDict):
    """State of the agent."""

    messages: Annotated[list[AnyMessage], add_messages]


def agent(tool: Any, calls: Sequence[dict[str, Any]], saver: Any) -> Any:
    """An agent that calls the tool once with each of `calls`, side by side."""
    asked = [
        {"name": tool.name, "args": call, "id": f"call{number}", "type": "tool_call"}
        for number, call in enumerate(calls)
    ]
    graph = StateGraph(AgentState)
    graph.add_node("model", lambda _: {"messages": [AIMessage("", tool_calls=asked)]})
    graph.add_node("tools", ToolNode([tool]))
    graph.add_edge(START, "model")
    graph.add_edge("model", "tools")
    graph.add_edge("tools", END)
    return graph.compile(checkpointer=saver)


def scripted_tool(home: Path, backend: ScriptedBackend, plan: Any = CHAIN, **given: Any) -> Any:
    """The tool over a scripted world; `given`: arguments of `as_tool`."""
    controller = ScriptedController(plan, answer=lambda run: f"did {run.request.text}")
    graph = build_graph(Settings(home=home), controller=controller, catalog=ScriptedCatalog(), backends=[backend])
    return as_tool(graph, **given)


class Stalling(ScriptedBackend):
    """Stops for ever in task 1."""

    async def run(self, call: Call) -> Sequence[Artifact]:
        made = await super().run(call)
        if call.key == "1":
            sys.stdout.write("stalled\n")
            sys.stdout.flush()
            await asyncio.Event().wait()
        return made


async def main(home: Path) -> None:
    """Run until killed."""
    ledger = SqliteLedger(Database(home / "inner"))
    graph = build_graph(
        Settings(home=home / "inner"),
        controller=ScriptedController(CHAIN),
        catalog=ScriptedCatalog(),
        backends=[Stalling(log=home / "calls.jsonl")],
        ledger=ledger,
    )
    async with open_checkpointer(url_of(home / "outer")) as saver:
        parent = agent(as_tool(graph), [{"request": "go"}], saver)
        await parent.ainvoke({"messages": []}, {"configurable": {"thread_id": "t"}}, durability="sync")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))

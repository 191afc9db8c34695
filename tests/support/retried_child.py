"""A parent graph that tries its node again; as a process, it is killed in the node's second attempt.

python retried_child.py HOME
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from langgraph.graph import START, StateGraph
from langgraph.types import RetryPolicy

from hugginggpt.checkpoints.open import open_checkpointer, url_of
from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.state import GraphInput, State
from hugginggpt.graph.world import build_graph
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController
from tool_child import CHAIN

THREAD: Any = {"configurable": {"thread_id": "t"}}
AGAIN = RetryPolicy(initial_interval=0.01, jitter=False, retry_on=lambda error: isinstance(error, ArithmeticError))


class Broken(ScriptedBackend):
    """Has a bug in the first two calls of task 1; `killed`: its process is, in the second."""

    killed = False

    async def run(self, call: Call) -> Sequence[Artifact]:
        """See `ScriptedBackend`."""
        made = await super().run(call)
        if call.key == "1" and self.killed and self.calls.count("1") == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        if call.key == "1" and self.calls.count("1") <= 2:
            raise ZeroDivisionError("a bug, not an expert's failure")
        return made


def graph_of(home: Path, backend: ScriptedBackend, saver: Any = None) -> Any:
    """The graph, whose answer names the request."""
    controller = ScriptedController(CHAIN, answer=lambda run: f"did {run.request.text}")
    return build_graph(
        Settings(home=home), controller=controller, catalog=ScriptedCatalog(), backends=[backend], checkpointer=saver
    )


def parent_of(node: Any, saver: Any) -> Any:
    """The parent of one node."""
    parent: Any = StateGraph(State, input_schema=GraphInput)
    parent.add_node("hugginggpt", node, retry_policy=AGAIN)
    parent.add_edge(START, "hugginggpt")
    return parent.compile(checkpointer=saver)


async def main(home: Path) -> None:
    """Run until killed."""
    backend = Broken(log=home / "calls.jsonl")
    backend.killed = True
    async with open_checkpointer(url_of(home / "outer")) as saver:
        await parent_of(graph_of(home, backend), saver).ainvoke({"request": "go"}, THREAD)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))

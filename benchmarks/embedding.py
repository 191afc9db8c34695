"""What embedding costs: one task through `tool.invoke` in a warm process, beyond the expert's own time.

python benchmarks/embedding.py [CALLS]

Alone (runs are kept in the home), and in a parent graph with LangGraph's SQLite saver. The expert is scripted and takes no
time, so all that is measured is ours. Budget: 30 ms.
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

from hugginggpt import Settings, as_tool, build_graph
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController

PLAN = [{"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "a b c"}}]


class State(TypedDict, total=False):
    """Of the parent."""

    answer: str


def milliseconds(call: Callable[[int], Any], calls: int) -> tuple[float, float, float]:
    """Median and 90th percentile of the time, median of the CPU; after ten calls that are not counted."""
    taken, worked = [], []
    for number in range(calls + 10):
        start, cpu = time.perf_counter(), time.process_time()
        call(number)
        taken.append((time.perf_counter() - start) * 1000)
        worked.append((time.process_time() - cpu) * 1000)
    return statistics.median(taken[10:]), statistics.quantiles(taken[10:], n=10)[-1], statistics.median(worked[10:])


def main(calls: int) -> None:
    """Print both rows."""
    with TemporaryDirectory() as folder:
        graph = build_graph(
            Settings(home=Path(folder) / "home"),
            controller=ScriptedController(PLAN, answer="done"),
            catalog=ScriptedCatalog(),
            backends=[ScriptedBackend()],
        )
        tool = as_tool(graph)
        print("one task by tool.invoke     median   90 %    CPU   (ms, expert's own time 0; budget 30)")
        print(
            "alone                     {:8.1f} {:6.1f} {:6.1f}".format(
                *milliseconds(lambda _: tool.invoke({"request": "go"}), calls)
            )
        )
        with SqliteSaver.from_conn_string(f"{folder}/parent.db") as saver:
            parent = StateGraph(State)
            parent.add_node("node", lambda _, config: {"answer": tool.invoke({"request": "go"}, config)})
            parent.add_edge(START, "node")
            compiled = parent.compile(checkpointer=saver)

            def nested(number: int) -> None:
                compiled.invoke({"answer": ""}, {"configurable": {"thread_id": str(number)}})

            print("in a parent, SqliteSaver  {:8.1f} {:6.1f} {:6.1f}".format(*milliseconds(nested, calls)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)

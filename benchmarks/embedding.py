"""What embedding costs: one task through `tool.invoke` in a warm process, beyond the expert's own time. Medians, in ms.

invoke_ms, invoke_cpu_ms               alone: runs are kept in the home
in_parent_ms, in_parent_cpu_ms         in the node of a parent graph with LangGraph's SQLite saver
parent_alone_ms, parent_alone_cpu_ms   the same parent with an empty node
added_in_parent_cpu_ms                 the difference of the two, in CPU

The expert is scripted and takes no time, so all that is measured is ours.

python benchmarks/embedding.py [--calls 100] [--json FILE]
"""

import argparse
import json
import statistics
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
WARM_UP = 10
"""Calls that are not counted."""


class State(TypedDict, total=False):
    """Of the parent."""

    answer: str


def parent(node: Callable[[State, Any], State], saver: SqliteSaver) -> Callable[[int], None]:
    """A call of a graph with one node, each in a thread of its own."""
    graph = StateGraph(State)
    graph.add_node("node", node)
    graph.add_edge(START, "node")
    compiled = graph.compile(checkpointer=saver)

    def call(number: int) -> None:
        compiled.invoke({"answer": ""}, {"configurable": {"thread_id": f"{id(node)}-{number}"}})

    return call


def measured(calls: int) -> dict[str, float]:
    """The medians, with the kinds of calls in turn, so that a busy machine slows all alike."""
    taken: dict[str, list[float]] = {}
    with TemporaryDirectory() as folder, SqliteSaver.from_conn_string(f"{folder}/parent.db") as saver:
        graph = build_graph(
            Settings(home=Path(folder) / "home"),
            controller=ScriptedController(PLAN, answer="done"),
            catalog=ScriptedCatalog(),
            backends=[ScriptedBackend()],
        )
        tool = as_tool(graph)
        kinds: dict[str, Callable[[int], Any]] = {
            "invoke": lambda _: tool.invoke({"request": "go"}),
            "in_parent": parent(lambda _, config: {"answer": tool.invoke({"request": "go"}, config)}, saver),
            "parent_alone": parent(lambda _, config: {"answer": "done"}, saver),
        }
        for number in range(WARM_UP + calls):
            for name, call in kinds.items():
                start, cpu = time.perf_counter(), time.process_time()
                call(number)
                if number >= WARM_UP:
                    taken.setdefault(f"{name}_ms", []).append((time.perf_counter() - start) * 1000)
                    taken.setdefault(f"{name}_cpu_ms", []).append((time.process_time() - cpu) * 1000)
    found = {name: round(statistics.median(values), 1) for name, values in taken.items()}
    return found | {"added_in_parent_cpu_ms": round(found["in_parent_cpu_ms"] - found["parent_alone_cpu_ms"], 1)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to this file")
    given = parser.parse_args()
    figures = measured(given.calls)
    for name, value in figures.items():
        print(f"{name:24}{value:8.1f}")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2) + "\n")

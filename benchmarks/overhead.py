"""Overhead of independent no-op tasks: ours beside a bare two-node sub-graph and plain waves, both under LangGraph's own
saver, in turn in one process with the command's garbage collection, so that a busy machine slows all. Medians of five.

overhead_N_ms     wall milliseconds a task, N tasks
stock_N_ms        the same plan sent to a sub-graph of two empty nodes, with AsyncSqliteSaver
share_N           ours as a share of stock; share_N_cpu in CPU time, which other programs affect less
flat_40_s, waves_40_s   40 tasks at once: ours, and sent to one node with a barrier, under AsyncSqliteSaver

python benchmarks/overhead.py [--json FILE] [--sizes 100,1000] [--rounds 5]
"""

import argparse
import asyncio
import gc
import json
import operator
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send
from scheduling import in_waves, scripted, step
from typing_extensions import TypedDict

from hugginggpt.apps.cli.garbage import collect_seldom
from hugginggpt.apps.session import Session
from hugginggpt.graph.plan import Plan

Cost = tuple[float, float]
"""Seconds of wall and of CPU."""


class Done(TypedDict):
    """State of the bare graphs."""

    done: Annotated[list[int], operator.add]


async def ours(count: int) -> Cost:
    """From the plan to the last task's record, in a world on disk."""
    began = ended = (0.0, 0.0)
    with tempfile.TemporaryDirectory() as home:
        async with scripted(home, [step(n) for n in range(count)], 0.0) as world:
            async for event in Session(world).start("go", thread_id="t"):
                if event.event == "plan_ready":
                    began = (time.perf_counter(), time.process_time())
                if event.event == "task_finished":
                    ended = (time.perf_counter(), time.process_time())
    return ended[0] - began[0], ended[1] - began[1]


async def stock(count: int) -> Cost:
    """A bare sub-graph of two nodes for each task, under LangGraph's own saver."""

    async def nothing(state: Any) -> dict[str, Any]:
        return {}

    async def last(state: Any) -> dict[str, list[int]]:
        return {"done": [state["id"]]}

    class One(TypedDict):
        id: int
        done: list[int]

    class Out(TypedDict):
        done: list[int]

    inner = StateGraph(One, output_schema=Out)
    inner.add_node("select", nothing)
    inner.add_node("execute", last)
    inner.add_edge(START, "select")
    inner.add_edge("select", "execute")
    inner.add_edge("execute", END)
    graph = StateGraph(Done)
    graph.add_node("plan", lambda state: {"done": []})
    graph.add_node("task", inner.compile())
    graph.add_edge(START, "plan")
    graph.add_conditional_edges("plan", lambda state: [Send("task", {"id": n}) for n in range(count)], ["task"])
    graph.add_edge("task", END)
    with tempfile.TemporaryDirectory() as home:
        async with AsyncSqliteSaver.from_conn_string(f"{home}/stock.db") as saver:
            compiled = graph.compile(checkpointer=saver)
            began = time.perf_counter(), time.process_time()
            await compiled.ainvoke({"done": []}, {"configurable": {"thread_id": "t"}})
            return time.perf_counter() - began[0], time.process_time() - began[1]


async def measured(kinds: dict[str, Callable[[], Awaitable[Cost]]], rounds: int) -> dict[str, Cost]:
    """The median cost of each kind, run in turn."""
    found: dict[str, list[Cost]] = {name: [] for name in kinds}
    for _ in range(rounds):
        for name, run in kinds.items():
            gc.collect()
            found[name].append(await run())
    return {
        name: (statistics.median(w for w, _ in each), statistics.median(c for _, c in each))
        for name, each in found.items()
    }


async def main(sizes: list[int], rounds: int, file: Path | None) -> None:
    """Measure, print, and write the figures to a file."""
    found: dict[str, float] = {}
    collect_seldom()
    await ours(1)  # warm-up: imports and first connections are not measured
    await stock(1)
    for size in sizes:
        both = await measured({"ours": lambda size=size: ours(size), "stock": lambda size=size: stock(size)}, rounds)
        found |= {
            f"overhead_{size}_ms": both["ours"][0] / size * 1000,
            f"stock_{size}_ms": both["stock"][0] / size * 1000,
            f"overhead_{size}_cpu_ms": both["ours"][1] / size * 1000,
            f"stock_{size}_cpu_ms": both["stock"][1] / size * 1000,
            f"share_{size}": both["ours"][0] / both["stock"][0],
            f"share_{size}_cpu": both["ours"][1] / both["stock"][1],
        }
    plan = Plan.from_hugginggpt([step(n) for n in range(40)])

    async def waves() -> Cost:
        cpu = time.process_time()
        return await in_waves(plan, dict.fromkeys(range(40), 0.0)), time.process_time() - cpu

    flat = await measured({"flat_40": lambda: ours(40), "waves_40": waves}, rounds)
    found |= {f"{name}_s": cost[0] for name, cost in flat.items()} | {f"{n}_cpu_s": c[1] for n, c in flat.items()}
    for key, value in found.items():
        print(f"{key:24}{value:8.3f}")
    if file:
        rounded = {key: round(value, 3) for key, value in found.items()}
        await asyncio.to_thread(file.write_text, json.dumps(rounded, indent=2) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to this file")
    parser.add_argument("--sizes", default="100,1000", help="numbers of tasks")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    asyncio.run(main([int(n) for n in given.sizes.split(",")], given.rounds, given.json))

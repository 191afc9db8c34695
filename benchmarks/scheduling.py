"""Scheduling cost: ratios measured within one run, so that a slow machine slows both sides.

ratio_durable          makespan over the critical path, 20 tasks, ledger and checkpoints on disk (median of 5)
ratio_waves            the same plan sent in waves of ready tasks with a barrier after each, as with Send alone
resume_N_s             resume of a run of N tasks, interrupted while the last one worked alone, without start-up; _cpu_s: CPU

All with the command's garbage collection.

python benchmarks/scheduling.py [--json FILE]
"""

import argparse
import asyncio
import gc
import json
import operator
import statistics
import tempfile
import time
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated, Any

from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send
from typing_extensions import TypedDict

from hugginggpt.apps.cli.garbage import collect_seldom
from hugginggpt.apps.session import Session
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import World, open_world
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController


def step(task_id: int, *dep: int) -> dict[str, Any]:
    """A text task that depends on others."""
    text = " ".join([f"step {task_id}", *(f"<resource>-{other}" for other in dep)])
    return {"task": "text2text-generation", "id": task_id, "dep": list(dep) or [-1], "args": {"text": text}}


def skewed_plan() -> tuple[list[dict[str, Any]], dict[int, float]]:
    """Four chains of five, each slow at another level, so that a barrier waits for all four slow tasks in turn."""
    tasks, latency = [], {}
    for chain in range(4):
        for level in range(5):
            task_id = chain * 5 + level
            tasks.append(step(task_id, *([task_id - 1] if level else [])))
            latency[task_id] = 0.75 if level == chain else 0.13
    return tasks, latency


def critical_path(plan: Plan, latency: dict[int, float]) -> float:
    """Seconds of the longest chain."""
    done: dict[int, float] = {}
    for task in plan.tasks:
        done[task.id] = latency[task.id] + max((done[other] for other in task.depends_on), default=0.0)
    return max(done.values())


async def durable(tasks: list[dict[str, Any]], latency: dict[int, float] | float) -> float:
    """Seconds from the plan to the last task's record, in a world on disk."""
    with tempfile.TemporaryDirectory() as home:
        async with scripted(home, tasks, latency) as world:
            began = ended = 0.0
            async for event in Session(world).start("go", thread_id="t"):
                if event.event == "plan_ready":
                    began = time.perf_counter()
                if event.event == "task_finished":
                    ended = time.perf_counter()
    return ended - began


def scripted(
    home: str, tasks: list[dict[str, Any]], latency: dict[int, float] | float
) -> AbstractAsyncContextManager[World]:
    """A world on disk."""
    return open_world(
        Settings(home=Path(home)),
        controller=ScriptedController(tasks, answer="done"),
        catalog=ScriptedCatalog(),
        backends=[ScriptedBackend(latency=latency)],
    )


async def resume(count: int) -> tuple[float, float]:
    """Seconds of wall and of CPU to resume a run of which all tasks but one are in the ledger."""
    tasks = [step(n, *([n - 1] if n % 4 else [])) for n in range(count)]
    with tempfile.TemporaryDirectory() as home:
        async with scripted(home, tasks, {count - 1: 3600.0}) as world:
            work = asyncio.ensure_future(run_to_end(world))
            while await saved_results(world) < count - 1:  # noqa: ASYNC110  (the saver has no event for it)
                await asyncio.sleep(0.2)
            work.cancel()
            await asyncio.wait([work])
        async with scripted(home, tasks, {}) as world:
            session = Session(world)
            gc.collect()  # of the first half, which a process that resumes has not
            began = time.perf_counter(), time.process_time()
            last = [event async for event in session.resume(await session.history.run())][-1]
            took = time.perf_counter() - began[0], time.process_time() - began[1]
    if last.event != "run_finished" or last.status != "succeeded":
        raise SystemExit("the resumed run did not succeed")
    return took


async def run_to_end(world: World) -> None:
    """Start a run, and let it work."""
    async for _ in Session(world).start("go", thread_id="t"):
        pass


async def saved_results(world: World) -> int:
    """How many tasks have ended and are saved as such by LangGraph, after the checkpoint from which they were sent."""
    saved = await world.graph.newest({"configurable": {"thread_id": "t"}})
    return sum(channel == "results" for _, channel, _ in (saved and saved.pending_writes) or ())


class Waves(TypedDict):
    """State of the graph that sends tasks in waves."""

    done: Annotated[list[int], operator.add]


async def in_waves(plan: Plan, latency: dict[int, float]) -> float:
    """Seconds of the same plan sent in waves, with the same checkpointer and no ledger."""

    async def work(state: Any) -> dict[str, list[int]]:
        await asyncio.sleep(latency[state["id"]])
        return {"done": [state["id"]]}

    def ready(state: Waves) -> list[Send] | str:
        left = [task for task in plan.tasks if task.id not in state["done"]]
        return [Send("work", {"id": t.id}) for t in left if set(t.depends_on) <= set(state["done"])] or END

    graph = StateGraph(Waves)
    graph.add_node("gather", lambda state: {"done": []})
    graph.add_node("work", work)
    graph.add_edge(START, "gather")
    graph.add_conditional_edges("gather", ready, ["work", END])
    graph.add_edge("work", "gather")
    with tempfile.TemporaryDirectory() as home:
        async with AsyncSqliteSaver.from_conn_string(f"{home}/waves.db") as saver:
            compiled = graph.compile(checkpointer=saver)
            began = time.perf_counter()
            await compiled.ainvoke({"done": []}, {"configurable": {"thread_id": "t"}})
            return time.perf_counter() - began


async def main(file: Path | None) -> None:
    """Measure, print, and write the figures to a file."""
    collect_seldom()
    tasks, latency = skewed_plan()
    plan = Plan.from_hugginggpt(tasks)
    path = critical_path(plan, latency)
    await durable([step(0)], 0.0)  # warm-up: imports and first connections are not measured
    found = {
        "critical_path_s": round(path, 3),
        "ratio_durable": round(statistics.median([await durable(tasks, latency) for _ in range(5)]) / path, 3),
        "ratio_waves": round(statistics.median([await in_waves(plan, latency) for _ in range(3)]) / path, 3),
    }
    for count in (100, 1000):
        costs = [await resume(count) for _ in range(3)]
        for name, each in (("s", 0), ("cpu_s", 1)):
            found[f"resume_{count}_{name}"] = round(statistics.median(cost[each] for cost in costs), 3)
    for key, value in found.items():
        print(f"{key:24}{value:8}")
    if file:
        await asyncio.to_thread(file.write_text, json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to this file")
    asyncio.run(main(parser.parse_args().json))

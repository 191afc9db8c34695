"""Random plans with random failures through the real graph, at any concurrency: no run hangs, no result is lost."""

import random
from typing import Any

import pytest

from dags import dependants, random_dag
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.result import Result
from hugginggpt.tools.scripted import ScriptedBackend
from scripting import OpenScripted


@pytest.mark.parametrize("at_once", [None, 1, 2], ids=["all at once", "one at once", "two at once"])
@pytest.mark.parametrize("seed", range(22))
async def test_every_task_ends_and_exactly_the_dependants_of_failures_are_skipped(
    scripted: OpenScripted, seed: int, at_once: int | None
) -> None:
    rng = random.Random(seed)
    dag = random_dag(seed, rng.randint(1, 20), longest=0.005, levels=rng.randint(0, 8))
    tasks = rng.sample(dag.tasks, len(dag.tasks))
    failing = {n: f"task {n} is scripted to fail" for n in dag.deps if rng.random() < 0.15}
    backend = ScriptedBackend(latency=dag.latency, failures=failing)
    config: Any = {"configurable": {"thread_id": "t"}} | ({"max_concurrency": at_once} if at_once else {})
    async with scripted(tasks, backend=backend) as world:
        state = await world.graph.ainvoke({"request": "go"}, config, durability="sync")
    results = {int(key): Result.model_validate(row) for key, row in state["results"].items()}

    plan = Plan.from_hugginggpt(tasks)
    skipped = {below for n in failing for below in dependants(plan, n)}
    failed = set(failing) - skipped
    assert {n for n, result in results.items() if result.status == "skipped"} == skipped
    assert {n for n, result in results.items() if result.status == "failed"} == failed
    assert set(results) == set(dag.deps)
    assert sorted(backend.calls, key=int) == [str(n) for n in sorted(set(dag.deps) - skipped)]
    for n, result in results.items():
        if result.ok:
            assert (result.resources[0].text or dag.texts[n]) == dag.texts[n]
    if at_once:
        assert backend.most_running <= at_once

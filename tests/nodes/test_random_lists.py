"""Random plans over lists with random failures: every result is the one by hand, and a retry repeats no other call."""

import random

import pytest

from hugginggpt.apps.session import Session
from hugginggpt.graph.result import Result
from hugginggpt.tools.scripted import ScriptedBackend
from list_plans import Outcome, list_plan
from scripting import OpenScripted, ask, last


def made(results: list[dict[str, object]]) -> dict[int, Outcome]:
    """The recorded results, as `by_hand` names them; `complete` is not compared."""
    found = {}
    for result in map(Result.model_validate, results):
        texts = dict(zip(result.places("text"), (each.text or "" for each in result.resources), strict=True))
        found[result.task_id] = Outcome(result.status, texts, frozenset(), True)
    return found


@pytest.mark.parametrize("seed", range(60))
async def test_every_result_is_the_one_by_hand_and_a_retry_repeats_no_call_that_it_need_not(
    scripted: OpenScripted, seed: int
) -> None:
    plan, rng = list_plan(seed), random.Random(seed)
    failing = frozenset(key for key in plan.keys if rng.random() < rng.choice((0.05, 0.25, 0.6)))
    backend = ScriptedBackend(failures={key: ["it is damaged", None] for key in failing})
    async with scripted(plan.tasks, backend=backend) as world:
        first = last(await ask(world))
        outcomes, calls, complete = plan.by_hand(failing)
        for task_id, outcome in made(first.results).items():
            assert (outcome.status, outcome.texts) == (outcomes[task_id].status, outcomes[task_id].texts), task_id
        assert sorted(backend.calls) == sorted(calls)
        if first.status == "succeeded":
            return
        before = len(backend.calls)
        session = Session(world)
        again = [event async for event in session.retry(await session.history.run())]
        while last(again).status != "succeeded":  # a call that was skipped first may fail in its turn
            again = [event async for event in session.retry(await session.history.run())]
    whole, every, _ = plan.by_hand(frozenset())
    results = made(last(again).results)
    assert {n: outcome.texts for n, outcome in results.items()} == {n: outcome.texts for n, outcome in whole.items()}
    assert set(backend.calls[before:]) == every - (complete - failing)

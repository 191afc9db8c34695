"""Before anything is spent, a plan says what it is expected to: calls, tokens, dollars, seconds; the unknown is not 0."""

import json
from pathlib import Path
from typing import Any

import pytest
from langgraph.types import Command

import hugginggpt
from hugginggpt.apps.cli.arguments import approval_of
from hugginggpt.apps.session import Session
from hugginggpt.graph.advice import call_advises
from hugginggpt.graph.approval import asks, checked_approval
from hugginggpt.graph.errors import UsageError
from hugginggpt.graph.estimate import Amounts, Estimate, Measured, TaskEstimate
from hugginggpt.graph.events import Event, PlanReady, RunWaiting
from hugginggpt.graph.options import Options
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.price import model_price
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.nodes.estimates import Estimates, over_budget
from hugginggpt.nodes.expert_calls import place_of
from hugginggpt.tools.scripted import ScriptedChatModel, scripted_expert, serve
from scripting import OpenScripted, last

SENTENCE = {"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "Boats."}}
SPOKEN = [SENTENCE, {"task": "text-to-speech", "id": 1, "dep": [0], "args": {"text": "<resource>-0"}}]
NAMES = {"summarization": "m2", "text-to-speech": "m-3", "document-to-images": "p-3", "image-to-text": "i"}
"""Experts; each takes as many seconds as its name has characters."""
PAGES = [
    {"task": "document-to-images", "id": 0, "dep": [-1], "args": {"document": "a.pdf"}},
    {"task": "image-to-text", "id": 1, "dep": [0], "args": {"image": "<resource>-0"}},
]


class Known:
    """A ledger of measurements only."""

    def __init__(self, measured: Measured) -> None:
        self._measured = measured

    async def measured(self, _: object) -> Measured:
        return self._measured


async def planned(home: Path, url: str, where: str, **settings: str) -> Estimate:
    """Two runs of one request: the estimate of the second."""
    given = Settings(home=home, llm=f"openai:m@{url}/v1", retries=0, **settings)  # type: ignore[arg-type]
    options = Options(where=(where,), select="rank")
    async with open_world(given) as world:
        for _ in range(2):
            events = [e async for e in Session(world).start("Sum up", thread_id="t", options=options)]
    (ready,) = [event for event in events if isinstance(event, PlanReady)]
    assert ready.estimate
    return ready.estimate


async def test_tokens_dollars_and_seconds_come_from_what_earlier_calls_used_here(home: Path) -> None:
    with serve(ScriptedChatModel([SENTENCE], answer="Done [0].")) as server:
        estimate = await planned(home, server.url, "chat", llm_price="1/10")

    (task,) = estimate.tasks
    assert (task.calls, task.tokens, task.cost) == (1, 18, pytest.approx((11 + 70) / 1e6))
    assert (task.backend, task.seconds is not None) == ("chat", True)
    assert estimate.controller.calls == 1
    assert estimate.total.calls == 2


async def test_what_was_never_measured_or_priced_is_unknown(scripted: OpenScripted) -> None:
    async with scripted([SENTENCE]) as world:
        events = [event async for event in Session(world).start("Sum up", thread_id="t", options=ASKING)]
        again = [event async for event in Session(world).resume(await Session(world).run())]
        done = [event async for event in Session(world).resume(await Session(world).run(), True)]
        known = [event async for event in Session(world).start("Sum up", thread_id="t", options=ASKING)]

    total = estimate_in(events).total
    assert (total.calls, total.cost, total.seconds) == (0, None, None)
    assert str(total) == "time unknown, cost unknown"
    assert estimate_in(again) == estimate_in(events)
    assert done[-1].event == "run_finished"
    assert estimate_in(known).total.seconds is not None


ASKING = Options(approve="always")


def estimate_in(events: list[Event]) -> Estimate:
    (waiting,) = [event for event in events if isinstance(event, RunWaiting)]
    assert waiting.estimate
    return waiting.estimate


async def test_the_interrupt_for_agents_and_studio_has_the_estimate(scripted: OpenScripted) -> None:
    async with scripted([SENTENCE]) as world:
        config = {"configurable": {"thread_id": "t"}}
        given = {"request": "Sum up", "options": {"approve": "always"}}
        state = await world.graph.ainvoke(given, config)  # type: ignore[arg-type]
    question = state["__interrupt__"][0].value
    assert question["estimate"]["tasks"][0]["task_id"] == 0
    assert "Estimate: time unknown, cost unknown." in question["description"]
    assert json.dumps(question)


def test_seconds_in_all_are_those_of_the_longest_chain() -> None:
    plan = Plan.from_hugginggpt([*SPOKEN, {**SENTENCE, "id": 2}])
    tasks = [TaskEstimate(task_id=id, seconds=seconds, cost=0.5) for id, seconds in enumerate((1.0, 2.0, 2.5))]
    total = Estimate.of(plan, tasks, Amounts(calls=1, seconds=4.0)).total
    assert (total.seconds, total.cost, total.calls) == (7.0, 1.5, 1)


async def test_the_first_call_of_an_expert_in_a_process_is_marked(scripted: OpenScripted) -> None:
    async with scripted([SENTENCE, {**SENTENCE, "id": 1, "args": {"text": "<resource>-0"}}]) as world:
        for marks in ([True, False], [False, False]):
            async for _ in Session(world).start("Sum up", thread_id="t"):
                pass
            assert [row.first_call for row in (await Session(world).history.run()).results] == marks


async def test_start_up_counts_once_where_the_expert_is_still_to_be_called_for_the_first_time(
    scripted: OpenScripted,
) -> None:
    """Where only first calls were measured, the estimate says so, unless the next is one."""
    of, expert = ("summarization", "m"), scripted_expert("summarization", "m")
    both, only = Measured({of: 1.0}, first={of: 5.0}), Measured({of: 5.0}, first={of: 5.0}, only_first={of})
    here, two = {place_of(expert)}, [SENTENCE, {**SENTENCE, "id": 1}]
    async with scripted([]) as world:
        for measured, called, tasks, seconds, is_remarked in (
            (both, set[str](), two, [5.0, 1.0], False),
            (both, here, two, [1.0, 1.0], False),
            (only, set[str](), two, [5.0, 5.0], True),
            (only, set[str](), two[:1], [5.0], False),
            (only, here, two[:1], [5.0], True),
        ):
            ledger: Any = Known(measured)
            estimates = Estimates(
                ledger=ledger, controllers=world.estimates.controllers, prices=lambda _: (0.0, 0.0), called=called
            )
            plan = Plan.from_hugginggpt(tasks)
            found = await estimates.of(plan, Options(), "go", {task.id: [expert] for task in plan.tasks})
            assert [task.seconds for task in found.tasks] == seconds
            assert ("m with the start-up of a first one: no other was measured" in str(found)) == is_remarked


async def test_a_list_is_estimated_by_its_members_and_is_unknown_where_their_number_is(scripted: OpenScripted) -> None:
    texts: list[dict[str, Any]] = [{**SENTENCE, "args": {"text": ["a", "b", "c"]}}, *SPOKEN[1:]]
    async with scripted([]) as world:
        known: Any = Known(Measured({(task_type, name): len(name) for task_type, name in NAMES.items()}))
        estimates = Estimates(
            ledger=known,
            controllers=world.estimates.controllers,
            prices=lambda _: (0.0, 0.0),
        )
        for tasks, seconds in ((texts, [6.0, 9.0]), (PAGES, [3.0, None])):
            plan = Plan.from_hugginggpt(tasks)
            experts = {task.id: [scripted_expert(task.type, NAMES[task.type])] for task in plan.tasks}
            found = await estimates.of(plan, Options(), "go", experts)
            assert [task.seconds for task in found.tasks] == seconds
            assert found.total.cost == 0


def test_a_price_is_that_of_the_controller_or_of_the_model_that_it_names() -> None:
    settings = Settings(llm="openai:m@http://127.0.0.1:1/v1", llm_price="1/10, openai:other=0/0")
    prices = [model_price(settings, name) for name in ("openai:m", "openai:other@http://x/v1", "openai:third")]
    assert prices == [(1, 10), (0, 0), None]
    for wrong in ("cheap", "1", "1/x", "-1/2", "nan/1", "a=b"):
        with pytest.raises(UsageError, match="HUGGINGGPT_LLM_PRICE is"):
            model_price(Settings(llm="openai:m", llm_price=wrong), "openai:m")


@pytest.mark.parametrize(
    ("approve", "why"),
    [
        ("never", []),
        ("cost > $0.50", []),
        ("COST>0.1", ["the estimate of cost (0.25) is over 0.1"]),
        ("tokens>1 or calls>9", ["the estimate of tokens is unknown, which counts as over 1"]),
        ("seconds>1, calls>2", ["the estimate of seconds (1.5) is over 1", "the estimate of calls (3) is over 2"]),
    ],
)
def test_a_run_asks_where_its_estimate_is_over_a_limit_or_may_be(approve: str, why: list[str]) -> None:
    estimate = Estimate(total=Amounts(calls=3, tokens=None, cost=0.25, seconds=1.5))
    assert asks(checked_approval(approve), estimate) == (bool(why), why)


@pytest.mark.parametrize(
    "wrong", ["", "sometimes", "cost>", "cost<1", "cost>0.1,", "price>1", "cost>-1", "cost>1,cost>5", 3, None]
)
def test_a_limit_that_can_t_be_read_is_refused_in_words_by_command_python_and_tool(wrong: Any, home: Path) -> None:
    with pytest.raises(UsageError, match=r"approve.*('cost>0.10'|must name cost once)"):
        hugginggpt.run("go", options={"approve": wrong}, settings=Settings(home=home))
    if wrong is not None:
        with pytest.raises(UsageError, match=r"approve is .* must (be always, never|name cost once)"):
            hugginggpt.as_tool(approve=wrong)
    with pytest.raises(UsageError, match=r"--approve must (be always, never, or|name cost once)"):
        approval_of(wrong)


async def test_a_refusal_is_respected_though_a_later_estimate_is_under_the_limit(scripted: OpenScripted) -> None:
    options = Options(approve="seconds>9")
    async with scripted([SENTENCE]) as world:
        session = Session(world)
        events = [event async for event in session.start("Sum up", thread_id="t", options=options)]
        (waiting,) = [event for event in events if isinstance(event, RunWaiting)]
        assert waiting.question == "run this plan?; the estimate of seconds is unknown, which counts as over 9"
        other = [event async for event in session.start("Sum up", thread_id="other")]  # measures it
        assert other[-1].event == "run_finished"
        refused = [event async for event in session.resume(await session.run(events[0].run_id), False)]
        under = [event async for event in session.start("Sum up", thread_id="third", options=options)]
    assert (last(refused).status, last(under).status) == ("refused", "succeeded")


async def test_a_reply_that_can_t_be_read_is_asked_again_under_a_limit_too(scripted: OpenScripted) -> None:
    async with scripted([SENTENCE]) as world:
        session = Session(world)
        options = Options(approve="cost>1")
        _ = [event async for event in session.start("Sum up", thread_id="t", options=options)]
        config: Any = {"configurable": {"thread_id": "t"}}
        state = await world.graph.ainvoke(Command(resume="hm"), config)
        (problem,) = state["__interrupt__"][0].value["problems"]
        assert "neither approval nor refusal" in problem
        assert (await world.graph.ainvoke(Command(resume="yes"), config))["run"]["status"] == "succeeded"


def test_an_estimate_over_a_budget_is_said_before_anything_is_spent() -> None:
    estimate = Estimate(total=Amounts(calls=3, tokens=None, cost=0.25, seconds=1.5))
    with call_advises("command"):
        said = over_budget(Options(max_cost=0.1, max_seconds=2, max_tokens=1, thread_max_llm_calls=2), estimate)
    assert said == [
        "the estimate of calls (3) is over --thread-budget 'calls=2': the run may stop there",
        "the estimate of cost (0.25) is over --max-cost 0.1: the run may stop there",
    ]

"""A run and its conversation stop at their limits of calls, tokens, dollars and time: clearly and resumably."""

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import hugginggpt
from hugginggpt.apps.changes import Changes
from hugginggpt.apps.cli.arguments import thread_limits_of
from hugginggpt.apps.cli.common_options import Limits
from hugginggpt.apps.session import Session
from hugginggpt.graph.advice import call_advises
from hugginggpt.graph.deadline import checked_deadline, seconds_until, set_deadline
from hugginggpt.graph.errors import ExpertError, LimitReached, UsageError
from hugginggpt.graph.events import Event
from hugginggpt.graph.options import LIMITS, Options
from hugginggpt.graph.price import call_price
from hugginggpt.graph.result import Run
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import World, open_world
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedChatModel, scripted_expert, serve
from scripting import OpenScripted, last

SENTENCE = {"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "Boats."}}
SLOW = {"task": "summarization", "id": 1, "dep": [0], "args": {"text": "<resource>-0"}}
LIST = [{"task": "summarization", "id": 0, "dep": [-1], "args": {"text": ["Boats.", "Ships.", "Rafts."]}}]
TOKENS = 18
"""Of each call to the scripted model; a dollar each with the price `1e6/1e6` would be 18."""


async def go(world: World, *, thread: str = "t", **limits: Any) -> list[Event]:
    options = Options(select="rank", **limits)
    return [event async for event in Session(world).start("Sum up", thread_id=thread, options=options)]


async def go_on(world: World, **limits: Any) -> list[Event]:
    run = await Session(world).run()
    if limits:
        await world.ledger.runs.set_limits(run.run_id, Options(**limits))
    return [event async for event in Session(world).resume(run)]


def priced(home: Path, url: str, price: str = "1/10", **settings: Any) -> Settings:
    """18 tokens a call: 11 in, 7 out, 0.000081 dollars."""
    return Settings(home=home, llm=f"openai:m@{url}/v1", llm_price=price, retries=0, **settings)


async def test_dollars_are_counted_before_each_call_and_a_raised_limit_resumes(home: Path) -> None:
    with serve(ScriptedChatModel([SENTENCE], answer="Done [0].")) as server:
        async with open_world(priced(home, server.url)) as world:
            with pytest.raises(LimitReached, match=r"has spent \$8.1e-05 of \$8e-05 that it may spend") as stopped:
                await go(world, max_cost=0.00008)
            assert "; done: nothing; not done: 0 (summarization)" in stopped.value.message
            assert "options={'max_cost': DOLLARS}" in stopped.value.hint
            assert stopped.value.exit_code == 1
            run = await Session(world).run()
            assert (run.status, run.options.max_cost) == ("interrupted", 0.00008)
            assert last(await go_on(world, max_cost=1)).status == "succeeded"


async def test_a_model_without_a_price_is_not_called_under_a_limit_of_dollars(home: Path) -> None:
    with serve(ScriptedChatModel([SENTENCE])) as server:
        async with open_world(priced(home, server.url, price="other:m=1/1")) as world:
            with pytest.raises(
                LimitReached, match="the price of openai:m is not known; nothing was planned"
            ) as refused:
                await go(world, max_cost=5)
            assert "HUGGINGGPT_LLM_PRICE=openai:m=IN/OUT" in refused.value.hint
        assert server.requests == []


async def test_an_expert_without_a_price_is_not_called_under_a_limit_of_dollars(scripted: OpenScripted) -> None:
    backend = ScriptedBackend()
    async with scripted([SENTENCE], backend=backend) as world:
        with pytest.raises(LimitReached, match=r"no price is known for the experts of tasks 0 \(scripted"):
            await go(world, thread_max_cost=5)
    assert backend.calls == []


async def test_calls_that_are_paid_by_the_call_are_estimated_asked_for_and_counted_and_never_go_over_a_limit(
    scripted: OpenScripted,
) -> None:
    """Each attempt costs what the user stated, by the server or by the setting; what is over the limit is not called."""
    backend = ScriptedBackend(failures={0: [ExpertError("busy", retryable=True, retry_after=0.01), None]})
    catalog = ScriptedCatalog([scripted_expert("summarization", "paid", price=0.02)])
    async with scripted([SENTENCE, SLOW], backend=backend, catalog=catalog, retries=1) as world:
        waiting = await go(world, thread="u", approve="cost>0.03")
        assert "the estimate of cost (0.04) is over 0.03" in str(waiting[-2])
        with pytest.raises(LimitReached, match=r"has spent \$0.04 of \$0.05 that .* and a call to paid costs \$0.02"):
            await go(world, max_cost=0.05)
        assert backend.calls == ["0", "0"], "the second attempt of task 0 was the last that could be paid"
        run = await Session(world).run()
        assert [(call.stage, call.usage.cost) for call in await world.ledger.llm_calls.of_run(run.run_id)] == [
            ("call", 0.02), ("call", 0.02),
        ]  # fmt: skip
        ended = last(await go_on(world, max_cost=0.06))
        assert (ended.status, ended.usage.cost, ended.usage.llm_calls) == ("succeeded", pytest.approx(0.06), 0)
        fork = [each async for each in Session(world).fork(run, Changes(thread_id="v"))]
        assert last(fork).usage.cost is None, "what is recorded is not paid again"


async def test_a_list_of_unknown_length_is_no_call_without_a_price(scripted: OpenScripted, tmp_path: Path) -> None:
    """Each of its calls is counted before it is made."""
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7")
    pages = [
        {"task": "document-to-images", "id": 0, "dep": [-1], "args": {"document": str(tmp_path / "report.pdf")}},
        {"task": "image-to-text", "id": 1, "dep": [0], "args": {"image": "<resource>-0"}},
    ]
    catalog = ScriptedCatalog(
        [scripted_expert("document-to-images", "free", price=0), scripted_expert("image-to-text", "paid", price=0.02)]
    )
    async with scripted(pages, backend=ScriptedBackend(), catalog=catalog) as world:
        run = last(await go(world, max_cost=0.05))  # raises `LimitReached` where a price is lacking
    assert [row["key"] for row in run.results] == ["0", "1"]


@pytest.mark.parametrize("plan", [[SENTENCE | {"id": n} for n in range(3)], LIST], ids=["tasks", "members of a list"])
async def test_calls_under_way_when_another_is_refused_for_its_cost_are_kept(
    scripted: OpenScripted, plan: list[dict[str, Any]]
) -> None:
    """They are paid: to end them would lose what they give, and to make them again would cost it twice."""
    backend = ScriptedBackend(latency=0.1)
    catalog = ScriptedCatalog([scripted_expert("summarization", "paid", price=0.02)])
    async with scripted(plan, backend=backend, catalog=catalog) as world:
        with pytest.raises(LimitReached, match=r"has spent \$0.04 of \$0.05"):
            await go(world, max_cost=0.05)
        assert last(await go_on(world, max_cost=1)).usage.cost == pytest.approx(0.06)
    assert len(backend.calls) == len(set(backend.calls))


def test_the_price_of_a_call_is_that_of_its_model_else_of_its_provider_else_of_its_place(home: Path) -> None:
    expert = scripted_expert("summarization", "me/model", backend="hf", provider="fal-ai", price=9)
    for prices, known in (
        ("hf=1, fal-ai=2,me/model=0.5", 0.5), ("hf=1,fal-ai=2", 2), ("hf=0", 0), ("", 9), ("other=1", 9),
    ):  # fmt: skip
        assert call_price(Settings(home=home, call_price=prices), expert) == known
    for wrong in ("1", "hf=", "hf=-1", "hf=inf", "hf=1/2"):
        with pytest.raises(UsageError, match="HUGGINGGPT_CALL_PRICE is"):
            call_price(Settings(home=home, call_price=wrong), expert)


async def test_a_conversation_has_limits_of_its_own_that_runs_forks_and_resumes_share(home: Path) -> None:
    with serve(ScriptedChatModel([SENTENCE], answer="Done [0].")) as server:
        async with open_world(priced(home, server.url)) as world:
            limit: dict[str, Any] = {"thread_max_llm_calls": 4}
            assert last(await go(world, **limit, where=("chat",))).status == "succeeded"  # plan, expert
            calls = len(server.requests)
            assert calls == 2
            assert last(await go(world, **limit, where=("chat",))).status == "succeeded"
            with pytest.raises(LimitReached, match="conversation t has used 4 of 4"):
                await go(world, **limit, where=("chat",))
            assert len(server.requests) == 4
            with call_advises("command"), pytest.raises(UsageError, match="has used 4 of 4 calls") as stopped:
                await go(world, **limit, where=("chat",))
            assert "hugginggpt resume" in stopped.value.hint
            assert "raise the limit: --thread-budget 'calls=N'" in stopped.value.hint
            parent = (await Session(world).history.runs())[-1]
            with pytest.raises(LimitReached, match=r"conversation elsewhere has used . of . calls"):
                _ = [
                    e
                    async for e in Session(world).fork(
                        parent, Changes(redo=(0,), thread_id="elsewhere", limits={"thread_max_llm_calls": calls})
                    )
                ]
            assert len(server.requests) == 4
            other = await go(world, thread="other", **limit, where=("chat",))
            assert last(other).status == "succeeded"


async def test_a_limit_of_a_conversation_holds_for_its_later_runs_and_forks_until_another_is_given(home: Path) -> None:
    with serve(ScriptedChatModel([SENTENCE], answer="Done [0].")) as server:
        async with open_world(priced(home, server.url, thread_max_tokens=10_000)) as world:
            first = {"thread_max_llm_calls": 4, "thread_max_tokens": 9_000}
            for given, known in ((first, (4, 9_000)), ({}, (4, 9_000)), ({"thread_max_llm_calls": 6}, (6, 9_000))):
                await go(world, where=("chat",), **given)
                run: Run = await Session(world).run()
                assert (run.options.thread_max_llm_calls, run.options.thread_max_tokens) == known
            other: Run = await Session(world).run(last(await go(world, where=("chat",), thread="u")).run_id)
            assert (other.options.thread_max_llm_calls, other.options.thread_max_tokens) == (None, 10_000)
            with pytest.raises(LimitReached, match=r"conversation t has used . of 6 calls") as stopped:
                _ = [each async for each in Session(world).fork(other, Changes(redo=(0,), thread_id="t"))]
            assert "all runs of a conversation have its limits" in stopped.value.hint


@pytest.mark.parametrize(
    ("limit", "words", "raised"),
    [
        ({"max_seconds": 0.5}, "was worked on for 0.5 s, which is as long as it may be", {"max_seconds": 60}),
        ({"thread_max_seconds": 0.5}, "conversation t was worked on for 0.5 s", {"thread_max_seconds": 60}),
        ({"deadline": "0.5s"}, "the deadline of run .* has passed", {"deadline": "1h"}),
    ],
)
async def test_time_ends_a_run_in_the_middle_of_a_task_and_what_is_done_is_kept(
    scripted: OpenScripted, limit: dict[str, Any], words: str, raised: dict[str, Any]
) -> None:
    backend = ScriptedBackend(latency={1: 30})
    async with scripted([SENTENCE, SLOW], backend=backend) as world:
        with pytest.raises(LimitReached, match=words) as stopped:
            await go(world, **limit)
        run = await Session(world).run()
        assert run.status == "interrupted"
        done = {0: ("nothing; not done: 0 (", 1), 1: ("0 (summarization); not done: 1 (", 3)}[len(run.results)]
        assert (f"done: {done[0]}" in stopped.value.message, stopped.value.exit_code) == (True, done[1])
        calls = len(backend.calls)
        with pytest.raises(LimitReached, match=words):  # it is still reached
            await go_on(world)
        assert len(backend.calls) == calls
    async with scripted([SENTENCE, SLOW]) as world:
        events = await go_on(world, **raised)
        assert last(events).status == "succeeded"
        assert run.run_id == last(events).run_id


async def test_a_deadline_is_a_moment_from_when_the_run_begins_that_a_fork_keeps(scripted: OpenScripted) -> None:
    async with scripted([SENTENCE]) as world:
        await go(world, deadline="2h")
        run = await Session(world).run()
        fork = [event async for event in Session(world).fork(run, Changes(redo=(0,)))]
        forked: Run = await Session(world).run(last(fork).run_id)
        with pytest.raises(UsageError, match=r"the deadline, 2020-.*, has passed"):
            await go(world, thread="u", deadline="2020-01-01T00:00")
    assert run.options.deadline == forked.options.deadline
    assert 7_100 < seconds_until(run.options.deadline or "", run.started_at) <= 7_200


@pytest.mark.parametrize("wrong", ["soon", "10", "-5m", "1h30", "2026-13-01", 7, ""])
def test_a_deadline_that_is_none_is_refused(wrong: Any) -> None:
    with pytest.raises(ValidationError, match=r"must be a time .* or how long from now"):
        Options(deadline=wrong)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"max_seconds": 0}, "--max-seconds 0 can't be: it must be greater than 0"),
        ({"max_seconds": math.inf}, "--max-seconds inf can't be: it must be a finite number"),
        ({"max_cost": math.nan}, "--max-cost nan can't be: it must be a finite number"),
        ({"deadline": "0s"}, "--deadline 0s can't be: it must be later than now, by 100 years at most"),
        ({"deadline": "999999999999d"}, "--deadline 999999999999d can't be: it must be later than now, by 100 years"),
        ({"thread_budget": "seconds=0"}, "--thread-budget 'seconds=0' can't be: it must be greater than 0"),
    ],
)
def test_the_command_refuses_a_limit_in_a_sentence_that_names_its_option(given: dict[str, Any], sentence: str) -> None:
    with call_advises("command"), pytest.raises(UsageError) as refused:
        Limits(**given).options()
    assert refused.value.message.startswith(sentence)
    assert refused.value.hint == ""


def test_a_deadline_is_a_time_or_a_length_of_time() -> None:
    moment = datetime(2026, 11, 30, 18, tzinfo=UTC)
    for given in (moment, moment.isoformat(), "2026-11-30T19:00+01:00"):
        assert seconds_until(str(checked_deadline(given)), moment.timestamp()) == 0
    for given in (timedelta(minutes=10), "10m", "600 S", "5m 300s", "10 minutes", "0h10min"):
        assert seconds_until(set_deadline(str(checked_deadline(given)), moment.timestamp()), moment.timestamp()) == 600


@pytest.mark.parametrize(
    "call",
    [
        lambda settings: hugginggpt.run("go", options={"max_cost": 0}, settings=settings),
        lambda settings: hugginggpt.run("go", settings=settings.model_copy(update={"max_cost": 0.0})),
        lambda settings: hugginggpt.as_tool(settings=settings, options={"max_cost": 0}).invoke({"request": "go"}),
    ],
)
def test_options_settings_and_tool_have_the_same_limits(home: Path, call: Callable[[Settings], Any]) -> None:
    with serve(ScriptedChatModel([SENTENCE])) as server:
        try:
            said = str(call(priced(home, server.url)))
        except LimitReached as error:
            said = str(error)
        assert server.requests == []
    assert "has spent $0 of $0 that it may spend; nothing was planned" in said
    assert ("only your user can raise the limit: as_tool(options={'max_cost'" in said) == ("tool" in said)
    assert "options={'max_cost': DOLLARS}" in said


async def test_limits_of_a_context_count_too(home: Path) -> None:
    with serve(ScriptedChatModel([SENTENCE])) as server:
        async with open_world(priced(home, server.url)) as world:
            with pytest.raises(LimitReached, match="of 0 tokens"):
                await world.graph.ainvoke(
                    {"request": "go"},
                    {"configurable": {"thread_id": "t"}},
                    context=Options(thread_max_tokens=0),
                )


def test_the_limits_of_a_conversation_are_read_by_name() -> None:
    assert thread_limits_of("cost=2, calls=50") == {"thread_max_cost": "2", "thread_max_llm_calls": "50"}
    for wrong in ("", "cost", "cost=", "price=2", "cost=2,,"):
        with pytest.raises(UsageError, match="is no limit"):
            thread_limits_of(wrong)
    assert json.dumps(Options().model_dump(mode="json")).count("thread_max") == 0  # rows stay short
    assert len(LIMITS) == 9
    assert Settings.model_fields.keys() >= LIMITS

"""The cost of the controller's model: recorded for each call, shown by stage, and limited."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from hugginggpt.apps.session import Session
from hugginggpt.graph.errors import LimitReached
from hugginggpt.graph.events import Event, LlmCalled
from hugginggpt.graph.options import Options
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.usage import LlmCall
from hugginggpt.graph.world import open_world
from hugginggpt.tools.scripted import (
    Received,
    Reply,
    ScriptedBackend,
    ScriptedCatalog,
    ScriptedChatModel,
    chat,
    scripted_expert,
    serve,
    stage_of,
)
from shell import Shell

TASKS = [
    {"task": "translation", "id": n, "dep": [-1], "args": {"text": f"text {n}", "target_language": "de"}}
    for n in range(4)
]
PLAN = json.dumps({"tasks": TASKS, "refusals": []})
EXPERTS = [
    scripted_expert("translation", "scripted/one", description="Many pairs."),
    scripted_expert("translation", "scripted/two", description="English to German."),
]


def model(received: Received) -> Reply:
    """Plans, chooses or answers, by the stage of the call."""
    if stage_of(received) == "answer":
        return chat("All four are done [0].")
    if "You plan" in received.json["messages"][0]["content"]:
        return chat(PLAN)
    return chat('{"choices": [{"task": 0, "id": "scripted/two", "reason": "German"}]}')


async def drive(home: Path, url: str, *, resume: bool = False, options: Options | None = None) -> list[Event]:
    settings = Settings(home=home, llm=f"openai:m@{url}/v1", retries=0, llm_price="1/10")
    async with open_world(settings, catalog=ScriptedCatalog(EXPERTS), backends=[ScriptedBackend()]) as world:
        session = Session(world)
        if resume:
            run = await session.history.run()
            await world.ledger.runs.set_limits(run.run_id, options or Options())
            feed = session.resume(run)
        else:
            feed = session.start("Translate four texts", thread_id="t", options=options)
        return [event async for event in feed]


async def calls(home: Path) -> list[LlmCall]:
    async with open_world(Settings(home=home)) as world:
        run = await Session(world).history.run()
        return list(await world.ledger.llm_calls.of_run(run.run_id))


async def test_every_call_is_recorded_by_stage_and_equal_choices_are_made_once(tmp_path: Path) -> None:
    with serve(model) as server:
        events = await drive(tmp_path, server.url)

    made = await calls(tmp_path)
    assert [call.stage for call in made] == ["plan", "choose", "answer"]
    assert [event.call for event in events if isinstance(event, LlmCalled)] == made
    assert all((call.usage.input_tokens, call.usage.output_tokens) == (11, 7) for call in made)
    assert made[0].prompt_characters > 1000
    last = events[-1]
    assert last.event == "run_finished"
    assert (last.usage.llm_calls, last.usage.input_tokens, last.usage.output_tokens) == (3, 33, 21)
    assert last.usage.cost == pytest.approx((33 * 1 + 21 * 10) / 1_000_000)
    assert last.usage.seconds > 0


@pytest.mark.parametrize("limit", [Options(max_llm_calls=2), Options(max_tokens=36), Options(max_llm_calls=1)])
async def test_a_limit_stops_a_run_resumably_and_survives_a_resume(tmp_path: Path, limit: Options) -> None:
    with serve(model) as server:
        with pytest.raises(LimitReached, match="raise the limit"):
            await drive(tmp_path, server.url, options=limit)
        before = len(server.requests)
        with pytest.raises(LimitReached):
            await drive(tmp_path, server.url, resume=True)
        assert len(server.requests) == before
        events = await drive(tmp_path, server.url, resume=True, options=Options(max_llm_calls=9, max_tokens=999))
        assert len(server.requests) == 3

    last = events[-1]
    assert last.event == "run_finished"
    assert last.status == "succeeded"
    assert last.usage.llm_calls == 3


async def test_selection_by_rank_calls_no_model(tmp_path: Path) -> None:
    with serve(model) as server:
        await drive(tmp_path, server.url, options=Options(select="rank"))

    assert [call.stage for call in await calls(tmp_path)] == ["plan", "answer"]


async def test_a_failed_call_is_recorded_too(tmp_path: Path) -> None:
    with serve(lambda _: Reply(500)) as server, pytest.raises(Exception, match="answers 500"):
        await drive(tmp_path, server.url)

    (call,) = await calls(tmp_path)
    assert (call.stage, call.usage.input_tokens) == ("plan", 0)


async def test_a_retry_may_be_given_other_limits(shell: Shell) -> None:
    plan = [{"task": "text-part", "id": 0, "dep": [-1], "args": {"text": "the only one", "first": 9}}]
    with serve(ScriptedChatModel(plan)) as server:
        llm = ("--llm", f"openai:m@{server.url}/v1")
        first = shell("run", "take paragraph 9 of 'the only one'", "--json", "--max-llm-calls", "2", *llm)
        assert first.code == 1, first.err
        run_id = str(first.events[-1]["run_id"])
        stopped = shell("retry", run_id, *llm)
        assert (stopped.code, "2 calls" in stopped.err, stopped.out) == (1, True, ""), stopped.err
        resumed = shell("resume", run_id, "--max-llm-calls", "3", *llm)
        assert resumed.out.startswith("Done."), resumed.err
        again = shell("retry", run_id, "--max-llm-calls", "4", *llm)
        assert again.out.startswith("Done."), again.err


async def test_a_limit_of_tokens_is_exceeded_by_one_call_at_most_however_many_tasks_wait(tmp_path: Path) -> None:
    """Four experts at once; the plan has used 18 tokens of 19, so that one more call is allowed."""
    options = Options(max_tokens=19, where=("chat",))
    with serve(model) as server:
        settings = Settings(home=tmp_path, llm=f"openai:m@{server.url}/v1", retries=0)
        async with open_world(settings) as world:
            with pytest.raises(LimitReached, match="has used 36 of 19 tokens"):
                async for _ in Session(world).start("Translate four texts", thread_id="t", options=options):
                    pass
        assert [stage_of(received) for received in server.requests[:1]] == ["plan"]
        assert len(server.requests) == 2


def without_usage(received: Received) -> Reply:
    """Streams as servers do that count no tokens."""
    reply = model(received).to(received)
    zero = b'"usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}'
    return replace(reply, chunks=tuple(re.sub(rb'"usage": {[^}]*}', zero, chunk) for chunk in reply.chunks))


async def test_tokens_that_a_server_does_not_count_are_estimated_marked_and_limited(
    tmp_path: Path, shell: Shell
) -> None:
    with serve(without_usage) as server:
        with pytest.raises(LimitReached, match="of 500 tokens"):
            await drive(tmp_path, server.url, options=Options(max_tokens=500))
        assert len(server.requests) == 1
    (call,) = await calls(tmp_path)
    assert call.usage.estimated
    assert 1_000 < call.usage.input_tokens < 3_000
    assert call.usage.output_tokens > 50
    shown = shell("show", "--home", str(tmp_path)).out
    assert f"about {call.usage.input_tokens} + {call.usage.output_tokens} tokens (estimated)" in shown


async def test_a_call_of_a_killed_process_counts_as_what_it_read(tmp_path: Path) -> None:
    async with open_world(Settings(home=tmp_path), catalog=ScriptedCatalog(), backends=[ScriptedBackend()]) as world:
        async for event in Session(world).start("Summarise 'hi'", thread_id="t"):
            run_id = event.run_id
        await world.ledger.llm_calls.start(run_id, "plan", "m", 1_234)
        (call,) = await world.ledger.llm_calls.of_run(run_id)
    assert (call.usage.input_tokens, call.usage.estimated) == (1_234, True)

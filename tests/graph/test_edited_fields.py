"""Every field of the state, one by one: an edit by hand takes effect, or is refused in words; none is dropped."""

from datetime import UTC, datetime
from typing import Any

import pytest
from langgraph.types import Command

from hugginggpt.apps.session import Session
from hugginggpt.graph.errors import HuggingGPTError, LimitReached
from hugginggpt.graph.options import Options
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.result import Run
from hugginggpt.graph.state import State
from hugginggpt.graph.world import World
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, scripted_expert
from scripting import OpenScripted, ask, step

THREAD: Any = {"configurable": {"thread_id": "t"}}
TASKS = [step(0), step(1, 0)]
EXPERTS = [scripted_expert("text2text-generation", name) for name in ("org/a", "org/b")]
HAND = "was edited by hand"
FAR_OFF = datetime(2999, 1, 1, tzinfo=UTC).astimezone().isoformat()
TABLE: dict[str, tuple[Any, str]] = {
    # takes effect: what the run's repairs say
    "plan": (Plan.from_hugginggpt([step(0)]).model_dump(mode="json"), "the plan was edited by hand"),
    "results": ({"0": {"outputs": {"text": "mine"}}}, f"the result of task 0 (text2text-generation) {HAND}"),
    "run.options.models": ({"1": "org/b"}, "the options were edited by hand"),
    "run.options.where": (["embedded"], "the options were edited by hand"),
    "run.options.select": ("rank", "the options were edited by hand"),
    "run.options.llm": ("rules", "the options were edited by hand"),
    "run.options.redo": ([1], "task 1 (text2text-generation) was set to be done again by hand"),
    "run.options.max_llm_calls": (0, f"max_llm_calls {HAND}: it is 0"),
    "run.options.max_tokens": (7, f"max_tokens {HAND}: it is 7"),
    "run.options.max_cost": (0.5, f"max_cost {HAND}: it is 0.5"),
    "run.options.max_seconds": (60.0, f"max_seconds {HAND}: it is 60.0"),
    "run.options.timeout": (70.0, f"timeout {HAND}: it is 70.0"),
    "run.options.deadline": (FAR_OFF, f"deadline {HAND}: it is {FAR_OFF}"),
    "run.options.thread_max_llm_calls": (5, f"thread_max_llm_calls {HAND}: it is 5"),
    "run.options.thread_max_tokens": (70, f"thread_max_tokens {HAND}: it is 70"),
    "run.options.thread_max_cost": (1.5, f"thread_max_cost {HAND}: it is 1.5"),
    "run.options.thread_max_seconds": (600.0, f"thread_max_seconds {HAND}: it is 600.0"),
    # is refused: what the answer says
    "request": ("something else", "request can't be edited: make a new request in this conversation"),
    "files": (["a.png"], "files can't be edited: make a new request in this conversation"),
    "options": ({"max_llm_calls": 3}, "options can't be edited: edit those of `run`"),
    "given_plan": ([step(0)], "given_plan can't be edited: edit `plan`"),
    "answer": ("42", "answer can't be edited: it is written from the results: edit those"),
    "problems": (["none"], "problems can't be edited: they are found in edits"),
    "run.request": ({"text": "something else"}, "run.request can't be edited: make a new request in this conversation"),
    "run.thread_id": ("u", "is a run of another conversation"),
    "run.parent": ("abc", "run.parent can't be edited: it is what was recorded"),
    "run.controller": ("me", "run.controller can't be edited: it is what was recorded"),
    "run.refusals": (["no"], "run.refusals can't be edited: it is what was recorded"),
    "run.repairs": (["yes"], "run.repairs can't be edited: it is what was recorded"),
    "run.answer": ("42", "run.answer can't be edited: it is written from the results: edit those"),
    "run.status": ("failed", "run.status can't be edited: it is what was recorded"),
    "run.started_at": (1.0, "run.started_at can't be edited: it is what was recorded"),
    "run.duration": (1.0, "run.duration can't be edited: it is what was recorded"),
    "run.at_work": (
        [{"key": "1", "phase": "running", "since": 1.0}],
        "run.at_work can't be edited: it is what was recorded",
    ),
    "run.doubts": (["no"], "run.doubts can't be edited: it is what was recorded"),
    "run.usage": ({"llm_calls": 5}, "run.usage can't be edited: it is what was recorded"),
    "run.epoch": ("abc", "run.epoch: there is no such epoch of this run"),
    # raises
    "run.run_id": ("abc", "run.run_id was edited"),
    "run.version": ("0", "run.version was edited"),
}
ELSEWHERE = {
    "run", "run.options", "run.plan", "run.results",  # above, field by field
    "run.options.approve",  # test_edits.py: it asks
    "messages",  # the conversation, which the next request takes as it is
}  # fmt: skip


def test_the_table_has_every_field() -> None:
    fields = {*State.__annotations__, *(f"run.{name}" for name in Run.model_fields)}
    assert fields | {f"run.options.{name}" for name in Options.model_fields} == TABLE.keys() | ELSEWHERE


def changed(values: dict[str, Any], field: str, value: Any) -> dict[str, Any]:
    """The update with which a client changes one field."""
    first, *inner = field.split(".")
    if not inner:
        return {first: value}
    run = {**values["run"], "options": {**values["run"]["options"]}}
    (run if len(inner) == 1 else run["options"])[inner[-1]] = value
    return {"run": run}


async def gone_on(world: World, field: str, value: Any) -> Any:
    values = (await world.graph.aget_state(THREAD)).values
    config = await world.graph.aupdate_state(THREAD, changed(values, field, value), as_node="respond")
    return await world.graph.ainvoke(None, config)


@pytest.mark.parametrize(("field", "value", "said"), [(field, *row) for field, row in TABLE.items()], ids=TABLE)
async def test_an_edit_of_a_field_takes_effect_or_is_refused_in_words(
    scripted: OpenScripted, field: str, value: Any, said: str
) -> None:
    backend = ScriptedBackend()
    async with scripted(TASKS, backend=backend, catalog=ScriptedCatalog(EXPERTS)) as world:
        await ask(world)
        before = await Session(world).history.run()
        backend.calls.clear()
        if field in ("run.run_id", "run.version"):
            with pytest.raises(HuggingGPTError, match=said):
                await gone_on(world, field, value)
            return
        state = await gone_on(world, field, value)
        after = await Session(world).history.run()
    if "by hand" in said:
        assert said in after.repairs
        if field.startswith("run.options."):
            assert after.options.model_dump(mode="json")[field.rpartition(".")[2]] == value
    else:
        assert said in state["answer"]
        assert said in state["problems"][0]
        assert (after.plan, after.results, after.options) == (before.plan, before.results, before.options)
        assert backend.calls == []


async def test_an_edited_limit_counts_at_the_next_call_and_one_that_was_raised_since_is_no_edit(
    scripted: OpenScripted,
) -> None:
    async with scripted(TASKS) as world:
        await ask(world, options=Options(max_llm_calls=5))
        run = await Session(world).history.run()
        await world.ledger.runs.set_limits(run.run_id, Options(max_llm_calls=9))
        await gone_on(world, "results", {"0": {"outputs": {"text": "mine"}}})
        assert (await Session(world).history.run()).options.max_llm_calls == 9
        await gone_on(world, "run.options.max_llm_calls", 0)
        with pytest.raises(LimitReached, match="has used 0 of 0"):
            await world.ledger.llm_calls.start((await Session(world).history.run()).run_id, "answer", "m")
        await gone_on(world, "run.options.max_llm_calls", None)
        await world.ledger.llm_calls.start((await Session(world).history.run()).run_id, "answer", "m")


@pytest.mark.parametrize("name", ["max_seconds", "thread_max_seconds", "deadline"])
@pytest.mark.parametrize("by", ["graph", "session", "reply"])
async def test_a_limit_that_was_reached_and_is_raised_by_an_edit_lets_the_run_go_on(
    scripted: OpenScripted, by: str, name: str
) -> None:
    past, raised = ("2000-01-01T00:00:00+00:00", FAR_OFF) if name == "deadline" else (1e-9, 3600.0)
    async with scripted(TASKS) as world:
        options = Options(approve="always" if by == "reply" else "never").model_dump(mode="json")
        request = {"request": "go", "options": options}
        await world.graph.ainvoke(request, THREAD, interrupt_before=None if by == "reply" else ["task"])
        run = await Session(world).history.run()
        await world.ledger.runs.set_limits(run.run_id, Options.model_validate({name: past}))
        values = (await world.graph.aget_state(THREAD)).values
        with pytest.raises(LimitReached):  # another edit does not pass it
            await world.graph.ainvoke(Command(update=changed(values, "run.options.timeout", 9.0)), THREAD)
        update = changed(values, f"run.options.{name}", raised)
        if by == "reply":
            await world.graph.ainvoke(Command(update=update, resume={"type": "accept"}), THREAD)
        elif by == "graph":
            await world.graph.ainvoke(None, await world.graph.aupdate_state(THREAD, update, as_node="review"))
        else:
            await world.graph.aupdate_state(THREAD, update)
            _ = [event async for event in Session(world).resume(run)]
        after = await Session(world).history.run()
    assert (after.run_id, after.status, len(after.results)) == (run.run_id, "succeeded", 2)
    assert getattr(after.options, name) == raised

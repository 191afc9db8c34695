"""Edits of the state by hand (`update_state`, Studio): they take effect or are refused in words; no record is lost."""

from collections.abc import Sequence
from typing import Any

import pytest
from langgraph.types import Command

from hugginggpt.apps.session import Session
from hugginggpt.graph.errors import UsageError
from hugginggpt.graph.events import RunFinished
from hugginggpt.graph.options import Options
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.result import EDITED, Run
from hugginggpt.graph.world import World
from hugginggpt.nodes.edited_results import edited_result
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController, scripted_expert
from scripting import OpenScripted, ask, last, step

THREAD: Any = {"configurable": {"thread_id": "t"}}
TASKS = [step(0), step(1, 0), step(2, 1), step(3)]
EXPERTS = [scripted_expert("text2text-generation", name) for name in ("org/a", "org/b")]


def texts(run: Run) -> dict[int, str]:
    return {result.task_id: result.resources[0].text or "" for result in run.results if result.resources}


async def edited(world: World, values: dict[str, Any], *, as_node: str | None = None) -> tuple[Any, Run]:
    """Write into the state, run on from there; the state and the run then."""
    config = await world.graph.aupdate_state(THREAD, values, as_node=as_node)
    state = await world.graph.ainvoke(None, config)
    return state, await Session(world).history.run()


async def with_text(world: World, text: str) -> dict[str, Any]:
    """The result of task 0 as a client edits it: the text in its output is another."""
    row = (await world.graph.aget_state(THREAD)).values["results"]["0"]
    made = row["outputs"]["text"] | {"text": text}
    return {"results": {"0": row | {"outputs": {"text": made}}}}


@pytest.mark.parametrize("as_node", [None, "review", "task", "respond"])
async def test_after_an_edited_result_exactly_the_tasks_that_depend_on_it_run_again(
    scripted: OpenScripted, as_node: str | None
) -> None:
    async with scripted(TASKS, backend=(backend := ScriptedBackend())) as world:
        before = (await ask(world), await Session(world).history.run())[1]
        backend.calls.clear()
        state, run = await edited(world, await with_text(world, "by my own hand"), as_node=as_node)
        old = await world.ledger.results(before.epoch)
    assert backend.calls == ["1", "2"]
    assert texts(run)[0] == "by my own hand"
    assert "by my own hand" in texts(run)[1]
    assert state["results"]["0"]["outputs"]["text"]["text"] == "by my own hand"
    assert run.results[0].edited
    assert run.results[0].assignment is None
    assert EDITED in state["answer"]
    assert run.repairs == ("the result of task 0 (text2text-generation) was edited by hand",)
    assert run.status == "succeeded"
    assert {key: row.resources[0].text for key, row in old.items()} == {
        str(task_id): text for task_id, text in texts(before).items()
    }


async def test_a_plain_text_is_enough_for_a_result(scripted: OpenScripted) -> None:
    async with scripted(TASKS, backend=(backend := ScriptedBackend())) as world:
        await ask(world)
        backend.calls.clear()
        _, run = await edited(world, {"results": {"1": {"outputs": {"text": "in my words"}}}})
    assert backend.calls == ["2"]
    assert texts(run)[1] == "in my words"


async def test_a_result_may_be_given_to_a_task_that_has_not_run(scripted: OpenScripted) -> None:
    backend = ScriptedBackend(failures={1: "no power"})
    async with scripted(TASKS, backend=backend) as world:
        await ask(world)
        backend.calls.clear()
        _, run = await edited(world, {"results": {"1": {"outputs": {"text": "done by hand"}}}})
    assert backend.calls == ["2"]
    assert run.status == "succeeded"


async def test_resuming_a_finished_run_that_was_edited_forks_it_at_the_edit(scripted: OpenScripted) -> None:
    """The run that was finished stays as it is, and can't be resumed."""
    async with scripted(TASKS, backend=(backend := ScriptedBackend())) as world:
        await ask(world)
        backend.calls.clear()
        session = Session(world)
        run = await session.history.run()
        await world.graph.aupdate_state(THREAD, await with_text(world, "mine"))
        end = last([event async for event in session.resume(run)])
        assert end.run_id != run.run_id
        assert end.status == "succeeded"
        assert backend.calls == ["1", "2"]
        assert len(await session.history.resources()) == 8  # four of each run: by hand, two from that, one taken over
        with pytest.raises(UsageError, match="is not the newest"):
            [event async for event in session.resume(run)]


async def test_two_edits_after_each_other_both_count(scripted: OpenScripted) -> None:
    async with scripted(TASKS, backend=(backend := ScriptedBackend())) as world:
        await ask(world)
        await edited(world, await with_text(world, "first"))
        backend.calls.clear()
        _, run = await edited(world, {"results": {"3": {"outputs": {"text": "second"}}}})
    assert backend.calls == []
    assert (texts(run)[0], texts(run)[3]) == ("first", "second")
    assert len([result for result in run.results if result.edited]) == 2


async def test_an_edited_run_that_is_retried_keeps_the_edit(scripted: OpenScripted) -> None:
    backend = ScriptedBackend(failures={2: ["no power", "no power", None]})
    async with scripted(TASKS, backend=backend) as world:
        await ask(world)
        _, run = await edited(world, await with_text(world, "by hand"))
        assert run.status == "partial"
        before = len(backend.calls)
        events = [event async for event in Session(world).retry(run)]
        run = await Session(world).history.run()
    assert last(events).status == "succeeded"
    assert backend.calls[before:] == ["2"]
    assert texts(run)[0] == "by hand"


async def test_another_choice_of_model_runs_its_tasks_again_and_those_after_them(scripted: OpenScripted) -> None:
    plan = [step(0), {"task": "summarization", "id": 1, "dep": [0], "args": {"text": "<resource>-0"}}, step(2)]
    backend, catalog = ScriptedBackend(), ScriptedCatalog([*EXPERTS, scripted_expert("summarization")])
    async with scripted(plan, backend=backend, catalog=catalog) as world:
        await ask(world, options=Options(models={"2": "org/a"}))
        run = (await world.graph.aget_state(THREAD)).values["run"]
        backend.calls.clear()
        changed = run | {"options": run["options"] | {"models": {"2": "org/a", "0": "org/b"}}}
        _, after = await edited(world, {"run": changed})
    assert after.results[0].assignment
    assert after.results[0].assignment.expert.model_id == "org/b"
    assert after.options.models == {"2": "org/a", "0": "org/b"}
    assert backend.calls[0] == "0"
    assert "2" not in backend.calls
    assert after.repairs == ("the options were edited by hand",)


async def test_other_places_are_respected(scripted: OpenScripted) -> None:
    async with scripted([step(0)], backend=(backend := ScriptedBackend())) as world:
        await ask(world)
        run = (await world.graph.aget_state(THREAD)).values["run"]
        backend.calls.clear()
        changed = run | {"options": run["options"] | {"where": ["chat"]}}
        state, _ = await edited(world, {"run": changed})
    assert backend.calls == []
    assert "nothing at chat offers" in state["results"]["0"]["error"]


async def test_an_approval_that_is_switched_on_is_asked_for(scripted: OpenScripted) -> None:
    async with scripted(TASKS) as world:
        await ask(world)
        run = (await world.graph.aget_state(THREAD)).values["run"]
        state, after = await edited(world, {"run": run | {"options": run["options"] | {"approve": "always"}}})
        assert state["__interrupt__"][0].value["question"] == "run this plan?"
        assert after.status == "waiting"
        events = [event async for event in Session(world).resume(after, True)]
    assert isinstance(events[-1], RunFinished)
    assert events[-1].status == "succeeded"


@pytest.mark.parametrize("as_node", [None, "plan", "review", "task", "respond"])
async def test_an_impossible_plan_is_reported_and_nothing_is_run(scripted: OpenScripted, as_node: str | None) -> None:
    """Neither the update nor the run raises; the state has the problems and the plan that is recorded."""
    async with scripted(TASKS, backend=(backend := ScriptedBackend())) as world:
        before = (await ask(world), await Session(world).history.run())[1]
        backend.calls.clear()
        plan = Plan.from_hugginggpt(TASKS).model_dump(mode="json")
        plan["tasks"][1]["inputs"]["text"] = {"task_id": 7, "output": "text"}
        state, run = await edited(world, {"plan": plan}, as_node=as_node)
        assert state["problems"] == ["task 1 (text2text-generation) refers to task 7, which is not in the plan"]
        assert state["answer"].startswith("The edit was refused, and nothing was run: task 1")
        assert backend.calls == []
        assert (run.status, run.plan, texts(run)) == ("failed", before.plan, texts(before))
        state, run = await edited(world, await with_text(world, "a right edit"))
    assert state["problems"] == []
    assert run.status == "succeeded"


async def test_an_impossible_plan_of_a_run_that_waits_is_asked_about_with_its_problems(scripted: OpenScripted) -> None:
    async with scripted(TASKS, backend=(backend := ScriptedBackend())) as world:
        await ask(world, options=Options(approve="always"))
        await world.graph.aupdate_state(THREAD, {"plan": {"tasks": [{"id": 0, "type": "telepathy"}]}})
        state = await world.graph.ainvoke(Command(resume=True), THREAD)
        assert "there is no task type 'telepathy'" in state["__interrupt__"][0].value["problems"][0]
        assert backend.calls == []
        done = await world.graph.ainvoke(Command(resume=True), THREAD)
    assert done["run"]["status"] == "succeeded"
    assert len(backend.calls) == 4


async def test_a_plan_without_a_task_is_refused_and_not_counted_as_done(scripted: OpenScripted) -> None:
    async with scripted(TASKS, backend=(backend := ScriptedBackend())) as world:
        await ask(world, options=Options(approve="always"))
        state = await world.graph.ainvoke(Command(resume={"approve": True, "plan": []}), THREAD)
        assert state["__interrupt__"][0].value["problems"] == ["it has no task"]
        await world.graph.aupdate_state(THREAD, {"plan": {"tasks": []}})
        state = await world.graph.ainvoke(Command(resume=True), THREAD)
        assert state["__interrupt__"][0].value["problems"] == ["plan: it has no task"]
        assert backend.calls == []
        done = await world.graph.ainvoke(Command(resume=True), THREAD)
        assert done["run"]["status"] == "succeeded"


async def test_a_new_request_says_that_the_run_before_it_still_waits(scripted: OpenScripted) -> None:
    async with scripted(TASKS) as world:
        await ask(world, options=Options(approve="always"))
        run_id = (await world.graph.aget_state(THREAD)).values["run"]["run_id"]
        state = await world.graph.ainvoke({"request": "again", "options": {"approve": "never"}}, THREAD)
    assert state["run"]["refusals"][0].startswith(f"Not done: run {run_id} of this conversation still waits")


async def test_a_message_beside_a_request_in_other_words_is_reported(scripted: OpenScripted) -> None:
    async with scripted(TASKS) as world:
        given = {"request": "summarise it", "messages": [{"role": "user", "content": "translate it"}]}
        state = await world.graph.ainvoke(given, THREAD)
        same = await world.graph.ainvoke(given | {"request": "translate it"}, THREAD)
    assert state["run"]["refusals"] == ["Not done: the message “translate it”: `request` was given beside it."]
    assert same["run"]["refusals"] == []


STRANGE = {"kind": "text", "media_type": "text/plain", "sha256": "a" * 64}
REFUSED: Sequence[tuple[dict[str, Any], str]] = [
    ({"results": {"0": "words"}}, "results.0: it must be a result"),
    ({"results": {"0": {"outputs": {"text": STRANGE}}}}, "results.0.outputs.text: give its new content"),
    ({"results": {"0": {"outputs": {"text": 5}}}}, "results.0.outputs.text.0: Input should be a valid dictionary"),
    ({"results": {"9": {"outputs": {"text": "x"}}}}, "results.9: there is no task 9"),
    ({"plan": "do it"}, "plan: Input should be a valid dictionary"),
    (
        {"plan": {"tasks": [{"id": 0, "type": "summarization", "inputs": {"text": STRANGE}}]}},
        "not of this conversation",
    ),
]


@pytest.mark.parametrize(("values", "problem"), REFUSED, ids=[problem for _, problem in REFUSED])
async def test_an_edit_that_can_t_be_used_is_refused_in_words(
    scripted: OpenScripted, values: dict[str, Any], problem: str
) -> None:
    async with scripted(TASKS, backend=(backend := ScriptedBackend())) as world:
        before = (await ask(world), await Session(world).history.run())[1]
        backend.calls.clear()
        state, run = await edited(world, values)
    assert problem in state["problems"][0]
    assert problem in state["answer"]
    assert backend.calls == []
    assert texts(run) == texts(before)
    assert {key: row["outputs"]["text"]["text"] for key, row in state["results"].items()} == {
        str(task_id): text for task_id, text in texts(before).items()
    }


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("options", {"models": "org/b"}, "run.options.models: Input should be a valid dictionary"),
        ("options", {"approve": "maybe"}, "run.options.approve: must be always, never, or"),
        ("thread_id", "another", "is a run of another conversation"),
    ],
)
async def test_options_that_can_t_be_used_are_refused_in_words(
    scripted: OpenScripted, field: str, value: Any, problem: str
) -> None:
    async with scripted(TASKS, backend=(backend := ScriptedBackend())) as world:
        await ask(world)
        backend.calls.clear()
        run = (await world.graph.aget_state(THREAD)).values["run"]
        state, after = await edited(world, {"run": run | {field: value}})
    assert problem in state["problems"][0]
    assert backend.calls == []
    assert after.options == Options()
    assert state["run"]["options"] == Options().model_dump(mode="json")


async def test_an_update_within_a_command_is_an_edit_too(scripted: OpenScripted) -> None:
    async with scripted(TASKS, backend=(backend := ScriptedBackend())) as world:
        await ask(world)
        backend.calls.clear()
        await world.graph.ainvoke(Command(update=await with_text(world, "by command")), THREAD)
        run = await Session(world).history.run()
    assert backend.calls == ["1", "2"]
    assert texts(run)[0] == "by command"


async def test_an_edit_that_a_new_request_leaves_behind_is_reported_first(scripted: OpenScripted) -> None:
    async with scripted(TASKS) as world:
        await ask(world)
        await world.graph.aupdate_state(THREAD, await with_text(world, "left behind"))
        second = last(await ask(world))
        third = last(await ask(world))
        run = (await Session(world).history.runs())[1]
    assert second.status == "partial"
    assert run.refusals[0].startswith("Not used: the result of task 0 (text2text-generation) was edited by hand")
    assert third.status == "succeeded"


async def test_an_edited_run_is_repeated_from_its_records_after_a_crash(scripted: OpenScripted) -> None:
    class Broken(ScriptedBackend):
        async def run(self, call: Any) -> Any:
            made = await super().run(call)
            if call.key == "1" and self.calls.count("1") == 2:
                raise ZeroDivisionError("a bug, not an expert's failure")
            return made

    async with scripted(ScriptedController(TASKS), backend=(backend := Broken())) as world:
        await ask(world)
        config = await world.graph.aupdate_state(THREAD, await with_text(world, "kept"))
        with pytest.raises(ZeroDivisionError):
            await world.graph.ainvoke(None, config)
        interrupted = await Session(world).history.run()
        assert interrupted.status == "interrupted"
        events = [event async for event in Session(world).resume(interrupted)]
        run = await Session(world).history.run()
    assert last(events).status == "succeeded"
    assert texts(run)[0] == "kept"
    assert backend.calls[4:] == ["1", "1", "2"]


async def test_a_request_that_is_added_by_hand_is_refused_and_an_instruction_that_no_stage_reads_is_reported(
    scripted: OpenScripted,
) -> None:
    async with scripted(TASKS) as world:
        given = [{"role": "system", "content": "answer in verse"}, {"role": "user", "content": "go"}]
        state = await world.graph.ainvoke({"messages": given}, THREAD)
        assert state["run"]["refusals"] == ["Not used: the system message “answer in verse”: say it in the request."]
        assert (await Session(world).history.run()).status == "partial"
        state, _ = await edited(world, {"messages": [{"role": "user", "content": "and in French"}]})
    assert "messages can't be edited: a request that is added by hand is not answered" in state["answer"]


async def test_a_path_that_is_written_into_the_plan_of_a_state_is_refused(scripted: OpenScripted) -> None:
    async with scripted([step(0)]) as world:
        await ask(world)
        plan = (await world.graph.aget_state(THREAD)).values["plan"]
        plan["tasks"][0]["inputs"] = {"text": "/etc/nosuch"}
        state, _ = await edited(world, {"plan": plan})
    assert "text of task 0 (text2text-generation) is the path /etc/nosuch" in " ".join(state["problems"])


async def test_what_was_said_of_a_result_falls_away_with_it_when_it_is_edited_by_hand(scripted: OpenScripted) -> None:
    async with scripted([step(0)]) as world:
        await ask(world)
        run = await Session(world).history.run()
        row = run.results[0].model_copy(update={"notes": ("it was recognised with a certainty of 0.44 of 1",)})
        made = row.model_dump(mode="json")
        given = made | {"notes": [*row.notes, "by me"], "outputs": {"text": "said otherwise"}}
        whole = await edited_result(given, run.plan.tasks[0], row, set(), world.store, [])
        same = await edited_result(made, run.plan.tasks[0], row, set(), world.store, [])
    assert whole
    assert same
    assert whole.notes == ("by me", EDITED)
    assert same.notes == (*row.notes, EDITED)

"""Forks and pauses: an interrupt inside a task, breakpoints, and a plan edited in the middle of a run."""

from collections.abc import Sequence
from typing import Any

import pytest
from langgraph.types import Command, interrupt

from dags import dependants
from hugginggpt.apps.session import Session
from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.result import Run
from hugginggpt.graph.world import World
from hugginggpt.tools.scripted import ScriptedBackend
from scripting import OpenScripted, ask, step

THREAD: Any = {"configurable": {"thread_id": "t"}}


class Asking(ScriptedBackend):
    """A backend whose experts for some tasks ask the user first."""

    def __init__(self, asking: Sequence[str], **script: Any) -> None:
        super().__init__(**script)
        self.asking = asking
        self.answers_received: list[str] = []

    async def run(self, call: Call) -> Sequence[Artifact]:
        if call.key in self.asking:
            self.answers_received.append(interrupt(f"may {call.key} run?"))
        return await super().run(call)


BOTH_WAYS = [step(0), step(1, 0), step(2, 1), step(3), step(4, 3), step(5, 2, 4)]


@pytest.mark.parametrize("at_once", [None, 1, 2])
async def test_a_question_inside_one_task_pauses_only_the_tasks_that_need_it(
    scripted: OpenScripted, at_once: int | None
) -> None:
    backend = Asking(["0"])
    config = THREAD | ({"max_concurrency": at_once} if at_once else {})
    async with scripted(BOTH_WAYS, backend=backend) as world:
        paused = await world.graph.ainvoke({"request": "go"}, config, durability="sync")
        assert [asked.value for asked in paused["__interrupt__"]] == ["may 0 run?"]
        assert backend.calls == ["3", "4"]
        done = await world.graph.ainvoke(Command(resume="yes"), config, durability="sync")
    assert done["run"]["status"] == "succeeded"
    assert backend.answers_received == ["yes"]
    assert backend.calls == ["3", "4", "0", "1", "2", "5"]


async def test_questions_of_two_tasks_are_open_at_once_and_answered_together(scripted: OpenScripted) -> None:
    backend = Asking(["0", "3"])
    async with scripted(BOTH_WAYS, backend=backend) as world:
        paused = await world.graph.ainvoke({"request": "go"}, THREAD, durability="sync")
        answers = {asked.id: f"answer to {asked.value}" for asked in paused["__interrupt__"]}
        assert len(answers) == 2
        done = await world.graph.ainvoke(Command(resume=answers), THREAD, durability="sync")
    assert done["run"]["status"] == "succeeded"
    assert sorted(backend.answers_received) == ["answer to may 0 run?", "answer to may 3 run?"]
    assert len(backend.calls) == 6


async def test_a_breakpoint_before_the_tasks_shows_all_of_them_and_can_be_resumed(scripted: OpenScripted) -> None:
    backend = ScriptedBackend()
    async with scripted(BOTH_WAYS, backend=backend) as world:
        await world.graph.ainvoke({"request": "go"}, THREAD, interrupt_before=["task"])
        state = await world.graph.aget_state(THREAD)
        assert state.next == ("task",) * 6
        assert backend.calls == []
        done = await world.graph.ainvoke(None, THREAD)
    assert done["run"]["status"] == "succeeded"


MAPPED = [
    *BOTH_WAYS,
    {"task": "summarization", "id": 6, "dep": [0, 3], "args": {"text": ["<resource>-0", "<resource>-3"]}},
]


async def edited_after(scripted: OpenScripted, backend: ScriptedBackend, tasks: Any) -> tuple[Plan, Run, list[str]]:
    """Run the mapped plan, replace it by `tasks`, resume; returns the new plan, the run, and the calls made for it."""
    plan = Plan.from_hugginggpt(tasks)
    async with scripted(MAPPED, backend=backend) as world:
        await ask(world)
        before = len(backend.calls)
        fork = await world.graph.aupdate_state(THREAD, {"plan": plan.model_dump(mode="json")}, as_node="review")
        await world.graph.ainvoke(None, fork)
        return plan, await Session(world).history.run(), backend.calls[before:]


@pytest.mark.parametrize("changed", range(6))
async def test_after_an_edit_exactly_the_changed_task_and_its_dependants_are_done_again(
    scripted: OpenScripted, changed: int
) -> None:
    tasks = [t | {"args": {"text": f"again {t['args']['text']}"}} if t["id"] == changed else t for t in MAPPED]
    plan, run, calls = await edited_after(scripted, ScriptedBackend(), tasks)
    assert {int(key.split("[")[0]) for key in calls} == {changed} | dependants(plan, changed)
    assert run.status == "succeeded"
    assert run.plan == plan
    if changed in {0, 1, 2, 5}:
        five = next(result for result in run.results if result.task_id == 5)
        assert "again" in (five.resources[0].text or "")


async def test_after_an_edit_only_the_changed_member_of_a_list_is_done_again(scripted: OpenScripted) -> None:
    members = {
        "task": "summarization",
        "id": 6,
        "dep": [0, 3],
        "args": {"text": ["again <resource>-0", "<resource>-3"]},
    }
    _, run, calls = await edited_after(scripted, ScriptedBackend(), [*BOTH_WAYS, members])
    assert calls == ["6[0]"]
    assert run.status == "succeeded"


async def test_dependants_of_an_unchanged_output_are_not_done_again(scripted: OpenScripted) -> None:
    tasks = [t | {"goal": "worded otherwise"} if t["id"] == 0 else t for t in MAPPED]
    _, run, calls = await edited_after(scripted, ScriptedBackend(texts={0: "the same"}), tasks)
    assert calls == ["0"]
    assert run.status == "succeeded"


async def test_a_fork_from_an_earlier_checkpoint_uses_the_recorded_results(scripted: OpenScripted) -> None:
    backend = ScriptedBackend()
    async with scripted(BOTH_WAYS, backend=backend) as world:
        await ask(world)
        before = len(backend.calls)
        history = [snapshot async for snapshot in world.graph.aget_state_history(THREAD)]
        planned = next(snapshot for snapshot in history if snapshot.next == ("review",))
        again = await world.graph.ainvoke(None, planned.config)
        runs = await Session(world).history.runs()
    assert again["run"]["status"] == "succeeded"
    assert len(again["results"]) == 6
    assert backend.calls[before:] == []
    assert [run.parent for run in runs] == [runs[1].run_id, None]


TABLES = ("runs", "tasks", "resources", "assignments", "llm_calls")


async def rows_of(world: World, run_id: str) -> Any:
    """The rows of a run in every table."""

    def read(db: Any) -> Any:
        return {t: list(db.execute(f"SELECT * FROM {t} WHERE run_id = ? ORDER BY rowid", [run_id])) for t in TABLES}

    return await world.ledger.database.read(read)


EDITS: dict[str, Any] = {
    "an output": {"results": {"1": {"outputs": {"text": "by hand"}}}},
    "the choice of models": {"run": {"options": {"models": {"1": "a/b"}}}},
    "a task to be done again": {"run": {"options": {"redo": [1]}}},
    "a plan that can't be run": {"plan": {"tasks": [{"id": 0, "type": "telepathy"}]}},
    "nothing": None,
}


@pytest.mark.parametrize("what", EDITS)
@pytest.mark.parametrize("as_node", ["plan", "review", "task"])
async def test_a_client_that_goes_on_from_a_run_that_has_ended_makes_a_fork_and_leaves_the_run_as_it_is(
    scripted: OpenScripted, what: str, as_node: str
) -> None:
    backend = ScriptedBackend()
    async with scripted(BOTH_WAYS, backend=backend) as world:
        await ask(world)
        session = Session(world)
        parent, state = await session.history.run(), (await world.graph.aget_state(THREAD)).values
        before = await rows_of(world, parent.run_id)
        backend.calls.clear()
        edit = EDITS[what]
        if edit and "run" in edit:
            edit = {"run": state["run"] | {"options": state["run"]["options"] | edit["run"]["options"]}}
        config = await world.graph.aupdate_state(THREAD, edit, as_node=as_node)
        done = await world.graph.ainvoke(None, config)
        assert await rows_of(world, parent.run_id) == before
        fork = await session.history.run()
        assert (fork.parent, fork.run_id) == (parent.run_id, done["run"]["run_id"])
        expected = {"an output": ["2", "5"], "a task to be done again": ["1"]}
        if what != "the choice of models":  # there is no such model: the task fails, and says why
            assert sorted(backend.calls) == expected.get(what, [])
        answers = [message.id for message in done["messages"] if message.type == "ai"]
        assert answers == [f"answer-{fork.run_id}"]
        assert fork.status == ("failed" if "can't" in what else "partial" if "models" in what else "succeeded")
        assert ("The edit was refused" in fork.answer) == ("can't" in what)
        backend.calls.clear()
        await world.graph.ainvoke(None, config)  # once more from there: a fork of its own
        assert [run.parent for run in await session.history.runs()] == [parent.run_id, parent.run_id, None]
        assert await rows_of(world, parent.run_id) == before


async def test_the_command_goes_on_with_an_edited_run_in_a_fork_too(scripted: OpenScripted) -> None:
    backend = ScriptedBackend()
    async with scripted(BOTH_WAYS, backend=backend) as world:
        await ask(world)
        session = Session(world)
        parent = await session.history.run()
        before = await rows_of(world, parent.run_id)
        backend.calls.clear()
        await world.graph.aupdate_state(THREAD, EDITS["an output"])
        events = [event async for event in session.resume(parent)]
        assert await rows_of(world, parent.run_id) == before
        assert (await session.history.run(events[-1].run_id)).parent == parent.run_id
    assert sorted(backend.calls) == ["2", "5"]

"""Graph: order of execution, skipped tasks, approval, retries, and what the state shows."""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from dags import dependants
from hugginggpt.apps.session import Session
from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.errors import ExpertError, InvalidInput, StorageError, UsageError
from hugginggpt.graph.events import Event, TaskFinished, TaskQueued, TaskStarted
from hugginggpt.graph.options import Options
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.version import GRAPH_VERSION
from hugginggpt.graph.world import build_graph
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController, scripted_expert
from scripting import CHAIN, Held, OpenScripted, Together, ask, at_work, last, skewed, statuses, step

EXPERTS = [scripted_expert("text2text-generation", name) for name in ("org/a", "org/b")]


@pytest.mark.covers("Session: stream")
async def test_a_chain_is_done_in_order_and_answered(scripted: OpenScripted) -> None:
    backend = ScriptedBackend(texts={0: "hello world"})
    async with scripted(CHAIN, backend=backend) as world:
        events = await ask(world)
    assert [event.event for event in events][:2] == ["run_started", "plan_ready"]
    assert last(events).status == "succeeded"
    assert backend.calls[0] == "0"
    assert backend.calls.index("1") < backend.calls.index("2")
    assert "it says hello world" in str(last(events).resources)


async def test_a_failed_task_skips_exactly_its_descendants(scripted: OpenScripted) -> None:
    tasks = skewed(20)
    async with scripted(tasks, backend=ScriptedBackend(failures={4: "out of memory"})) as world:
        events = await ask(world)
    below = dependants(Plan.from_hugginggpt(tasks), 4)
    assert {n for n, status in statuses(events).items() if status == "skipped"} == below
    assert {n for n, status in statuses(events).items() if status == "failed"} == {4}
    assert last(events).status == "partial"
    skipped = next(r for r in last(events).results if r["task_id"] == min(below))
    assert "needs task" in skipped["error"]


async def test_dependants_of_a_failure_are_skipped_at_once(scripted: OpenScripted) -> None:
    backend, done = Held(1, failures={0: "no"}), []
    async with scripted([step(0), step(1), step(2, 0)], backend=backend) as world:
        async for event in Session(world).start("do it", thread_id="t"):
            if isinstance(event, TaskFinished):
                done.append(event.result.task_id)
            if done == [0, 2]:
                backend.released.set()
    assert done == [0, 2, 1]


async def test_independent_tasks_run_side_by_side(scripted: OpenScripted) -> None:
    backend = Together(8)
    async with scripted([step(n) for n in range(8)], backend=backend) as world:
        await ask(world)
    assert backend.most_running == 8


async def test_experts_that_need_the_same_slot_never_run_at_once(scripted: OpenScripted) -> None:
    backend = ScriptedBackend(latency=0.02)
    catalog = ScriptedCatalog([scripted_expert("text2text-generation", needs=("gpu:0",))])
    async with scripted([step(n) for n in range(5)], backend=backend, catalog=catalog) as world:
        events = await ask(world)
    assert last(events).status == "succeeded"
    assert backend.most_running == 1


async def test_a_retryable_failure_is_retried(scripted: OpenScripted) -> None:
    backend = ScriptedBackend(failures={0: [ExpertError("busy", retryable=True), None]})
    async with scripted([step(0)], backend=backend) as world:
        events = await ask(world)
    assert last(events).results[0]["attempts"] == 2
    assert last(events).status == "succeeded"


async def test_the_next_best_expert_is_tried_when_the_first_fails(scripted: OpenScripted) -> None:
    backend = ScriptedBackend(failures={"org/a": "weights are gone"})
    async with scripted([step(0)], backend=backend, catalog=ScriptedCatalog(EXPERTS)) as world:
        events = await ask(world)
    assert last(events).results[0]["assignment"]["expert"]["model_id"] == "org/b"
    assert "weights are gone" in last(events).results[0]["assignment"]["reason"]


async def test_equal_decisions_are_made_once_a_run(scripted: OpenScripted) -> None:
    controller = ScriptedController([step(n) for n in range(6)])
    async with scripted(controller, catalog=ScriptedCatalog(EXPERTS)) as world:
        await ask(world)
    assert len(controller.choices) == 1


async def test_the_user_s_choice_of_expert_is_followed(scripted: OpenScripted) -> None:
    async with scripted([step(0)], catalog=ScriptedCatalog(EXPERTS)) as world:
        events = await ask(world, options=Options(models={"text2text-generation": "org/b"}))
    assert last(events).results[0]["assignment"]["expert"]["model_id"] == "org/b"


async def test_a_task_that_waits_for_a_slot_reports_which(scripted: OpenScripted) -> None:
    catalog = ScriptedCatalog([scripted_expert("text2text-generation", needs=("gpu:0",))])
    backend, events = Held(), list[Event]()
    async with scripted([step(0), step(1)], catalog=catalog, backend=backend) as world:
        async for event in Session(world).start("do it", thread_id="t"):
            events.append(event)
            if isinstance(event, TaskQueued):
                backend.released.set()
    assert [event.slots for event in events if isinstance(event, TaskQueued)] == [("gpu:0",)]
    assert last(events).status == "succeeded"


async def test_only_the_places_that_the_user_allows_are_used_and_the_first_one_first(scripted: OpenScripted) -> None:
    experts = [scripted_expert("text2text-generation", f"{place}/m", backend=place) for place in ("hf", "scripted")]
    async with scripted([step(0)], catalog=ScriptedCatalog(experts)) as world:
        events = await ask(world, options=Options(where=("scripted",)))
        nowhere = await ask(world, options=Options(where=("chat",)), thread="u")
    assert last(events).results[0]["assignment"]["expert"]["model_id"] == "scripted/m"
    assert (
        "nothing at chat offers text2text-generation; it could run with where='hf,scripted'"
        in last(nowhere).results[0]["error"]
    )


async def test_the_controller_chooses_among_experts_of_the_first_place_that_has_any(scripted: OpenScripted) -> None:
    names = [("scripted", "a"), ("scripted", "b"), ("hf", "c")]
    experts = [scripted_expert("text2text-generation", f"{place}/{name}", backend=place) for place, name in names]
    controller = ScriptedController([step(0)])
    async with scripted(controller, catalog=ScriptedCatalog(experts)) as world:
        events = await ask(world, options=Options(where=("scripted", "hf")))
    (result,) = last(events).results
    assert result["assignment"]["candidates"] == ["scripted/a", "scripted/b"]
    assert [expert["model_id"] for expert in result["assignment"]["fallbacks"]][-1] == "hf/c"


async def test_a_task_without_an_expert_fails_after_a_warning_in_the_plan(scripted: OpenScripted) -> None:
    catalog = ScriptedCatalog(obstacles={"scripted/text2text-generation": "needs a GPU"})
    async with scripted([step(0)], catalog=catalog) as world:
        events = await ask(world)
    ready = next(event for event in events if event.event == "plan_ready")
    assert "needs a GPU" in ready.warnings[0]
    assert "needs a GPU" in last(events).results[0]["error"]
    assert last(events).status == "failed"


async def test_a_list_is_mapped_and_each_member_is_recorded(scripted: OpenScripted) -> None:
    tasks = [
        step(0), step(1),
        {"task": "summarization", "id": 2, "dep": [0, 1], "args": {"text": ["<resource>-0", "<resource>-1"]}},
        {"task": "join-text", "id": 3, "dep": [2], "args": {"text": "<resource>-2"}},
    ]  # fmt: skip
    backend = ScriptedBackend()
    async with scripted(tasks, backend=backend) as world:
        events = await ask(world)
        run = await Session(world).history.run()
        members = await Session(world).history.members(run.epoch)
    assert last(events).status == "succeeded"
    assert [row.key for row in members] == ["2[0]", "2[1]"]
    assert len(last(events).results[2]["outputs"]["text"]) == 2
    assert backend.calls.count("3") == 1


async def test_a_second_request_of_a_conversation_is_a_run_of_its_own(scripted: OpenScripted) -> None:
    backend = ScriptedBackend()
    async with scripted([step(0)], backend=backend) as world:
        first, second = await ask(world), await ask(world)
    assert last(first).run_id != last(second).run_id
    assert backend.calls == ["0", "0"]


async def test_every_task_is_visible_as_a_sub_graph_while_it_runs(scripted: OpenScripted) -> None:
    seen, backend = list[Any](), Held()
    async with scripted([step(0), step(1, 0)], backend=backend) as world:
        async for event in Session(world).start("go", thread_id="t"):
            if isinstance(event, TaskStarted) and event.task_id == 0:
                seen.append(await at_work(world, "execute", "select"))
                backend.released.set()
    assert seen[0].next == ("task", "task")
    assert {task.state.next for task in seen[0].tasks} <= {("execute",), ("select",)}


@pytest.mark.covers("Session: question")
async def test_the_plan_waits_for_approval_and_then_runs(scripted: OpenScripted) -> None:
    backend = ScriptedBackend()
    async with scripted([step(0)], backend=backend) as world:
        session = Session(world)
        events = await ask(world, options=Options(approve="always"))
        assert last(events).status == "waiting"
        assert backend.calls == []
        run = await session.history.run()
        assert run.status == "waiting"
        again = [event async for event in session.resume(run, True)]
    assert last(again).status == "succeeded"


async def test_a_refused_plan_runs_nothing(scripted: OpenScripted) -> None:
    backend = ScriptedBackend()
    async with scripted([step(0)], backend=backend) as world:
        await ask(world, options=Options(approve="always"))
        run = await Session(world).history.run()
        events = [event async for event in Session(world).resume(run, False)]
    assert last(events).status == "refused"
    assert backend.calls == []


async def test_an_edited_plan_is_the_one_that_runs(scripted: OpenScripted) -> None:
    backend = ScriptedBackend()
    async with scripted([step(0)], backend=backend) as world:
        await ask(world, options=Options(approve="always"))
        run = await Session(world).history.run()
        verdict = {"approve": True, "plan": [step(5), step(6, 5)]}
        events = [event async for event in Session(world).resume(run, verdict)]
        assert [task.id for task in (await Session(world).history.run()).plan.tasks] == [5, 6]
    assert statuses(events) == {5: "succeeded", 6: "succeeded"}


async def test_a_retry_runs_the_failed_tasks_and_their_dependants_and_nothing_else(scripted: OpenScripted) -> None:
    backend = ScriptedBackend(failures={1: ["no power", None]})
    async with scripted([step(0), step(1, 0), step(2, 1), step(3)], backend=backend) as world:
        session = Session(world)
        assert last(await ask(world)).status == "partial"
        before = len(backend.calls)
        run = await session.history.run()
        events = [event async for event in session.retry(run)]
        with pytest.raises(UsageError, match="nothing to retry"):
            _ = [event async for event in session.retry(await session.history.run())]
    assert last(events).status == "succeeded"
    assert backend.calls[before:] == ["1", "2"]


@pytest.mark.covers("Session: cancel")
async def test_a_cancelled_run_keeps_its_recorded_results_and_can_be_resumed(scripted: OpenScripted) -> None:
    backend = ScriptedBackend(latency={0: 0.0, 1: 3600.0})
    async with scripted([step(0), step(1, 0)], backend=backend) as world:
        session = Session(world)
        started = asyncio.Event()

        async def run_it() -> None:
            async for event in session.start("go", thread_id="t"):
                if isinstance(event, TaskStarted) and event.task_id == 1:
                    started.set()

        task = asyncio.create_task(run_it())
        await started.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        run = await session.history.run()
        assert run.status == "interrupted"
        assert [result.key for result in run.results] == ["0"]
        backend._latency = 0.0
        events = [event async for event in session.resume(run)]
    assert last(events).status == "succeeded"
    assert backend.calls == ["0", "1", "1"]


async def test_two_questions_can_be_open_in_two_conversations(scripted: OpenScripted) -> None:
    async with scripted([step(0)]) as world:
        for thread in ("a", "b"):
            await ask(world, thread=thread, options=Options(approve="always"))
        state = await world.graph.ainvoke(Command(resume=True), {"configurable": {"thread_id": "a"}})
    assert state["run"]["status"] == "succeeded"


async def test_an_edited_plan_that_can_t_be_run_is_requested_again_with_its_problems(scripted: OpenScripted) -> None:
    config: Any = {"configurable": {"thread_id": "t"}}
    async with scripted([step(0)]) as world:
        await ask(world, options=Options(approve="always"))
        bad = {"approve": True, "plan": [step(5, 7)]}
        asked = await world.graph.ainvoke(Command(resume=bad), config)
        assert "refers to task 7" in asked["__interrupt__"][0].value["problems"][0]
        done = await world.graph.ainvoke(Command(resume={"approve": True, "plan": [step(5)]}), config)
    assert done["run"]["status"] == "succeeded"


async def test_a_verdict_counts_once_and_a_refusal_after_a_bad_edit_refuses(
    scripted: OpenScripted, tmp_path: Path
) -> None:
    config: Any = {"configurable": {"thread_id": "t"}}
    backend, late = ScriptedBackend(), tmp_path / "late.txt"
    edit = [{"task": "summarization", "id": 0, "args": {"text": str(late)}}]
    async with scripted([step(0)], backend=backend) as world:
        await ask(world, options=Options(approve="always"))
        await world.graph.ainvoke(Command(resume={"approve": True, "plan": [step(1, 2)]}), config)
        late.write_text("here by now")
        done = await world.graph.ainvoke(Command(resume={"approve": "no", "plan": edit}), config)
    assert done["run"]["status"] == "refused"
    assert backend.calls == []


async def test_a_plan_from_outside_can_t_name_a_stranger_s_data(scripted: OpenScripted) -> None:
    for forged in ("aa/../../etc/passwd", "a" * 64):
        args = {"text": {"kind": "text", "media_type": "text/plain", "sha256": forged}}
        edited = [{"task": "summarization", "id": 0, "args": args}]
        async with scripted([step(0)]) as world:
            await ask(world, thread=forged[:3], options=Options(approve="always"))
            config: Any = {"configurable": {"thread_id": forged[:3]}}
            asked = await world.graph.ainvoke(Command(resume={"approve": True, "plan": edited}), config)
        assert asked["__interrupt__"][0].value["problems"]


async def test_the_duration_of_a_run_does_not_include_its_pauses(scripted: OpenScripted) -> None:
    async with scripted([step(0), step(1)], backend=ScriptedBackend(latency=0.2)) as world:
        session, began = Session(world), time.monotonic()
        await ask(world, options=Options(approve="always"))
        await asyncio.sleep(0.3)
        _ = [event async for event in session.resume(await session.history.run(), True)]
        duration = (await session.history.run()).duration
        assert 0.2 <= duration <= time.monotonic() - began - 0.3


async def test_a_finished_run_is_not_resumed_by_a_caller_that_saw_it_unfinished(scripted: OpenScripted) -> None:
    async with scripted([step(0)]) as world:
        session = Session(world)
        await ask(world, options=Options(approve="always"))
        seen = await session.history.run()
        first = [event async for event in session.resume(seen, True)]
        with pytest.raises(UsageError, match="is finished"):
            _ = [event async for event in session.resume(seen, True)]
    assert last(first).status == "succeeded"


@pytest.mark.covers("Session: errors")
async def test_a_verdict_for_a_run_that_does_not_wait_is_refused(scripted: OpenScripted) -> None:
    backend = ScriptedBackend(latency=3600.0)
    async with scripted([step(0)], backend=backend) as world:
        session = Session(world)
        async with aclosing(session.start("go", thread_id="t")) as feed:
            async for event in feed:
                if isinstance(event, TaskStarted):
                    break
        run = await session.history.run()
        assert run.status == "interrupted"
        assert backend.running == 0
        with pytest.raises(UsageError, match="not waiting for approval"):
            _ = [event async for event in session.resume(run, False)]


async def test_an_older_run_of_a_conversation_is_not_resumed_after_a_newer_one(scripted: OpenScripted) -> None:
    async with scripted([step(0)], backend=ScriptedBackend(failures={0: ["no power", None]})) as world:
        session = Session(world)
        await ask(world)
        older = await session.history.run()
        await ask(world)
        with pytest.raises(UsageError, match="not the newest"):
            _ = [event async for event in session.retry(older)]


async def test_the_request_does_not_leak_into_the_next_turn(scripted: OpenScripted) -> None:
    config: Any = {"configurable": {"thread_id": "t"}}
    async with scripted([step(0)]) as world:
        with pytest.raises(InvalidInput):
            await world.graph.ainvoke({"request": "one", "files": ["missing.png"]}, config)
        state = await world.graph.ainvoke({"messages": [("user", "two")]}, config)
    assert state["run"]["request"]["text"] == "two"
    assert state["run"]["status"] == "succeeded"


async def test_when_one_member_of_a_list_ends_the_run_no_other_keeps_running(scripted: OpenScripted) -> None:
    class Broken(ScriptedBackend):
        async def run(self, call: Call) -> Sequence[Artifact]:
            if call.key == "2[0]":
                raise StorageError("the disk is full")
            return await super().run(call)

    backend = Broken(latency={2: 3600.0})
    args = {"text": ["<resource>-0", "<resource>-1"]}
    plan = [step(0), step(1), {"task": "summarization", "id": 2, "dep": [0, 1], "args": args}]
    async with scripted(plan, backend=backend) as world:
        with pytest.raises(StorageError):
            await ask(world)
        assert backend.running == 0
        assert (await Session(world).history.run()).status == "interrupted"


async def test_the_state_does_not_grow_with_the_results_of_earlier_turns(scripted: OpenScripted) -> None:
    config: Any = {"configurable": {"thread_id": "t"}}
    async with scripted([step(0)], backend=ScriptedBackend(texts={0: "x" * 5000})) as world:
        for _ in range(4):
            await ask(world)
        state = await world.graph.aget_state(config)
    assert len(json.dumps(state.values["run"])) < 2000


async def test_the_places_of_the_settings_are_kept_with_a_run_that_no_session_started(home: Path) -> None:
    """A tool, Studio and a parent graph start runs without options; a process with other settings resumes them there."""
    config: Any = {"configurable": {"thread_id": "t"}}
    saver = InMemorySaver()

    def graph(**settings: Any) -> Any:
        return build_graph(
            Settings(home=home, **settings), controller=ScriptedController([step(0)]), catalog=ScriptedCatalog(),
            backends=[ScriptedBackend()], checkpointer=saver,
        )  # fmt: skip

    paused = await graph(where=("hf",)).ainvoke({"request": "go", "options": {"approve": "always"}}, config)
    state = await graph().ainvoke(Command(resume=True), config)
    assert paused["run"]["options"]["where"] == ["hf"]
    assert "nothing at hf offers" in state["results"]["0"]["error"]


def test_another_graph_has_another_version(home: Path) -> None:
    """Raise `GRAPH_VERSION` when this fails: a run of the old graph must not be resumed by the new one."""
    drawn = build_graph(Settings(home=home), controller=ScriptedController([])).get_graph(xray=1)
    edges = sorted((edge.source, edge.target) for edge in drawn.edges)
    assert (GRAPH_VERSION, edges) == (
        "1",
        [
            ("__start__", "plan"),
            ("plan", "review"),
            ("respond", "__end__"),
            ("review", "respond"),
            ("review", "review"),
            ("review", "task:select"),
            ("task:execute", "respond"),
            ("task:select", "task:execute"),
        ],
    )

"""What can be seen of each task in LangGraph's state and history, while a run works and after it: speed hides nothing."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from hugginggpt.apps.session import Session
from hugginggpt.graph.events import TaskStarted
from hugginggpt.graph.world import World
from hugginggpt.tools.scripted import ScriptedBackend
from scripting import Held, OpenScripted, ask, at_work, last, step

PLAN = [step(0), step(1, 0)]
THREAD: Any = {"configurable": {"thread_id": "t"}}


async def sent(world: World) -> Any:
    """The root's checkpoint from which the tasks were sent."""
    return next(s for s in [s async for s in world.graph.aget_state_history(THREAD)] if "task" in s.next)


async def history_of(world: World, task: Any) -> AsyncIterator[Any]:
    """The checkpoints of one task's sub-graph, newest first."""
    async for snapshot in world.graph.aget_state_history(task.state):
        yield snapshot


async def test_while_a_task_works_its_inputs_and_its_choice_are_seen(scripted: OpenScripted) -> None:
    seen, backend = list[Any](), Held()
    async with scripted(PLAN, backend=backend) as world:
        async for event in Session(world).start("go", thread_id="t"):
            if isinstance(event, TaskStarted) and event.task_id == 0:
                seen.append(await at_work(world, "execute", "select"))
                backend.released.set()
    works, waits = (task.state for task in seen[0].tasks)
    assert works.next == ("execute",)
    assert works.values["task"]["inputs"]["text"] == "step 0"
    assert works.values["assignment"]["expert"]["model_id"]
    assert waits.next == ("select",)
    assert waits.values["task"]["id"] == 1


async def test_after_a_run_the_history_has_every_step_of_each_task(scripted: OpenScripted) -> None:
    async with scripted(PLAN) as world:
        assert last(await ask(world)).status == "succeeded"
        for number, task in enumerate((await sent(world)).tasks):
            assert task.result["results"][str(number)]["status"] == "succeeded"
            done, chosen, begun, given = [snapshot async for snapshot in history_of(world, task)]
            assert [each.next for each in (done, chosen, begun, given)] == [
                (),
                ("execute",),
                ("select",),
                ("__start__",),
            ]
            assert begun.values["task"]["id"] == number
            assert "assignment" not in begun.values
            assert chosen.values["assignment"]["expert"]["model_id"]
            assert done.values["results"][str(number)]["outputs"]["text"]


@pytest.mark.parametrize("node", ["select", "execute"])
async def test_a_breakpoint_inside_the_tasks_stops_before_it(scripted: OpenScripted, node: str) -> None:
    backend = ScriptedBackend()
    async with scripted([step(0), step(1)], backend=backend) as world:
        dict(world.graph.get_subgraphs())["task"].interrupt_before_nodes = [node]
        await world.graph.ainvoke({"request": "go"}, THREAD)
        assert backend.calls == []
        state = await world.graph.aget_state(THREAD, subgraphs=True)
        assert [task.state.next for task in state.tasks] == [(node,), (node,)]
        done = await world.graph.ainvoke(None, THREAD)
    assert sorted(backend.calls) == ["0", "1"]
    assert done["run"]["status"] == "succeeded"

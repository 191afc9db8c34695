"""Breakpoints of a caller (`interrupt_before`, `interrupt_after`) stop inside the tasks too, and lose no call."""

from typing import Any

import pytest

from hugginggpt.tools.scripted import ScriptedBackend
from scripting import OpenScripted, step

STEPS: list[tuple[dict[str, Any], int]] = [
    ({"interrupt_before": ["execute"]}, 4),
    ({"interrupt_after": ["select"]}, 4),
    ({"interrupt_before": ["select"]}, 2),
    ({"interrupt_after": ["execute"]}, 2),  # recorded, and those that waited have gone on
    ({"interrupt_before": "*"}, 9),
]


@pytest.mark.parametrize(("where", "runs"), STEPS)
async def test_a_run_stops_at_every_breakpoint_and_each_expert_is_called_once(
    scripted: OpenScripted, where: dict[str, Any], runs: int
) -> None:
    backend, config, count = ScriptedBackend(), {"configurable": {"thread_id": "t"}}, 1
    async with scripted([step(0), step(1, 0), step(2, 1)], backend=backend) as world:
        graph: Any = world.graph
        values = await graph.ainvoke({"request": "go"}, config, **where)
        while (await graph.aget_state(config)).next:
            assert count < runs
            values = await graph.ainvoke(None, config, **where)
            count += 1
    assert (count, backend.calls) == (runs, ["0", "1", "2"])
    assert values["run"]["status"] == "succeeded"

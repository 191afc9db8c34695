"""Each option of a run is kept for whatever continues it, can be changed there, or is named where it has to be repeated."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import typer.main

from hugginggpt.apps.changes import Changes
from hugginggpt.apps.cli.common_options import CommonOptions
from hugginggpt.apps.cli.run_commands import run_commands
from hugginggpt.apps.cli.shown_run import _waiting_hint
from hugginggpt.apps.session import Session
from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.errors import UsageError
from hugginggpt.graph.options import CHANGEABLE, Options
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.result import Run
from hugginggpt.graph.world import World
from hugginggpt.nodes.run_options import raised_limits
from hugginggpt.tools.scripted import ScriptedBackend
from scripting import OpenScripted, ask, last, step

FIRST: dict[str, Any] = {
    "approve": "always",
    "where": ("scripted",),
    "models": {"text2text-generation": "scripted/text2text-generation"},
    "select": "rank",
    "max_llm_calls": 11,
    "max_tokens": 12,
    "max_cost": 13.0,
    "max_seconds": 1400.0,
    "deadline": "2100-01-01T00:00:00+00:00",
    "timeout": 150.0,
    "thread_max_llm_calls": 16,
    "thread_max_tokens": 17,
    "thread_max_cost": 18.0,
    "thread_max_seconds": 1900.0,
    "llm": "rules",
    "redo": (0,),
}
SECOND = {
    name: "2101-01-01T00:00:00+00:00" if name == "deadline" else FIRST[name] + 1
    for name in sorted(CHANGEABLE)
}  # fmt: skip
FREE = "scripted/text2text-generation=0/0"
THIS_CALL = {"request", "files", "thread", "json", "record", "replay"}
"""Options of `run` that name what is asked, or how this one call is shown and recorded."""


class Timed(ScriptedBackend):
    """Notes how long each call may take."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    async def run(self, call: Call) -> Sequence[Artifact]:
        self.seconds.append(call.timeout)
        return await super().run(call)


async def change(world: World, run: Run, options: Any) -> Run:
    """As the command, `hugginggpt.resume` and `Outcome.resume` do it."""
    await world.ledger.runs.set_limits(run.run_id, Options.model_validate(raised_limits(options)))
    return await Session(world).run(run.run_id)


async def test_a_resume_and_a_fork_have_every_option_of_their_run_unless_they_change_it(
    scripted: OpenScripted,
) -> None:
    assert FIRST.keys() == Options.model_fields.keys()
    given = Options.model_validate(FIRST)
    plan = Plan.from_hugginggpt([step(0), step(1, 0)])
    async with scripted([], timeout=99, llm_price=FREE) as world:
        assert last(await ask(world, options=given, plan=plan)).status == "waiting"
    backend = Timed()
    async with scripted([], backend=backend, timeout=99, llm_price=FREE) as world:  # another process
        session = Session(world)
        run = await session.run()
        assert run.options.begun(0) == given.begun(0)
        fork = last([event async for event in session.fork(run, Changes(redo=[0]))])
        assert (await session.run(fork.run_id)).options == run.options
        other = last([e async for e in session.fork(run, Changes(redo=[0], limits=SECOND))])
        assert (await session.run(other.run_id)).options == run.options.model_copy(update=SECOND)
        for name in sorted(FIRST.keys() - CHANGEABLE):
            with pytest.raises(UsageError, match=f"options.{name} can't be changed"):
                raised_limits({name: "local" if name == "where" else FIRST[name]})
        changed = await change(world, run, SECOND)
        assert changed.options == run.options.model_copy(update=SECOND)
        done = last([event async for event in session.resume(changed, True)])
        assert done.status == "succeeded", done.results[0]["error"]
        assert {result["assignment"]["expert"]["model_id"] for result in done.results} == {
            "scripted/text2text-generation"
        }
    assert backend.seconds == [151.0, 151.0]


@pytest.mark.parametrize(("kept", "expected"), [({"timeout": 7.0}, 7.0), ({}, 99.0)])
async def test_a_call_has_the_time_of_its_run_else_that_of_the_settings(
    scripted: OpenScripted, kept: dict[str, Any], expected: float
) -> None:
    backend = Timed()
    async with scripted([step(0)], backend=backend, timeout=99, llm_price=FREE) as world:
        await ask(world, options=Options(**kept))
    assert backend.seconds == [expected]


def test_every_option_of_the_command_is_kept_with_the_run_or_named_where_it_goes_on(tmp_path: Path) -> None:
    declared = {option.name for option in typer.main.get_command(run_commands).commands["run"].params}  # type: ignore[attr-defined]
    kept = {"model" if name == "models" else name for name in Options.model_fields} | {"thread_budget"}
    repeated = {"home": tmp_path / "a b", "llm": "rules", "download": "yes", "out": tmp_path}
    assert declared - THIS_CALL - kept == repeated.keys() - {"llm"}
    common = CommonOptions(timeout=7, json=False, where="embedded", **repeated)  # type: ignore[arg-type]
    said = _waiting_hint("r1", common)
    assert said.endswith(f"--home '{tmp_path}/a b' --llm rules --download yes --out {tmp_path}")

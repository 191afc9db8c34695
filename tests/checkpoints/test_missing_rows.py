"""A home that has a run's checkpoints and not its rows: `Session` and the commands find it, and write them again."""

import asyncio
import json
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hugginggpt.apps.cli.app import app
from hugginggpt.apps.session import Session
from hugginggpt.graph.errors import UnknownRun, UsageError
from hugginggpt.graph.options import Options
from hugginggpt.tools.scripted import ScriptedBackend
from scripting import OpenScripted, ask, last, step

TASKS = [step(0), step(1, 0)]


class Broken(ScriptedBackend):
    """Has a bug in task 1 until it is repaired."""

    repaired = False

    async def run(self, call):  # type: ignore[no-untyped-def]
        if call.key == "1" and not self.repaired:
            raise ZeroDivisionError("a bug")
        return await super().run(call)


def forget(home: Path) -> None:
    """Another host's home: the same checkpoints, none of our rows."""
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        for table in ("runs", "tasks", "resources", "assignments", "llm_calls"):
            db.execute(f"DELETE FROM {table}")
        db.commit()


async def test_an_interrupted_run_is_shown_and_resumed_without_a_repeated_call(
    home: Path, scripted: OpenScripted
) -> None:
    backend = Broken()
    async with scripted(TASKS, backend=backend) as world:
        with suppress(ZeroDivisionError):
            await ask(world)
        known = await Session(world).history.run()
    forget(home)
    shown = await asyncio.to_thread(CliRunner().invoke, app, ["show", known.run_id, "--home", str(home), "--json"])
    assert json.loads(shown.stdout)["status"] == "interrupted"
    backend.calls.clear()
    backend.repaired = True
    async with scripted(TASKS, backend=backend) as world:
        session = Session(world)
        assert await session.history.runs() == []
        found = await session.run(known.run_id)
        assert (found.run_id, found.status) == (known.run_id, "interrupted")
        end = last([event async for event in session.resume(found)])
        assert (await session.history.run(known.run_id)).status == "succeeded"
    assert end.status == "succeeded"
    assert backend.calls == ["1"]


async def test_a_run_that_waits_is_approved(home: Path, scripted: OpenScripted) -> None:
    async with scripted(TASKS) as world:
        run_id = last(await ask(world, options=Options(approve="always"))).run_id
    forget(home)
    async with scripted(TASKS) as world:
        session = Session(world)
        found = await session.run(run_id[:6])
        assert found.status == "waiting"
        assert last([event async for event in session.resume(found, True)]).status == "succeeded"


async def test_a_partial_run_is_finished_and_can_be_retried(home: Path, scripted: OpenScripted) -> None:
    backend = ScriptedBackend(failures={1: ["no power", None]})
    async with scripted(TASKS, backend=backend) as world:
        run_id = last(await ask(world)).run_id
    forget(home)
    backend.calls.clear()
    async with scripted(TASKS, backend=backend) as world:
        session = Session(world)
        found = await session.run(run_id)
        assert (found.status, found.results[0].status) == ("partial", "succeeded")
        with pytest.raises(UsageError, match="is finished"):
            [event async for event in session.resume(found)]
        backend.calls.append("1")  # the failure is that of the first call
        assert last([event async for event in session.retry(found)]).status == "succeeded"
        with pytest.raises(UnknownRun):
            await session.run("no such run")
    assert backend.calls == ["1", "1"]

"""Stored data is verified when it is read

A person, a program or a disk may have changed the home since. A file is used only if its hash is the recorded one.
"""

import asyncio
import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fences import Fence
from hugginggpt.apps.session import Session
from hugginggpt.checkpoints.home import prepare_home
from hugginggpt.checkpoints.store import FileStore
from hugginggpt.graph.call import Material
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.resource import INLINE_LIMIT
from scripting import CHAIN, OpenScripted, ask
from shell import Shell

FENCES = (
    Fence(
        "a file's hash is checked when it is read",
        "graph/stored.py",
        "    if not unchanged:\n",
        "    if False:\n",
        "test_stored.py::test_a_changed_file_is_not_read[changed]",
    ),
    Fence(
        "no link in the store is followed",
        "graph/stored.py",
        'os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)',
        "os.O_RDONLY",
        "test_stored.py::test_a_changed_file_is_not_read[a link to the same]",
    ),
    Fence(
        "workers check what they read",
        "tools/backends/worker/child.py",
        "        job.call.check()\n",
        "",
        "test_stored.py::test_a_changed_file_fails_its_task_with_the_reason",
    ),
    Fence(
        "a damaged row spoils no list",
        "checkpoints/run_rows.py",
        "except (ValueError, TypeError, KeyError) as error:",
        "except ZeroDivisionError as error:",
        "test_stored.py::test_a_damaged_row_affects_its_own_run_only[options-[]]",
    ),
    Fence(
        "recordings are for their owner",
        "tools/recording/recorder.py",
        "os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)",
        "os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)",
        "test_stored.py::test_recordings_and_homes_are_readable_by_their_owner_only",
    ),
)
LONG = "A sentence of mine. " * (INLINE_LIMIT // 10)


def change(path: Path) -> None:
    path.write_text(path.read_text().replace("mine", "ours"))


def cut_off(path: Path) -> None:
    path.write_text(path.read_text()[:100])


def link_to_another(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/hostname")


def link_to_the_same(path: Path) -> None:
    path.rename(path.with_name("there"))
    path.symlink_to(path.with_name("there"))


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def remove(path: Path) -> None:
    path.unlink()


SPOILT: dict[str, Callable[[Path], None]] = {
    "changed": change,
    "cut off": cut_off,
    "a link to another": link_to_another,
    "a link to the same": link_to_the_same,
    "a pipe": pipe,
    "a folder": folder,
    "gone": remove,
}


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_changed_file_is_not_read(home: Path, spoil: str) -> None:
    """A file of a home that was changed, or exchanged for a link, a pipe or a folder, is an error at once."""
    store = FileStore(prepare_home(home))
    resource = asyncio.run(store.put_text(LONG))
    material = Material(resource=resource, path=store.path(resource))
    assert material.text() == LONG
    SPOILT[spoil](material.path)
    with pytest.raises(ExpertError, match=r"in the home after it was recorded|can't be read from the home"):
        material.text()


@pytest.mark.parametrize("spoil", [name for name in SPOILT if name != "a folder"])
def test_giving_a_file_again_repairs_it(home: Path, spoil: str) -> None:
    """Giving the same content again repairs a damaged file of the store."""
    store = FileStore(prepare_home(home))
    resource = asyncio.run(store.put_text(LONG))
    SPOILT[spoil](store.path(resource))
    assert asyncio.run(store.put_text(LONG)) == resource
    assert Material(resource=resource, path=store.path(resource)).text() == LONG
    assert not store.path(resource).is_symlink()


def test_a_changed_file_fails_its_task_with_the_reason(tmp_path: Path, shell: Shell) -> None:
    """A task whose input was changed in the home fails with that reason; no expert gets the changed content."""
    Image.new("RGB", (32, 32), "teal").save(tmp_path / "plain.png")
    assert shell("run", "Find the edges in plain.png", "--approve", "always").code == 4
    (kept,) = (tmp_path / "home" / "resources").rglob("*.png")
    Image.new("RGB", (32, 32), "red").save(kept)
    resumed = shell("resume", "--approve")
    assert resumed.code == 1
    assert "was changed in the home after it was recorded" in resumed.out + resumed.err


async def two_runs(scripted: OpenScripted) -> None:
    async with scripted(CHAIN) as world:
        for thread in ("first", "second"):
            await ask(world, "do it", thread=thread)


FORGED: list[tuple[str, Any]] = [
    ("plan", "[" * 100_000), ("plan", "{}}"), ("plan", b"\xff\xfe"), ("plan", '{"tasks": [{"id": 1}]}'), ("repairs", "{"),
    ("plan", 5), ("status", "unheard-of"), ("status", None), ("options", "[]"), ("options", "nonsense"),
    ("refusals", "7"), ("usage", '{"llm_calls": "many"}'), ("files", "{}"), ("files", "[[1]]"), ("started_at", "yesterday"),
    ("request", b"\x00\xff"), ("owner", "no owner"), ("answer", 3.5), ("version", b"\xff"), ("epoch", 12),
]  # fmt: skip


@pytest.mark.parametrize(("column", "value"), FORGED, ids=[f"{column}-{str(value)[:12]}" for column, value in FORGED])
async def test_a_damaged_row_affects_its_own_run_only(
    scripted: OpenScripted, home: Path, column: str, value: Any
) -> None:
    """A run with an unreadable row is shown as damaged, in its place; all other runs of the home are not affected."""
    await two_runs(scripted)
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        if column == "status" and value is None:
            value = ""
        db.execute(f"UPDATE runs SET {column} = ? WHERE thread_id = 'second'", [value])
        db.commit()
    async with scripted(CHAIN) as world:
        runs = await Session(world).history.runs()
        assert [run.thread_id for run in runs] == ["second", "first"]
        assert runs[1].status == "succeeded"
        assert len(runs[1].results) == len(CHAIN)
        assert (
            runs[0].status == "damaged"
            or column not in ("plan", "repairs", "options")
            or value in (5, '{"tasks": [{"id": 1}]}')
        )


@pytest.mark.parametrize("result", ["", "{", "[]", "[" * 100_000, '{"task_id": "x"}', b"\xff", "null"], ids=range(7))
async def test_a_forged_result_is_reported_and_not_used(scripted: OpenScripted, home: Path, result: Any) -> None:
    """A result that this program did not write is not used: its run is shown as damaged, and no other run is."""
    await two_runs(scripted)
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        (epoch,) = db.execute("SELECT epoch FROM runs WHERE thread_id = 'second'").fetchone()
        db.execute("UPDATE tasks SET result = ? WHERE epoch = ? AND key = '1'", [result, epoch])
        db.commit()
    async with scripted(CHAIN) as world:
        runs = await Session(world).history.runs()
    assert [run.status for run in runs] == ["damaged", "succeeded"]
    assert "can't be read" in runs[0].answer


@pytest.mark.parametrize(
    "sha256", ["../../../../etc/passwd", "A" * 64, "0" * 63, "/etc/hostname", "..", "0" * 62 + "/."]
)
async def test_a_forged_hash_is_left_out(scripted: OpenScripted, home: Path, tmp_path: Path, sha256: str) -> None:
    """A row that names a file by anything but a hash is left out with a report; the rest of the conversation is used."""
    await two_runs(scripted)
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        db.execute("UPDATE resources SET sha256 = ? WHERE thread_id = 'second' AND key = '1'", [sha256])
        db.commit()
    async with scripted(CHAIN) as world:
        session = Session(world)
        listed = await session.history.resources(thread_id="second")
        assert {row["key"] for row in listed} == {"0", "2", "3"}
        assert {made.producer for made in await world.ledger.thread_resources("second")} == {"0", "2", "3"}


def test_one_damaged_row_breaks_no_command(tmp_path: Path, shell: Shell) -> None:
    """`runs`, `show`, `resources`, `resume` and `doctor` work beside a damaged run, and name it."""
    began = shell.each([["run", f"What language is {text}?"] for text in ("'this is one'", "'this is another one'")])
    assert began.err.count("exit 0") == 2, began.err
    with closing(sqlite3.connect(tmp_path / "home" / "hugginggpt.db")) as db:
        db.execute("UPDATE runs SET options = 'x' WHERE rowid = 2")
        db.execute("UPDATE resources SET sha256 = 'x' WHERE rowid = 2")
        db.commit()
    listed = {run["run_id"]: run["status"] for run in json.loads(shell("runs", "--json").out)}
    assert sorted(listed.values()) == ["damaged", "succeeded"]
    damaged = next(run_id for run_id, status in listed.items() if status == "damaged")
    typed = shell.each([["runs"], ["resources"], *(["show", run_id] for run_id in listed)])
    assert typed.code == 0, typed.err
    assert "exit" not in typed.err.replace("exit 0", "")
    assert "can't be read" in typed.out
    resumed = shell("resume", damaged)
    assert resumed.code == 2
    assert "damaged" in resumed.err


def test_recordings_and_homes_are_readable_by_their_owner_only(tmp_path: Path, shell: Shell) -> None:
    """No other user of the machine can read recordings, homes, their files or the configuration."""
    old = os.umask(0)
    try:
        assert shell("run", "What language is 'this is one'?", "--record", "recording.jsonl").code == 0
        assert shell("models", "--add", "http://127.0.0.1:9", "--task", "summarization", "--keep").code == 3
    finally:
        os.umask(old)
    home = tmp_path / "home"
    private = [tmp_path / "recording.jsonl", home, *home.rglob("*"), *(tmp_path / "config").rglob("*")]
    assert {path.stat().st_mode & 0o077 for path in private} == {0}

"""A home that was copied shows files of its own, and a file that is gone is said to be missing."""

import json
import shutil
from pathlib import Path

import pytest

from hugginggpt.graph.result import Run
from hugginggpt.tools.scripted import ScriptedController
from scripting import OpenScripted, ask, last
from shell import Shell

SPEECH = [{"task": "text-to-speech", "id": 0, "dep": [-1], "args": {"text": "hello"}}]


@pytest.fixture
async def made(scripted: OpenScripted, home: Path) -> str:
    """The path of the file that the answer of the only run names."""

    def answer(run: Run) -> str:
        (resource,) = run.results[0].resources
        return f"It is in {world.store.path(resource)}."

    async with scripted(ScriptedController(SPEECH, answer=answer)) as world:
        return last(await ask(world)).answer.removeprefix("It is in ").removesuffix(".")


def test_the_answer_of_a_run_of_a_copied_home_names_the_files_of_the_copy(
    made: str, home: Path, tmp_path: Path, shell: Shell
) -> None:
    copy = shutil.copytree(home, tmp_path / "a copy")
    shutil.rmtree(home)
    shown = shell("show", "--home", str(copy))
    assert str(home) not in shown.out
    assert f"It is in {copy}/{Path(made).relative_to(home)}." in shown.out
    assert "missing" not in shown.out + shown.err


def test_a_file_that_was_deleted_is_said_to_be_missing(made: str, home: Path, shell: Shell) -> None:
    Path(made).unlink()
    for command in ("show", "resources"):
        listed = shell(command, "--home", str(home))
        assert listed.code == 0
        assert f"{made} (missing)" in listed.out
        assert "a file that is listed is missing: deleted, or not copied with the home: " + made in listed.err
    assert json.loads(shell("show", "--home", str(home), "--json").out)["missing_files"] == [made]
    (row,) = json.loads(shell("resources", "--home", str(home), "--json").out)
    assert row["missing"] is True


def test_a_copy_without_its_newest_rows_is_not_taken_for_a_home_in_which_nothing_was_run(
    made: str, home: Path, tmp_path: Path, shell: Shell
) -> None:
    """As copying the database without its write-ahead log leaves it."""
    copy = shutil.copytree(home, tmp_path / "copy", ignore=shutil.ignore_patterns("hugginggpt.db*"))
    for command in ("runs", "show"):
        shown = shell(command, "--home", str(copy))
        assert f"files are stored in {copy}; if it is a copy, copy hugginggpt.db-wal too" in shown.err

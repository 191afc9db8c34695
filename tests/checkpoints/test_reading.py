"""`runs`, `show`, `history`, `resources` write nothing: on a home that can't be written, is old, new, or not there."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hugginggpt.apps.cli.app import app  # noqa: F401  # compiled, so that a process without rights can import it
from shell import Shell

HOMES = Path(__file__).with_name("homes")
COMMANDS = [["runs"], ["show"], ["history"], ["resources"]]
_READ = """
import json, sys
from pathlib import Path
from typer.testing import CliRunner
import encodings.ascii, hugginggpt.apps.session, langgraph.prebuilt
import hugginggpt.checkpoints.saver, hugginggpt.checkpoints.migrations, hugginggpt.tools.places
from faults import FAULTS
from hugginggpt.apps.cli.app import app
fault, home, commands = json.loads(sys.argv[1])
if fault:
    FAULTS[fault](Path(home))
for words in commands:
    done = CliRunner().invoke(app, [*words, "--home", home, "--json"])
    print(json.dumps([done.exit_code, done.stdout, done.stderr]))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users may use, as root becomes one."""
    with TemporaryDirectory() as made:
        Path(made).chmod(0o777)
        yield Path(made)


def content(home: Path) -> dict[str, str]:
    """Every file of a home with a hash of what is in it, and every folder."""
    hashes = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "" for path in home.rglob("*")
    }
    empty = hashlib.sha256().hexdigest()
    return {  # SQLite opens its log beside a database that it may write to; read, the log stays empty
        name: value
        for name, value in hashes.items()
        if not name.endswith("-shm") and (name[-4:], value) != ("-wal", empty)
    }


def read(home: Path, fault: str = "") -> list[tuple[int, str, str]]:
    """Exit code, stdout and stderr of each command, in a process of its own to which that happens first."""
    process = Shell(home.parent).start(json.dumps([fault, str(home), COMMANDS]), code=_READ)
    out, err = process.communicate(60)
    assert process.returncode == 0, err
    return [tuple(json.loads(line)) for line in out.splitlines()]


@pytest.mark.parametrize(
    ("version", "fault"), [("0.1.0", ""), ("0.1.0", "full"), ("0.1.0", "unwritable"), ("before_lists", "unwritable")]
)
def test_a_home_is_read_without_writing_to_it_and_without_the_right_to(folder: Path, version: str, fault: str) -> None:
    home = Path(shutil.copytree(HOMES / version, folder / "home"))
    for path in (home, *home.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    before = content(home)
    answers = read(home, fault)
    assert [code for code, _, _ in answers] == [0] * len(COMMANDS), answers
    listed, shown, steps, made = (json.loads(out) for _, out, _ in answers)
    assert listed[0]["run_id"] == shown["run_id"] == steps["run_id"]
    assert steps["checkpoints"]
    assert made
    assert content(home) == before


def test_a_home_of_a_newer_format_is_refused_with_the_reason_and_left_as_it_is(tmp_path: Path) -> None:
    home = Path(shutil.copytree(HOMES / "0.1.0", tmp_path / "home"))
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        db.execute("PRAGMA user_version = 99")
    before = content(home)
    for code, _, err in read(home):
        assert code == 1
        assert "made by a newer HuggingGPT (format 99" in err
    assert content(home) == before


def test_where_there_is_no_home_nothing_was_run_and_none_is_made(shell: Shell) -> None:
    """`HUGGINGGPT_HOME` may name one that the first run will make."""
    typed = shell.each([*COMMANDS[::3], ["show"], ["history"]])
    assert typed.err.count(f"there is no home at {shell.folder / 'home'}") == 2
    assert typed.err.count("exit 0") == 2
    assert typed.err.count("nothing was run here yet") == 2
    assert typed.err.count("exit 2") == 2
    assert not (shell.folder / "home").exists()

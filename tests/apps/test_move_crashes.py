"""An export or import killed at any call: the home is whole, the file is there or not, and it succeeds the next time."""

import shutil
import signal
from pathlib import Path

import pytest

from archives import made_archive
from hugginggpt.checkpoints.archive_reading import read_archive
from in_process import as_json, typed
from move_child import move_in_a_process
from scripting import OpenScripted

pytestmark = pytest.mark.crash
KILLED = -signal.SIGKILL


def stored(home: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(home)): file.read_bytes() for file in (home / "resources").rglob("*") if file.is_file()
    }


async def test_an_import_that_is_killed_leaves_a_whole_home_and_succeeds_the_next_time(
    tmp_path: Path, home: Path, scripted: OpenScripted
) -> None:
    archive = await made_archive(tmp_path, home, scripted)
    (run,) = await as_json("runs", home=home)
    shown = await as_json("show", run["run_id"], home=home)
    kill_at, there_after_kill = 0, []
    while True:
        kill_at += 1
        new = tmp_path / f"new-{kill_at}"
        code = move_in_a_process("import", new, archive, kill_at=kill_at)
        assert code in (KILLED, 0)
        runs = await as_json("runs", home=new) if (new / "hugginggpt.db").exists() else []
        there_after_kill.append(bool(runs))
        if runs:
            assert await as_json("show", run["run_id"], home=new) == shown
        assert (await typed("import", archive, home=new)).exit_code == 0
        assert await as_json("show", run["run_id"], home=new) == shown
        assert stored(new) == stored(home)
        if code == 0:
            break
        shutil.rmtree(new)
    assert kill_at > 10
    assert there_after_kill == sorted(there_after_kill), "all of it, or nothing, and never taken back"


@pytest.mark.parametrize("suffix", [".zip", ".html"])
async def test_an_export_that_is_killed_leaves_the_home_and_a_whole_file_or_none(
    tmp_path: Path, home: Path, scripted: OpenScripted, suffix: str
) -> None:
    await made_archive(tmp_path, home, scripted)
    (run,) = await as_json("runs", home=home)
    before, shown = stored(home), await as_json("show", run["run_id"], home=home)
    kill_at = 0
    while True:
        kill_at += 1
        file = tmp_path / f"out-{kill_at}{suffix}"
        code = move_in_a_process("export", home, file, run["run_id"], kill_at=kill_at)
        assert code in (KILLED, 0)
        if file.exists() and suffix == ".zip":
            assert read_archive(file, tmp_path / "new").manifest.run_id == run["run_id"]
        elif file.exists():
            assert file.read_text().rstrip().endswith("</html>")
        assert stored(home) == before
        assert not list(tmp_path.glob(".*")), "nothing half written is left"
        if code == 0:
            break
        if not file.exists():
            assert (await typed("export", run["run_id"], file, home=home)).exit_code == 0
    assert await as_json("show", run["run_id"], home=home) == shown
    assert kill_at > 3

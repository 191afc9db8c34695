"""A forked process that exports or imports a run, killed at the n-th of its calls to the file system or the database."""

import multiprocessing
import os
import signal
import sys
from pathlib import Path
from typing import Any

import hugginggpt
from hugginggpt.graph.settings import Settings

_WRITES = {"os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree", "shutil.copyfile"}
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(
    [
        f"hugginggpt.{name}"
        for name in (
            "apps.moved_runs", "apps.session", "apps.page.writing", "checkpoints.archive_import", "checkpoints.saver",
            "checkpoints.archive_writing", "graph.world", "graph.builder", "tools.places",
        )
    ]
)  # fmt: skip


def move_in_a_process(how: str, home: Path, file: Path, run_id: str = "", *, kill_at: int = 0) -> int | None:
    """Its exit code. `how`: `export` or `import`. `kill_at`: which call it is killed before; 0 for none."""
    process = _processes.Process(target=_work, args=(how, home, file, run_id, kill_at))
    process.start()
    process.join(60)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise AssertionError(f"{how}, call {kill_at}: it hangs")
    return process.exitcode


def _work(how: str, home: Path, file: Path, run_id: str, kill_at: int) -> None:
    left = [kill_at, os.getpid()]

    def count(event: str, given: tuple[Any, ...]) -> None:
        """As Python reports each call, before it is made."""
        writes = event == "open" and isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR)
        if (writes or event in _WRITES) and kill_at:
            left[0] -= 1
            if left[0] == 0:
                os.kill(left[1], signal.SIGKILL)

    settings = Settings(home=home)
    sys.addaudithook(count)
    if how == "export":
        hugginggpt.export_run(run_id, file, settings=settings)
    else:
        hugginggpt.import_run(file, settings=settings)
    hugginggpt.close()

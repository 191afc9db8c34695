"""Does the work of `open`: opens what a task made in the program that this machine has for it."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ...graph.errors import HuggingGPTError, UsageError
from ...graph.resource import Resource
from .console import note, plain, print_json, report_errors
from .inspect import read_home, read_run_at

if TYPE_CHECKING:
    from ...checkpoints.history import History
    from ...checkpoints.open import Storage


def open_output(name: str, key: str, *, home: Path | None, as_json: bool) -> None:
    """Open every file of a task, `3`, or of a member of its list, `3[1]`."""

    async def read(storage: "Storage", history: "History") -> list[Path]:
        run = await read_run_at(name, home, None, history)
        rows = {row.key: row for row in run.results} | {row.key: row for row in await history.members(run.epoch)}
        if key not in rows:
            there = ", ".join(rows) or "none"
            raise UsageError(f"run {run.run_id} has no result of task {key}", hint=f"there are results of {there}")
        files: list[Resource] = [made for made in rows[key].resources if made.sha256]
        if not files:
            raise UsageError(f"task {key} made nothing: {rows[key].error or rows[key].status}")
        return [storage.store.path(made) for made in files]

    paths: list[Path] = read_home(home, read)
    with report_errors(started=False):
        if missing := [path for path in paths if not path.is_file()]:
            raise UsageError(f"{missing[0]} is not there any more", hint=f"make it again: hugginggpt fork {name}")
        opened = [typer.launch(str(path)) == 0 for path in paths]
        if as_json:
            print_json([{"path": str(path), "opened": done} for path, done in zip(paths, opened, strict=True)])
        elif all(opened):
            note(f"opened {plain(', '.join(map(str, paths)))}")
        if not all(opened):
            raise HuggingGPTError(
                "this machine has no program that opens files for others",
                hint=f"open it yourself: {', '.join(str(p) for p, done in zip(paths, opened, strict=True) if not done)}",
            )

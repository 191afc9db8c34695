"""`show_lineage`: from what a file or piece of data was made, back to the user's files, and what was made from it."""

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from rich.tree import Tree

from ...graph.errors import UsageError
from .console import out, plain, print_json
from .inspect import read_home

if TYPE_CHECKING:
    from ...checkpoints.history import History
    from ...checkpoints.lineage import Lineage, Step
    from ...checkpoints.open import Storage


def show_lineage(name: str, *, home: Path | None, as_json: bool) -> None:
    """`hugginggpt show --lineage FILE_OR_ID`."""

    async def read(storage: "Storage", _: "History") -> "Lineage":
        from ...checkpoints.lineage import lineage_of

        sha256 = _hash_of(name)
        return await storage.ledger.database.read(lambda db: lineage_of(db, sha256))

    lineage: Lineage = read_home(home, read)
    if as_json:
        print_json(lineage.model_dump(mode="json"))
        return
    back = Tree(_line(lineage.back), guide_style="dim")
    _grow(back, lineage.back.steps)
    out().print("[bold]made from[/]")
    out().print(back)
    forward = Tree(plain(lineage.back.label or lineage.back.sha256[:12]), guide_style="dim")
    _grow(forward, lineage.forward)
    out().print("[bold]what was made from it[/]" if lineage.forward else "nothing was made from it")
    if lineage.forward:
        out().print(forward)


def _hash_of(name: str) -> str:
    """The hash of a file's content; a hash, or the beginning of one, as it is. A stored file may have been moved since."""
    file = Path(name).expanduser()
    if file.is_file():
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    if re.fullmatch(r"[0-9a-f]{6,64}", name):
        return name
    raise UsageError(
        f"there is no file {name}", hint="name a file, or a hash (at least six hex digits) that `show` prints"
    )


def _line(step: "Step") -> str:
    what = plain(step.label or step.sha256[:12], 100)
    if step.origin == "given":
        return f"{what} [dim]given to run {step.run_id}[/]"
    if step.origin == "not recorded":
        return f"[dim]{what} {step.sha256[:12]}[/]"
    by = f"task {step.key} ({step.task_type}) of run {step.run_id}"
    model = step.model_id + (f" {step.revision}" if step.revision else "")
    given = ", ".join(f"{name}={value}" for name, value in step.parameters.items())
    how = "edited by hand" if step.origin == "edited by hand" else plain(model)
    also = f", also in {', '.join(step.also_in)}" if step.also_in else ""
    return f"{what} [dim]←[/] {plain(by)} [cyan]{how}[/] {plain(given)}[dim]{also} {step.sha256[:12]}[/]"


def _grow(tree: Tree, steps: tuple["Step", ...]) -> None:
    for step in steps:
        _grow(tree.add(_line(step)), step.steps)

"""`made_archive`: an archive of a run with files; `rewritten`: one changed by someone who knows the format."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

from hugginggpt.apps.session import Session
from in_process import typed
from scripting import CHAIN, OpenScripted, ask


async def made_archive(folder: Path, home: Path, scripted: OpenScripted) -> Path:
    """`run.zip` of a run that succeeded."""
    note = folder / "note.txt"
    note.write_text("a boat")
    async with scripted(CHAIN) as world:
        await ask(world, files=[str(note)])
        run_id = (await Session(world).run()).run_id
    out = folder / "run.zip"
    assert (await typed("export", run_id, out, home=home)).exit_code == 0
    return out


def rewritten(archive: Path, change: Callable[[dict[str, bytes]], None], *, stored: str = "-", **how: int) -> None:
    """The archive with other entries, as one makes it who knows the format: hashes in the manifest are right."""
    with zipfile.ZipFile(archive) as source:
        entries = {name: source.read(name) for name in source.namelist()}
    change(entries)
    manifest = json.loads(entries["manifest.json"])
    for part, name in (("rows", "rows.jsonl"), ("checkpoints", "checkpoints.bin.zst")):
        manifest[part] = hashlib.sha256(entries.get(name, b"")).hexdigest()
    entries["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(archive, "w", **how) as target:
        for name, data in entries.items():
            target.writestr(name, data, zipfile.ZIP_STORED if name.startswith(stored) else None)

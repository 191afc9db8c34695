"""`fault_of`: checks of a model's folder before any library reads it: no code, no file names that lead out of it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ....graph import untrusted_json
from ...catalog.hub_names import is_file_inside

WEIGHTS = ("model", "diffusion_pytorch_model")
"""Names of weight files without `.safetensors`; sharded weights have an index file."""
_CODE = (".py", ".pyc", ".pyw", ".so", ".pyd")
_DEPTH = 2
"""Levels of folders below a model's own that libraries read."""
_MOST_FILES = 10_000


def fault_of(folder: Path, within: Path | None = None) -> str | None:
    """Why nothing may be loaded from a folder, or None. `within`: the folder that its links must stay in; any for None."""
    for number, path in enumerate(_files(folder, _DEPTH)):
        shown = path.relative_to(folder).as_posix()
        if number == _MOST_FILES:
            return f"its folder has more than {_MOST_FILES:,} files"
        if path.suffix.lower() in _CODE:  # diffusers before 0.42 runs a component's `.py` without asking
            return f"code lies beside its weights ({shown}), which a library could run: remove it, if you know it"
        if within is not None and path.is_symlink() and not path.resolve().is_relative_to(within.resolve()):
            return f"{shown} is a link out of the Hub's cache"
    return _name_outside(folder)


def parts_of(index: dict[str, Any]) -> list[str]:
    """The folders that `model_index.json` names."""
    return [name for name, value in index.items() if isinstance(value, list) and value and value[0] is not None]


def shards_of(folder: Path, stem: str) -> list[str] | None:
    """The weight files that an index names; None without an index."""
    index = read_json(folder / f"{stem}.safetensors.index.json")
    named = index.get("weight_map") if index else None
    return sorted({str(name) for name in named.values()}) if isinstance(named, dict) else None


def read_json(path: Path) -> dict[str, Any] | None:
    """The JSON object in a file; None where there is no file, or no object in it."""
    try:
        read = untrusted_json.read_untrusted_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return read if isinstance(read, dict) else None


def _name_outside(folder: Path) -> str | None:
    parts = parts_of(read_json(folder / "model_index.json") or {})
    for part in parts:
        if not is_file_inside(part) or "/" in part:
            return f"model_index.json names {part[:80]!r}, which is no folder of it"
    for each in (folder, *(folder / part for part in parts)):
        for stem in WEIGHTS:
            for name in shards_of(each, stem) or ():
                if not is_file_inside(name) or "/" in name:
                    return f"{stem}.safetensors.index.json names {name[:80]!r}, which is no file of it"
    return None


def _files(folder: Path, depth: int) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: (entry.is_dir(), entry.name))
    except OSError:
        return
    for entry in entries:
        if not entry.is_dir():
            yield Path(entry.path)
        elif depth:
            yield from _files(Path(entry.path), depth - 1)

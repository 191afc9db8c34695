"""Inputs as an expert receives them."""

from pathlib import Path

import filetype

from hugginggpt.graph.call import Material
from hugginggpt.graph.resource import Kind, Resource

_BY_NAME = {".csv": "text/csv", ".tsv": "text/tab-separated-values"}


def material(value: str | Path) -> Material:
    """A text, or a file with its content."""
    if isinstance(value, str):
        path = Path("unused")
        return Material(resource=Resource(kind="text", media_type="text/plain", text=value, size=len(value)), path=path)
    guess = filetype.guess_mime(str(value)) or _BY_NAME.get(value.suffix, "application/octet-stream")
    first = "table" if guess in _BY_NAME.values() else guess.partition("/")[0]
    kind: Kind = {"image": "image", "audio": "audio", "video": "video", "table": "table"}.get(first, "document")  # type: ignore[assignment]
    size = value.stat().st_size if value.exists() else 0
    return Material(resource=Resource(kind=kind, media_type=guess, size=size, name=value.name), path=value)

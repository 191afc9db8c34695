"""`read`: the text or table of a document, by the reader of its media type, within the memory of a worker process."""

import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from ...graph.extras import needs
from ..media.memory_budget import reading
from .document_types import READERS
from .reading import Reading, unreadable

_RULE = re.compile(r"^\|(?: --- \|)+$", re.MULTILINE)
"""The line below the names of a table, as `marked_up.as_markdown` writes it."""
SECONDS = 60.0
"""To read one document."""
Reader = Callable[[Path, str], Reading]
"""From the file, and the name that the user knows it by. Raises `ExpertError` (input fault)."""


def read(path: Path, media_type: str, label: str) -> Reading:
    """What a person reads in a file. Raises `ExpertError` (input fault)."""
    module, _, name = READERS[media_type].partition(":")
    reader: Reader = getattr(import_module(f"{__package__}.{module}"), name)
    try:
        with reading(label, seconds=SECONDS):
            return _with_tables(reader(path, label))
    except ModuleNotFoundError as error:
        raise unreadable(label, media_type, f"{error.name} is not installed", needs("embedded").remedy) from None


def _with_tables(found: Reading) -> Reading:
    """What was read; a text that holds tables as Markdown, which says so."""
    tabular = found.kind == "text" and _RULE.search(found.text) is not None
    return found._replace(media_type="text/markdown") if tabular else found

"""`Manifest`: the contents of an archive, the zip in which `export` moves a run with its conversation to another home.

manifest.json           what the archive is, of which version, and the hash of the other two
rows.jsonl              a row a line, `{"table": ..., "row": {...}}`: of the runs of the conversation, and of those from
                        which they were forked
checkpoints.bin.zst     LangGraph's checkpoints of the conversation: msgpack, each after its length (4 bytes, big endian)
resources/ab/cdef....png  files, as they lie in a home; stored, never compressed, so that none grows when it is read
"""

import re
from typing import Any, Final, Literal

from ..graph.errors import InvalidInput
from ..graph.resource import Frozen

ARCHIVE_FORMAT: Final = 1
"""Raised when an earlier version could not read a new archive."""
MANIFEST, ROWS, CHECKPOINTS = "manifest.json", "rows.jsonl", "checkpoints.bin.zst"
MOST_MANIFEST, MOST_ROWS, MOST_CHECKPOINTS = 64 << 10, 256 << 20, 1 << 30
"""Bytes, not compressed, that are read of each."""
WINDOW: Final = 1 << 27
"""Bytes that decompressing the checkpoints may keep."""
FILE: Final = re.compile(r"resources/(?P<folder>[0-9a-f]{2})/(?P<rest>[0-9a-f]{62})(?P<suffix>(\.[a-z0-9]{1,12})?)")
"""The name of a file: the hash of its content in two parts, and a suffix."""
LENGTH: Final = 4
"""Bytes of a length before each checkpoint or group of writes."""
Rows = dict[str, list[dict[str, Any]]]
"""Rows by table."""


class Manifest(Frozen):
    """The first entry of an archive."""

    made_by: Literal["hugginggpt export"] = "hugginggpt export"
    format: int = ARCHIVE_FORMAT
    database: int
    """`FORMAT` of the home that it was made from."""
    version: str
    """Of the program."""
    run_id: str
    thread_id: str
    rows: str
    """sha256 of the rows."""
    checkpoints: str
    """sha256 of the checkpoints, compressed."""
    missing: tuple[str, ...] = ()
    """Hashes of files that were not there any more when it was made."""


def unusable(name: str, why: str, hint: str = "") -> InvalidInput:
    """The error for a file that can't be imported."""
    return InvalidInput(
        f"{name} can't be imported: {why}",
        hint=hint or "nothing was changed; make it again where the run is: hugginggpt export RUN out.zip",
    )

"""`file_to_export`: the new file that an export writes; its suffix says whether a page or an archive."""

import os
from pathlib import Path

from ..graph.errors import UsageError
from ..graph.new_file import check_new

PAGES = (".html", ".htm")
ARCHIVE = ".zip"


def file_to_export(given: str | os.PathLike[str]) -> Path:
    """Raises `UsageError` where the name is taken, or does not say what to write."""
    file = Path(given).expanduser()
    if file.suffix.lower() not in (ARCHIVE, *PAGES):
        raise UsageError(
            f"{file} has no suffix that says what to write",
            hint="name it out.html (a page for people) or out.zip (to be imported elsewhere)",
        )
    check_new(file)
    return file

"""`ResultsFile`: the results of an evaluation so far, a JSON line each, from which the same command continues."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...graph.errors import StorageError
from ...graph.untrusted_json import read_untrusted_json
from ..cli.printable import json_text


class ResultsFile:
    """Rows by key in an append-only file; the later of two rows with one key counts; an incomplete line is ignored."""

    def __init__(self, file: Path, *, fresh: bool = False) -> None:
        """`fresh`: ignore the rows in the file. Raises `StorageError`."""
        self.file = file
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            data = file.read_bytes() if file.exists() else b""
            self._file = file.open("ab")
            if data and not data.endswith(b"\n"):
                self._file.write(b"\n")
        except OSError as error:
            raise StorageError(
                f"{file} can't be written: {error.strerror or error}", hint="choose another with --out"
            ) from None
        self._rows: dict[str, dict[str, Any]] = {}
        for row in [] if fresh else map(_row, data.split(b"\n")):
            if row:
                self._rows[row["key"]] = row

    def get(self, key: str) -> dict[str, Any] | None:
        """The row of that key, or None."""
        return self._rows.get(key)

    def add(self, key: str, row: Mapping[str, Any]) -> None:
        """Append a row, and sync it to disk."""
        self._rows[key] = {"key": key, **row}
        try:
            self._file.write(json_text(self._rows[key]).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise StorageError(f"{self.file} can't be written: {error.strerror or error}") from None

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def row_key(*parts: str) -> str:
    """A short key of a request, its controller and version."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def default_path(home: Path, what: str, controller: str) -> Path:
    """Where results go without `--out`: in the home, a file for each controller."""
    named = "".join(letter if letter.isalnum() or letter in ".-" else "-" for letter in controller)
    return home / "eval" / f"{what}-{named}.jsonl"


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        row = read_untrusted_json(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) and isinstance(row.get("key"), str) else None

"""`Recorder` writes a recording of a run: every exchange with models, experts, catalogue and files, as it happens."""

import asyncio
import base64
import hashlib
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from copy import deepcopy
from pathlib import Path
from threading import Lock
from typing import Any

from ...graph.errors import StorageError, UsageError
from .exchange import FORMAT, Do, Json
from .scrub import Scrubber


class Recorder:
    """A `Recording` that is written. A file that is closed without `end` counts as cut off."""

    replaying = False

    def __init__(self, file: Path, head: Mapping[str, Any], scrub: Scrubber) -> None:
        """Raises `UsageError` when the file exists already or can't be written."""
        self.file = file
        self.head = head
        self._scrub = scrub
        self._lock = Lock()
        self._blobs: dict[str, bytes] = {}
        self._written = set[str]()
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # it holds the user's files
            self._file = os.fdopen(handle, "w", encoding="utf-8", errors="replace")
        except FileExistsError:
            raise UsageError(f"{file} exists already", hint="name another file, or remove it first") from None
        except OSError as error:
            raise UsageError(f"{file} can't be written: {error.strerror or error}") from None
        self._write({"kind": "head", "format": FORMAT, **head})

    async def exchange(self, kind: str, label: str, request: Json, call: Do) -> Json:
        """Make the real call, and write request and response."""
        began = time.monotonic()
        response = await call()
        await self._put(kind, label, request, response, began)
        return response

    async def stream(
        self, kind: str, label: str, request: Json, call: Callable[[], AsyncIterator[Json]]
    ) -> AsyncIterator[Json]:
        """Pass on each piece as it arrives, and write all of them at the end."""
        began, pieces = time.monotonic(), []
        async for piece in call():
            pieces.append(deepcopy(piece))
            yield piece
        await self._put(kind, label, request, self._scrub.stream(pieces), began)

    async def keep(self, data: bytes) -> str:
        """Write a file, once; secrets are removed from a text."""
        if is_utf8(data):
            data = await asyncio.to_thread(self._scrub.redact.data, data)
        sha256 = await asyncio.to_thread(lambda: hashlib.sha256(data).hexdigest())
        if sha256 not in self._written:
            self._written.add(sha256)
            text = await asyncio.to_thread(lambda: base64.b64encode(data).decode())
            await asyncio.to_thread(self._write, {"kind": "blob", "sha256": sha256, "base64": text})
        self._blobs[sha256] = data
        return sha256

    async def blob(self, sha256: str) -> bytes:
        """A file that was just kept; removed from memory."""
        return self._blobs.pop(sha256)

    async def end(self, outcome: Mapping[str, Any]) -> None:
        """Write how the run ended."""
        await asyncio.to_thread(self._write, {"kind": "end", **outcome})

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    async def _put(self, kind: str, label: str, request: Json, response: Json, began: float) -> None:
        seconds = round(time.monotonic() - began, 3)
        line = {"kind": kind, "label": label, "asked": request, "told": response, "seconds": seconds}
        await asyncio.to_thread(self._write, line)

    def _write(self, line: Mapping[str, Any]) -> None:
        clean = line if line["kind"] == "blob" else self._scrub(dict(line))
        try:
            with self._lock:
                self._file.write(json.dumps(clean, ensure_ascii=False) + "\n")
                self._file.flush()
        except OSError as error:
            raise StorageError(f"the recording can't be written: {error.strerror or error}") from error


def is_utf8(data: bytes) -> bool:
    """Whether it is UTF-8 text."""
    try:
        return b"\0" not in data and bool(data.decode("utf-8"))
    except UnicodeDecodeError:
        return False

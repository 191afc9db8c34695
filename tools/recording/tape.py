"""Tape: one file with every exchange of a run: what was asked, what came back. JSON lines, flushed one by one.

{"kind": "head", "format": 1, "request": ..., "files": [...], "options": {...}, "model": {...}, "hugginggpt": version}
{"kind": "blob", "sha256": ..., "base64": ...}                       a file, before the first line that speaks of it
{"kind": "llm" | "expert" | "experts" | "files", "label": ..., "asked": ..., "told": ..., "seconds": ...}
{"kind": "end", "status": ..., "plan": [...], "answer": ...}

`Recorder` writes it while a run goes on; `Player` answers from it and notes where the run departs. Both are a `Tape`: what
stands between a stage and the world says `exchange(kind, label, asked, do)`, and cannot tell which one it has.
"""

import asyncio
import base64
import hashlib
import json
import os
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from copy import deepcopy
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from ...graph.errors import StorageError, UsageError
from ...graph.untrusted_json import read_untrusted_json
from .differences import first_difference
from .scrub import Scrubber

FORMAT = 1
LONGEST_LINE = 1 << 30
"""Characters: a line may hold a file."""
REPEATABLE = {"experts", "files"}
"""Questions that may be asked more or less often than they were: the answer is the same, and nothing is spent."""

Json = Any
Do = Callable[[], Awaitable[Json]]


class NotRecorded(Exception):
    """The tape has no answer to this; whoever asked turns it into an error of its port."""


class Tape(Protocol):
    """What stands between a run and the world."""

    head: Mapping[str, Any]
    playing: bool
    """Whether answers come from the file, and the world is not asked."""

    async def exchange(self, kind: str, label: str, asked: Json, do: Do) -> Json:
        """The answer to a question: from `do`, or from the file. Raises `NotRecorded`."""

    def stream(self, kind: str, label: str, asked: Json, do: Callable[[], AsyncIterator[Json]]) -> AsyncIterator[Json]:
        """The same for an answer in pieces."""

    async def keep(self, data: bytes) -> str:
        """Put a file on the tape; gives its sha256."""

    async def blob(self, sha256: str) -> bytes:
        """A file of the tape."""


class Recorder:
    """A tape that is written. Closed without `end`, it is one that was cut off."""

    playing = False

    def __init__(self, file: Path, head: Mapping[str, Any], scrub: Scrubber) -> None:
        """Raises `UsageError` when the file is there already, and when it can't be written."""
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
            raise UsageError(f"{file} is there already", hint="name another file, or remove it first") from None
        except OSError as error:
            raise UsageError(f"{file} can't be written: {error.strerror or error}") from None
        self._write({"kind": "head", "format": FORMAT, **head})

    async def exchange(self, kind: str, label: str, asked: Json, do: Do) -> Json:
        """Ask the world, and write down what it says."""
        began = time.monotonic()
        told = await do()
        await self._put(kind, label, asked, told, began)
        return told

    async def stream(
        self, kind: str, label: str, asked: Json, do: Callable[[], AsyncIterator[Json]]
    ) -> AsyncIterator[Json]:
        """Pass on each piece as it comes, and write them down at the end."""
        began, pieces = time.monotonic(), []
        async for piece in do():
            pieces.append(deepcopy(piece))
            yield piece
        await self._put(kind, label, asked, self._scrub.stream(pieces), began)

    async def keep(self, data: bytes) -> str:
        """Put a file on the tape, once; a text without secrets."""
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
        """A file that was kept a moment ago; it is taken off this machine's memory."""
        return self._blobs.pop(sha256)

    async def end(self, ended: Mapping[str, Any]) -> None:
        """How the run came out."""
        await asyncio.to_thread(self._write, {"kind": "end", **ended})

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    async def _put(self, kind: str, label: str, asked: Json, told: Json, began: float) -> None:
        seconds = round(time.monotonic() - began, 3)
        line = {"kind": kind, "label": label, "asked": asked, "told": told, "seconds": seconds}
        await asyncio.to_thread(self._write, line)

    def _write(self, line: Mapping[str, Any]) -> None:
        clean = line if line["kind"] == "blob" else self._scrub(dict(line))
        try:
            with self._lock:
                self._file.write(json.dumps(clean, ensure_ascii=False) + "\n")
                self._file.flush()
        except OSError as error:
            raise StorageError(f"the recording can't be written: {error.strerror or error}") from error


class Player:
    """A tape that is played. The same question gets the same answer; one that was asked otherwise gets the likest."""

    playing = True

    def __init__(self, file: Path, scrub: Scrubber) -> None:
        """Raises `UsageError` for a file that is no recording."""
        self._scrub = scrub
        self.departures: list[str] = []
        """Where the run was not as it was recorded, in words."""
        self.played = 0
        """Exchanges answered so far."""
        lines = _lines(file)
        self.head: Mapping[str, Any] = lines[0]
        self.end: Mapping[str, Any] | None = lines[-1] if lines[-1]["kind"] == "end" else None
        self._blobs = {line["sha256"]: line["base64"] for line in lines if line["kind"] == "blob"}
        self._left: dict[str, list[dict[str, Any]]] = defaultdict(list)
        """Exchanges not made yet, by kind."""
        for line in lines[1:]:
            if line["kind"] not in ("blob", "end"):
                self._left[line["kind"]].append(line)
        self._last: dict[str, Json] = {}

    async def exchange(self, kind: str, label: str, asked: Json, do: Do) -> Json:
        """What the recording answers. Raises `NotRecorded`."""
        self.played += 1
        return self._answer(kind, label, json.loads(json.dumps(self._scrub(asked))))

    async def stream(
        self, kind: str, label: str, asked: Json, do: Callable[[], AsyncIterator[Json]]
    ) -> AsyncIterator[Json]:
        """The same, piece by piece."""
        for piece in await self.exchange(kind, label, asked, _nothing):
            yield piece

    async def keep(self, data: bytes) -> str:
        """Nothing is kept while playing."""
        return hashlib.sha256(data).hexdigest()

    async def blob(self, sha256: str) -> bytes:
        """A file of the recording. Raises `NotRecorded`."""
        if sha256 not in self._blobs:
            raise NotRecorded(f"the recording lacks the file {sha256[:8]}")
        return await asyncio.to_thread(base64.b64decode, self._blobs[sha256])

    def close_with(self, ended: Mapping[str, Any]) -> list[str]:
        """All departures, once the run has ended: also what was not asked any more, and what came out otherwise."""
        for kind, left in self._left.items():
            if kind not in REPEATABLE:
                self.departures += [f"not asked any more: {line['label']}" for line in left]
        if self.end is None:
            self.departures.append("the recording was cut off before the run's end")
            return self.departures
        now = self._scrub(dict(ended))
        for name in ("status", "plan", "answer"):
            if told := first_difference(self.end.get(name), now.get(name)):
                self.departures.append(f"the {name} is another: {told}")
        return self.departures

    def _answer(self, kind: str, label: str, asked: Json) -> Json:
        left, exact = self._left[kind], json.dumps([kind, asked], sort_keys=True)
        same = next((line for line in left if line["asked"] == asked), None)
        if same is None and exact in self._last:  # asked once more
            if kind not in REPEATABLE:
                self.departures.append(f"asked once more: {label}")
            return self._last[exact]
        if same is None:
            same = _likest([line for line in left if line["label"] == label], asked)
            if same is None:
                self.departures.append(f"not recorded: {label}")
                raise NotRecorded(f"the recording has no answer to: {label}")
            self.departures.append(f"asked otherwise: {label}: {first_difference(same['asked'], asked)}")
        left.remove(same)
        self._last[exact] = same["told"]
        return same["told"]


def is_utf8(data: bytes) -> bool:
    """Whether it is text, as far as that can be seen."""
    try:
        return b"\0" not in data and bool(data.decode("utf-8"))
    except UnicodeDecodeError:
        return False


async def _nothing() -> Json:
    return None


def _likest(lines: list[dict[str, Any]], asked: Json) -> dict[str, Any] | None:
    from rapidfuzz import fuzz

    text = json.dumps(asked, sort_keys=True)
    return max(lines, key=lambda line: fuzz.ratio(json.dumps(line["asked"], sort_keys=True), text), default=None)


def _lines(file: Path) -> list[dict[str, Any]]:
    """The lines of a recording; one that was torn by a crash, at its end, is left out."""
    try:
        raw = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} can't be read: {getattr(error, 'strerror', None) or error}") from None
    lines: list[dict[str, Any]] = []
    for number, text in enumerate(raw, start=1):
        try:
            line = read_untrusted_json(text, longest=LONGEST_LINE)
            _ = line["kind"]
        except (ValueError, KeyError, TypeError):
            if number == len(raw) > 1:
                break
            raise UsageError(f"{file}, line {number}, is no line of a recording") from None
        lines.append(line)
    if not lines or lines[0]["kind"] != "head":
        raise UsageError(f"{file} is no recording", hint="`hugginggpt run ... --record FILE` makes one")
    if lines[0].get("format") != FORMAT:
        raise UsageError(
            f"{file} has format {lines[0].get('format')}, and this reads {FORMAT}",
            hint=f"it was made by hugginggpt {lines[0].get('hugginggpt', '?')}",
        )
    return lines

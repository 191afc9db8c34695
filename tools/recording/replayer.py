"""`Replayer` answers each request from a recording, and reports where the run differs from the recorded one."""

import asyncio
import base64
import hashlib
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

from ...graph.advice import command
from ...graph.errors import UsageError
from ...graph.untrusted_json import read_untrusted_json
from .differences import first_difference
from .exchange import FORMAT, Do, Json, NotRecorded
from .scrub import Scrubber

LONGEST_LINE = 1 << 30
"""Characters: a line may hold a file."""
REPEATABLE = {"experts", "files"}
"""Kinds of requests whose number may differ: the response is the same, and costs nothing."""


class Replayer:
    """A `Recording` that is replayed. The same request gets the same response; a changed one gets the most similar."""

    replaying = True

    def __init__(self, file: Path, scrub: Scrubber) -> None:
        """Raises `UsageError` for a file that is not a recording."""
        self._scrub = scrub
        self.differences: list[str] = []
        """Where the run differs from the recorded one, one sentence each."""
        self.replayed = 0
        """Number of exchanges so far."""
        lines = _read_lines(file)
        self.head: Mapping[str, Any] = lines[0]
        self.end: Mapping[str, Any] | None = lines[-1] if lines[-1]["kind"] == "end" else None
        self._blobs = {line["sha256"]: line["base64"] for line in lines if line["kind"] == "blob"}
        self._unused: dict[str, list[dict[str, Any]]] = defaultdict(list)
        """Recorded exchanges that have not been replayed yet, by kind."""
        for line in lines[1:]:
            if line["kind"] not in ("blob", "end"):
                self._unused[line["kind"]].append(line)
        self._last: dict[str, Json] = {}

    async def exchange(self, kind: str, label: str, request: Json, call: Do) -> Json:
        """The recorded response. Raises `NotRecorded`."""
        return self._response(kind, label, request)

    async def stream(
        self, kind: str, label: str, request: Json, call: Callable[[], AsyncIterator[Json]]
    ) -> AsyncIterator[Json]:
        """The same, piece by piece."""
        for piece in self._response(kind, label, request):
            yield piece

    async def keep(self, data: bytes) -> str:
        """The hash only: a replay writes nothing."""
        return hashlib.sha256(data).hexdigest()

    async def blob(self, sha256: str) -> bytes:
        """A file of the recording. Raises `NotRecorded`."""
        if sha256 not in self._blobs:
            raise NotRecorded(f"the recording lacks the file {sha256[:8]}")
        return await asyncio.to_thread(base64.b64decode, self._blobs[sha256])

    def all_differences(self, outcome: Mapping[str, Any]) -> list[str]:
        """All differences, once the run has ended: also unused exchanges, and another outcome."""
        for kind, lines in self._unused.items():
            if kind not in REPEATABLE:
                self.differences += [f"not requested: {line['label']}" for line in lines]
        if self.end is None:
            self.differences.append("the recording was cut off before the run's end")
            return self.differences
        now = self._scrub(dict(outcome))
        for name in ("status", "plan", "answer"):
            if difference := first_difference(self.end.get(name), now.get(name)):
                self.differences.append(f"the {name} differs: {difference}")
        return self.differences

    def _response(self, kind: str, label: str, request: Json) -> Json:
        self.replayed += 1
        request = json.loads(json.dumps(self._scrub(request)))
        unused, key = self._unused[kind], json.dumps([kind, request], sort_keys=True)
        line = next((line for line in unused if line["asked"] == request), None)
        if line is None and key in self._last:
            if kind not in REPEATABLE:
                self.differences.append(f"requested once more: {label}")
            return self._last[key]
        if line is None:
            line = _most_similar([line for line in unused if line["label"] == label], request)
            if line is None:
                self.differences.append(f"not recorded: {label}")
                raise NotRecorded(f"the recording has no response to: {label}")
            self.differences.append(f"another request: {label}: {first_difference(line['asked'], request)}")
        unused.remove(line)
        self._last[key] = line["told"]
        return line["told"]


def _most_similar(lines: list[dict[str, Any]], request: Json) -> dict[str, Any] | None:
    from rapidfuzz import fuzz

    text = json.dumps(request, sort_keys=True)
    return max(lines, key=lambda line: fuzz.ratio(json.dumps(line["asked"], sort_keys=True), text), default=None)


def _read_lines(file: Path) -> list[dict[str, Any]]:
    """The lines of a recording, without an incomplete last line, which a crash leaves."""
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
            raise UsageError(f"{file}, line {number}, is not a line of a recording") from None
        lines.append(line)
    if not lines or lines[0]["kind"] != "head":
        raise UsageError(f"{file} is not a recording", hint=f"{command('run ... --record FILE')} makes one")
    if lines[0].get("format") != FORMAT:
        raise UsageError(
            f"{file} has format {lines[0].get('format')}, and this version reads format {FORMAT}",
            hint=f"it was made by hugginggpt {lines[0].get('hugginggpt', '?')}",
        )
    return lines

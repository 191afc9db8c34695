"""Scrub: keys and the user's own folders taken out of what is recorded.

Beside the secrets that are configured (see `graph/redactor.py`), what merely looks like a key goes too: a recording is made
to be handed on. Not covered: secrets inside pictures, sound and packed files that a run was given or made.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...graph.redactor import Redactor
from ...graph.settings import Settings
from ..redaction.configured_secrets import redactor_of

REMOVED = "[removed]"
_LOOKS_LIKE_A_KEY = re.compile(
    r"\b(?:hf_[A-Za-z0-9]{16,}|sk-[\w-]{16,}|gsk_\w{16,}|AIza[\w-]{30,}|(?<=Bearer )[\w.~+/-]{8,}=*)"
)


class Scrubber:
    """Takes out what must not leave this machine; the same text always becomes the same."""

    def __init__(self, settings: Settings, env: Mapping[str, str] = os.environ) -> None:
        self.redact: Redactor = redactor_of(settings, env)
        replaced = {str(settings.home): "[home]"}
        if len(home := str(Path.home())) > 1:
            replaced |= {home: "~"}
        self._replaced = dict(sorted(replaced.items(), key=lambda pair: -len(pair[0])))

    def __call__(self, value: Any) -> Any:
        """The same JSON value, clean."""
        match value:
            case str():
                for folder, instead in self._replaced.items():
                    value = value.replace(folder, instead)
                return _LOOKS_LIKE_A_KEY.sub(REMOVED, self.redact.text(value))
            case dict():
                return {self(name): self(part) for name, part in value.items()}
            case list() | tuple():
                return [self(part) for part in value]
        return value

    def stream(self, pieces: list[Any]) -> list[Any]:
        """The same for an answer in pieces, over whose borders a key may lie."""
        for texts in (_contents(pieces), _arguments(pieces)):
            cut = self.redact.pieces([holder[name] for holder, name in texts])
            for (holder, name), text in zip(texts, cut, strict=True):
                holder[name] = text
        return pieces


def _contents(pieces: list[Any]) -> list[tuple[dict[str, Any], str]]:
    """Where the words of an answer stand, piece by piece."""
    return [(piece, "content") for piece in pieces if isinstance(piece, dict) and isinstance(piece.get("content"), str)]


def _arguments(pieces: list[Any]) -> list[tuple[dict[str, Any], str]]:
    """Where the arguments of a call stand, piece by piece."""
    calls = (call for piece in pieces if isinstance(piece, dict) for call in piece.get("tool_call_chunks") or ())
    return [(call, "args") for call in calls if isinstance(call.get("args"), str)]

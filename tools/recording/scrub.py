"""`Scrubber` removes keys and the user's own folders from what is recorded.

Configured secrets are removed (see `graph/redactor.py`), and also whatever has the form of a key, since a recording is made
to be shared. Not covered: secrets inside pictures, sound and compressed files of a run.
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
    """Removes what must not leave this machine. The same text always gives the same result."""

    def __init__(self, settings: Settings, env: Mapping[str, str] = os.environ) -> None:
        self.redact: Redactor = redactor_of(settings, env)
        replacements = {str(settings.home): "[home]"}
        if len(home := str(Path.home())) > 1:
            replacements |= {home: "~"}
        self._replacements = dict(sorted(replacements.items(), key=lambda pair: -len(pair[0])))

    def __call__(self, value: Any) -> Any:
        """The JSON value without keys and folders."""
        match value:
            case str():
                for folder, replacement in self._replacements.items():
                    value = value.replace(folder, replacement)
                return _LOOKS_LIKE_A_KEY.sub(REMOVED, self.redact.text(value))
            case dict():
                return {self(key): self(part) for key, part in value.items()}
            case list() | tuple():
                return [self(part) for part in value]
        return value

    def stream(self, pieces: list[Any]) -> list[Any]:
        """The same for an answer in pieces; a key may extend over several pieces."""
        for texts in (_contents(pieces), _arguments(pieces)):
            clean = self.redact.pieces([holder[name] for holder, name in texts])
            for (holder, name), text in zip(texts, clean, strict=True):
                holder[name] = text
        return pieces


def _contents(pieces: list[Any]) -> list[tuple[dict[str, Any], str]]:
    return [(piece, "content") for piece in pieces if isinstance(piece, dict) and isinstance(piece.get("content"), str)]


def _arguments(pieces: list[Any]) -> list[tuple[dict[str, Any], str]]:
    calls = (call for piece in pieces if isinstance(piece, dict) for call in piece.get("tool_call_chunks") or ())
    return [(call, "args") for call in calls if isinstance(call.get("args"), str)]

"""Visible: what may be printed: no secret, and no character that steers a terminal or hides in JSON.

Everything that a command writes passes here: texts and tables through `Screen`, JSON through `json_text`, and what others
write to stderr through `stderr.CleanStream`.
"""

import os
import re
from functools import cache
from typing import Any
from unicodedata import category as category_of

from rich.console import Console, ConsoleOptions, RenderableType
from rich.text import Text

from ...graph.redactor import Redactor, secrets_of

_STEERING = {"Cc", "Cf", "Cs"}
"""Categories of Unicode: control, format (bidirectional marks, say), half a surrogate pair."""
_BREAKING = {"Zl", "Zp"}
"""U+2028 and U+2029: a line break to many a reader, and none to `splitlines` of others."""
_UNSEEN_IN_JSON = re.compile(r"[^\x20-\x7e\n]")

_hidden: list[Redactor] = []
"""Those of the settings that commands of this process have read."""


def hide(redact: Redactor) -> None:
    """Print nothing that holds a secret of `redact`. Those of the environment are hidden from the first line on."""
    _hidden.append(redact)


def redacted(text: str) -> str:
    """Without secrets."""
    for redact in (_of_environment(), *_hidden):
        text = redact.text(text)
    return text


@cache
def _of_environment() -> Redactor:
    return Redactor(secrets_of(os.environ))


def clean(text: str) -> str:
    """Without secrets and control characters: what experts, servers and files say must not steer the terminal."""
    return redacted(text if _is_plain(text) else "".join(map(_harmless, text)))


def json_text(value: Any, indent: int | None = None) -> str:
    """JSON that holds no secret, and every steering character as an escape: the same value to a program."""
    import json

    return redacted(_UNSEEN_IN_JSON.sub(_escaped, json.dumps(value, ensure_ascii=False, indent=indent)))


class Screen(Console):
    """A console on which every text, cell and label is clean, wherever it stands in what is printed."""

    def render_str(self, text: str, **how: Any) -> Text:
        """A string as rich reads it, its markup too."""
        return _clean_text(super().render_str(text, **how))

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Any:
        """Texts that were made elsewhere come by here, those inside of tables and trees too."""
        return super().render(_clean_text(renderable) if isinstance(renderable, Text) else renderable, options)


def _clean_text(text: Text) -> Text:
    """The same styles in the same places: what is taken out leaves a mark of its length."""
    plain = text.plain
    seen = redacted(plain if _is_plain(plain) else "".join(map(_marked, plain)))
    if seen == plain:
        return text
    changed = text.copy()
    changed.plain = seen
    return changed


def _is_plain(text: str) -> bool:
    return text.isprintable() or (text.isascii() and text.replace("\n", "").replace("\t", "").isprintable())


def _harmless(character: str) -> str:
    if character in "\n\t":
        return character
    category = category_of(character)
    return "" if category in _STEERING else " " if category in _BREAKING else character


def _marked(character: str) -> str:
    return _harmless(character) or "\N{REPLACEMENT CHARACTER}"


def _escaped(found: re.Match[str]) -> str:
    character = found.group()
    if category_of(character) not in _STEERING | _BREAKING:
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))

"""`clean`, `Screen` and `json_text`: what commands print, without secrets and without characters that steer a terminal.

`Screen` replaces such characters in texts and tables, `json_text` escapes them. The log (`log_file.py`) uses both; of what
other code writes to stderr (`streams.py`) secrets are removed, and nothing else.
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
"""Unicode categories: control, format (for instance bidirectional marks), half a surrogate pair."""
_BREAKING = {"Zl", "Zp"}
"""U+2028 and U+2029: line breaks to some readers and not to others."""
_UNSEEN_IN_JSON = re.compile(r"[^\x20-\x7e\n]")

_hidden: list[Redactor] = []
"""The redactors of all settings that commands of this process have read."""


def hide_secrets(redact: Redactor) -> None:
    """From now on remove the secrets of `redact`, beside those of the environment, from all that is printed."""
    _hidden.append(redact)


def redacted(text: str) -> str:
    """The text without secrets."""
    for redact in (_of_environment(), *_hidden):
        text = redact.text(text)
    return text


@cache
def _of_environment() -> Redactor:
    return Redactor(secrets_of(os.environ))


def clean(text: str) -> str:
    """The text without secrets and control characters: text of experts, servers and files must not steer the terminal."""
    return redacted(text if _is_plain(text) else "".join(map(_harmless, text)))


def json_text(value: Any, indent: int | None = None) -> str:
    """JSON without secrets, with every steering character as an escape: a program reads the same value."""
    import json

    return redacted(_UNSEEN_IN_JSON.sub(_escaped, json.dumps(value, ensure_ascii=False, indent=indent)))


class Screen(Console):
    """A console that cleans every text, cell and label, wherever it is in what is printed."""

    def render_str(self, text: str, **how: Any) -> Text:
        """Clean a string and its markup."""
        return _clean_text(super().render_str(text, **how))

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Any:
        """Clean texts that were made elsewhere, also those inside tables and trees."""
        return super().render(_clean_text(renderable) if isinstance(renderable, Text) else renderable, options)


def _clean_text(text: Text) -> Text:
    """The text with the same styles in the same places: what is removed leaves a mark of its length."""
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

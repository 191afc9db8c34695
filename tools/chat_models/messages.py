"""`Messages` to a chat model and their length; `marked`, which separates data in them from instructions."""

import json
import re
from collections.abc import Iterator
from typing import Any

from .token_estimate import estimated_tokens

Messages = list[tuple[str, str | list[str | dict[str, Any]]]]
"""(role, text or blocks of text and pictures), the form that every LangChain chat model takes."""

_MARK = re.compile(r"</?data>", re.IGNORECASE)


def marked(value: Any) -> str:
    """A marked block of JSON; it contains no mark of ours, no control character and no half of a surrogate pair."""
    text = (
        json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        .replace("<", "\\u003c")
        .encode(errors="replace")
        .decode()
    )
    return f"<data>{text}</data>"


def repeats_marks(text: str, given: str) -> bool:
    """Whether a model's text has marks of ours that it was not `given` by a user: it repeats its prompt."""
    return bool(_MARK.search(text)) and not _MARK.search(given)


def text_of(messages: Messages) -> str:
    """All text, a line for each block."""
    return "\n".join(_texts(messages))


def length_of(messages: Messages) -> int:
    """Characters of the text; pictures beside it have none."""
    return sum(map(len, _texts(messages)))


def estimated_tokens_of(messages: Messages) -> int:
    """About how many tokens the text is; those of pictures are not known."""
    return sum(map(estimated_tokens, _texts(messages)))


def _texts(messages: Messages) -> Iterator[str]:
    for _, content in messages:
        for block in [content] if isinstance(content, str) else content:
            yield block if isinstance(block, str) else str(block.get("text", ""))

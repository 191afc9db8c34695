"""`Messages` to a chat model, and `marked`, which separates data in them from instructions."""

import json
from typing import Any

Messages = list[tuple[str, str | list[str | dict[str, Any]]]]
"""(role, text or blocks of text and pictures), the form that every LangChain chat model takes."""


def marked(value: Any) -> str:
    """A marked block of JSON; it contains no mark of ours, no control character and no half of a surrogate pair."""
    text = (
        json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        .replace("<", "\\u003c")
        .encode(errors="replace")
        .decode()
    )
    return f"<data>{text}</data>"

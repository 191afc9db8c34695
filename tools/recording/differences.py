"""`first_difference` between two JSON values, as text; for `Replayer`."""

from itertools import zip_longest
from typing import Any

AROUND = 40
"""Characters shown around the place."""


def first_difference(before: Any, now: Any, place: str = "") -> str:
    """`messages[1][1]: '...a cat...' became '...a dog...'`; empty for equal values."""
    if before == now:
        return ""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in before.keys() | now.keys():
            if found := first_difference(before.get(key), now.get(key), f"{place}.{key}" if place else key):
                return found
    if isinstance(before, list) and isinstance(now, list):
        for number, (one, other) in enumerate(zip_longest(before, now)):
            if found := first_difference(one, other, f"{place}[{number}]"):
                return found
    at = f"{place}: " if place else ""
    if isinstance(before, str) and isinstance(now, str):
        start = next(
            (i for i, (a, b) in enumerate(zip(before, now, strict=False)) if a != b), min(len(before), len(now))
        )
        return f"{at}{_excerpt(before, start)} became {_excerpt(now, start)}"
    return f"{at}{_short(before)} became {_short(now)}"


def _excerpt(text: str, start: int) -> str:
    first, last = max(0, start - AROUND), start + AROUND
    return repr(("…" if first else "") + text[first:last] + ("…" if last < len(text) else ""))


def _short(value: Any) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 2 * AROUND else text[: 2 * AROUND] + "…"

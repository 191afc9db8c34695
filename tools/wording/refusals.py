"""`refusal`: sentences to the user about what a request asks for and is not planned, in its language (refusals.toml)."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_MOST = 120
"""Characters of a request that are repeated."""


def refusal(code: str, reason: str, words: str = "", *more: str) -> str:
    """The sentence for a reason (`missing`, `out-of-reach`, `not-understood`, `nearest`, `languages`) in a language."""
    rows = _rows()
    row = rows.get(code, rows["en"])
    short = " ".join(words.split())
    short = short if len(short) <= _MOST else f"{short[: _MOST - 3]}..."
    named = {name: row.get(name, name) for name in more}
    return row[reason].format(*named.values(), words=short)


@cache
def _rows() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_name("refusals.toml").read_text(encoding="utf-8"))

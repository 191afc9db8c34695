"""`refusal`: sentences to the user about what a request asks for and is not planned, in its language (refusals.toml)."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ...graph.advice import attach, outputs, setting

_MOST = 120
"""Characters of a request that are repeated."""


def refusal(code: str, reason: str, words: str = "", *more: str) -> str:
    """The sentence for a reason of refusals.toml in a language, else in English. `more`: {0}, {1}; its nouns, or words."""
    rows = _rows()
    row = {**rows["en"], **rows.get(code, {})}
    short = " ".join(words.split())
    short = short if len(short) <= _MOST else f"{short[: _MOST - 3]}..."
    typed = {"llm": setting("llm", "openai:MODEL"), "attach": attach(), "outputs": outputs()}
    return row[reason].format(*(row.get(each, each) for each in more), words=short, **typed)


def is_not_understood(code: str, sentence: str) -> bool:
    """Whether a refusal is one of words that were not understood: a language model may understand them."""
    marker = refusal(code, "not-understood", "\0").split("\0")[1]
    return marker in sentence or marker.rstrip(".。") in sentence


@cache
def _rows() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_name("refusals.toml").read_text(encoding="utf-8"))

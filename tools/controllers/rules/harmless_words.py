"""`harmless_spans`: words that no plan has to use: background, purposes, politeness, and what describes given data.

The words themselves are data: `[clauses]` of tools/wording/en.toml. What restricts is never harmless: a number, an
ordinal, an exception, a condition.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from .clauses import ParsedRequest
from .referents import KIND_NOUNS

_DATA = (
    rf"(?:{'|'.join(p.pattern for kind, p in KIND_NOUNS.items() if kind not in ('text', 'table'))}|[\ue000-\ue0ff]+)"
)
_LINKING = "and or in on of from at to for with by as is are".split()
_PIECE = re.compile(r"[^.,;:!?\n]+")
_OWNED = r"\b(?:this|these|that|the|my|our|his|her|their|your|attached)\b"


@cache
def english() -> dict[str, Any]:
    """The words of English requests: tools/wording/en.toml."""
    return tomllib.loads((Path(__file__).parents[2] / "wording" / "en.toml").read_text(encoding="utf-8"))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    words = english()["clauses"]
    lists = {name: sorted(map(re.escape, row), key=len, reverse=True) for name, row in words.items() if name != "plain"}
    one = {name: f"(?:{'|'.join(row)})" for name, row in lists.items()}
    one["numbering"] = rf"(?:{one['numbering']}|\d+)"
    stop = rf"\b{one['ending']}\b|\b(?:in|to|by|at|of|under) (?:\w+ )?{one['numbering']}\b|[.,;:!?\n\ue000-\ue0ff]"
    rest = rf"(?:(?!{stop}).)*"
    plain = rf"(?!{one['restricting']}\b|{one['ending']}\b|{one['numbering']}\b|(?:{'|'.join(_LINKING)})\b|\w+est\b)[\w’-]+ "
    return {
        "polite": re.compile(rf"\b{one['polite']}\b"),
        "purpose": re.compile(rf"\b{one['purpose']}\b(?! {one['numbering']}\b| {one['audience']}\b){rest}"),
        "described": re.compile(rf"{_OWNED} (?P<word>(?:{plain}){{1,3}})(?={_DATA})"),
        "origin": re.compile(rf"{_DATA}[’ )\"]{{0,3}},? ?(?P<word>\b{one['origin']}\b{rest})"),
        "statement": re.compile(rf"[\W]*{one['subject']}\b(?!.*\b{one['demanding']}\b)"),
    }


@cache
def plain_words() -> frozenset[str]:
    """Words that say nothing of their own: "the following text"."""
    return frozenset(english()["clauses"]["plain"].split())


def harmless_spans(parsed: ParsedRequest, requested: bytearray) -> Iterator[tuple[int, int]]:
    """Spans of words that restrict and request nothing; `requested`: a 1 for each character that requests a task."""
    patterns = _patterns()
    for clause in parsed.clauses:
        for piece in _PIECE.finditer(parsed.masked, clause.start, clause.end):
            stated = clause.background or not any(requested[piece.start() : piece.end()])
            if stated and patterns["statement"].match(piece.group()):
                yield piece.span()
    for name in ("polite", "purpose", "described", "origin"):
        for match in patterns[name].finditer(parsed.masked):
            yield match.span("word" if "word" in match.groupdict() else 0)

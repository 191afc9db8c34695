"""`suggestion`: the example that a request which was not understood is nearest to: "did you mean ...?"."""

import re
from collections.abc import Sequence

from ....graph.resource import Kind, Resource
from ...wording.fitting import fit_cost
from ...wording.meanings import meaning_of
from ...wording.nearest import nearest
from ...wording.refusals import refusal
from .clauses import ParsedRequest

LEAST_SUGGESTED = 0.3
"""Score from which the nearest example is offered as a question."""

_NUMBER = re.compile(r"\d+")
_OPEN = re.compile(r"\{\w+\}")


def suggestion(parsed: ParsedRequest, earlier: Sequence[Resource]) -> str:
    """The nearest example that fits the data at hand; empty where none is near, or no expert can do it."""
    named: list[Kind] = [file.resource.kind for file in parsed.files]
    quoted: list[Kind] = ["text"] * len(parsed.quotations)
    at_hand = [*named, *quoted, *(resource.kind for resource in earlier)]
    for match in nearest(parsed.masked, parsed.language):
        if meaning_of(match.meaning).is_out_of_reach:
            return ""
        cost = fit_cost(match.meaning, at_hand, named)
        if cost is not None and match.score - cost > LEAST_SUGGESTED:
            return with_name(match.example, parsed)
    return ""


def with_name(example: str, parsed: ParsedRequest) -> str:
    """An example with the names of the files of the request, each once, and its first number; "…" for all else left open."""
    names = [*dict.fromkeys(file.resource.label for file in parsed.files)] or [refusal(parsed.language, "text")]
    number = _NUMBER.search(parsed.masked)
    filled = example.replace("{number}", number.group() if number else "…")
    parts = _OPEN.sub("…", filled.replace("{file}", "\0")).split("\0")
    given = (*names, *("…" for _ in parts))
    return "".join(f"{part}{name}" for part, name in zip(parts, (*given[: len(parts) - 1], ""), strict=True))

"""`one_apart`: which of several texts stands apart from a list of the others: C in "is A or B closer to C"."""

from collections.abc import Sequence
from itertools import pairwise

from .nearest import words_pattern
from .wording import folded, wording

_MARKS = " ,、，\"'”’»」“‘«„「"


def one_apart(masked: str, spans: Sequence[tuple[int, int]], code: str) -> int | None:
    """Its place among the spans, of which the others are joined by commas and words for "and" or "or"."""
    language = wording(code)
    joints = words_pattern((*language.joints, *language.clauses.get("or", ())), language)
    groups: list[list[int]] = [[0]]
    for number, ((_, end), (start, _)) in enumerate(pairwise(spans), 1):
        between = folded(masked[end:start])
        listed = between.strip(_MARKS) != "" or any(mark in between for mark in ",、，")
        if listed and not joints.sub("", between).strip(_MARKS):
            groups[-1].append(number)
        else:
            groups.append([number])
    alone = [group[0] for group in groups if len(group) == 1]
    return alone[0] if len(groups) == 2 and len(alone) == 1 else None

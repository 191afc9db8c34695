"""`CitedPart`: a part of a sentence with the marks that it cites: `German [0] and 6 words [1]` has two.

A mark stands behind what it supports, or before it ("by [0] it is German, by [1] it has 6 words"): both are read.
"""

import re
from typing import NamedTuple

TASK_MARK = re.compile(r"\s?(?:\[(?:task )?(\d+)\](?!\()|\(task (\d+)\))")
_BETWEEN = re.compile(r"[\s,;&]*(?:and|und|et|y|e|和)?\s*")
"""What stands between marks of one place: `[0], [1] and [2]`."""


class CitedPart(NamedTuple):
    """Some words of a sentence, and the numbers of the tasks that they cite."""

    text: str
    task_ids: tuple[int, ...]


def cited_in(sentence: str) -> list[int]:
    """The numbers of the tasks that a sentence cites, in order."""
    return [int(match[1] or match[2]) for match in TASK_MARK.finditer(sentence)]


def readings_of(sentence: str) -> list[list[CitedPart]]:
    """The parts of a sentence with marks, by each place where its marks may stand: behind their words, and before them.

    Where no words stand behind the last mark, each stands behind its words; where none stand before the first, before them.
    What is beside the first or last mark on its other side belongs to the whole sentence, and is no part.
    """
    texts, places = _split(sentence)
    behind = [CitedPart(text, place) for text, place in zip(texts, places, strict=False)]
    before = [CitedPart(text, place) for text, place in zip(texts[1:], places, strict=True)]
    first, last = (re.search(r"\w", text) is not None for text in (texts[0], texts[-1]))
    return [behind] * (first or not last) + [before] * (last or not first)


def _split(sentence: str) -> tuple[list[str], list[tuple[int, ...]]]:
    """The texts around the places with marks, and the marks of each place."""
    texts, places, end = list[str](), list[tuple[int, ...]](), 0
    for match in TASK_MARK.finditer(sentence):
        task_id, between = int(match[1] or match[2]), sentence[end : match.start()]
        if places and _BETWEEN.fullmatch(between):
            places[-1] = (*places[-1], task_id)
        else:
            texts.append(between)
            places.append((task_id,))
        end = match.end()
    return [*texts, sentence[end:]], places

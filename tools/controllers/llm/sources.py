"""Sources: which result a sentence repeats, and which results contradict each other. By words, not by meaning.

Not covered: a sentence that says a result in other words, and contradictions between tasks that were asked different things.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

from ....graph.result import Result, Run

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]{4,}")
ENOUGH = 2
"""Words that a sentence must share with a result and not with the request; a number of two digits or more counts as two."""
ANSWERING = {"labels", "text"}
"""Kinds whose results can contradict each other; longer texts are told in many ways."""
LONGEST_CLAIM = 60


class Claim(NamedTuple):
    """What an expert says of what it was given."""

    task_id: int
    model_id: str
    said: str

    def __str__(self) -> str:
        return f"{self.model_id} says {self.said} [{self.task_id}]"


class Sources:
    """The results of a run, by their words."""

    def __init__(self, run: Run, contents: Mapping[str, str]) -> None:
        """`contents`: text of each result, or the name of its file, by sha256."""
        asked = _words(run.request.text)
        self._words: dict[int, set[str]] = {}
        self._claims: dict[tuple[str, tuple[str, ...]], list[Claim]] = defaultdict(list)
        for result in run.results:
            texts = [contents.get(made.sha256 or "", "") for made in result.resources] if result.ok else []
            self._words[result.task_id] = _words(" ".join(texts)) - asked
            if claim := _claim(result, contents):
                self._claims[result.task_type, result.inputs].append(claim)

    def of(self, sentence: str) -> int | None:
        """The task that most words of a sentence come from, the first of equals; None where too few come from any."""
        words = _words(sentence)
        shared = {task_id: _weight(words & known) for task_id, known in self._words.items()}
        best = max(shared, key=lambda task_id: shared[task_id], default=None)
        return best if best is not None and shared[best] >= ENOUGH else None

    def contradictions(self) -> Iterator[tuple[Claim, Claim]]:
        """Pairs of experts that were asked the same about the same, and say different things."""
        for claims in self._claims.values():
            for one, other in combinations(claims, 2):
                if one.said.casefold() != other.said.casefold():
                    yield one, other


def _claim(result: Result, contents: Mapping[str, str]) -> Claim | None:
    """Its first label, or its short text."""
    if not (result.ok and result.assignment and result.inputs):
        return None
    for made in result.resources:
        text = contents.get(made.sha256 or "", "").strip()
        if made.kind == "labels":
            text = _first_label(text)
        if made.kind in ANSWERING and text and len(text) <= LONGEST_CLAIM:
            return Claim(result.task_id, result.assignment.expert.model_id, text)
    return None


def _first_label(text: str) -> str:
    try:
        return str(json.loads(text)[0]["label"])
    except (ValueError, LookupError, TypeError):
        return ""


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _weight(words: set[str]) -> int:
    return sum(ENOUGH if word[0].isdigit() and len(word) > 1 else not word[0].isdigit() for word in words)

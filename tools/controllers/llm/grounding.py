"""`Sources`, for `AnswerChecker`: the results that a sentence rests on, and those that contradict each other, by words.

Not covered: a sentence that paraphrases a result, and contradictions between tasks with different inputs.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from ....graph.result import Result, Run
from ....graph.untrusted_json import read_untrusted_json

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]{4,}")
MIN_WEIGHT = 2
"""Words that a sentence must share with a result but not with the request; a number of two digits or more counts as two."""
COMPARABLE_KINDS = {"labels", "text"}
"""Kinds whose results can contradict each other."""
MAX_CLAIM = 60
"""Characters; longer texts can express one thing in many ways."""


class Claim(NamedTuple):
    """The result of an expert for its inputs, as a short text."""

    task_id: int
    model_id: str
    text: str


class Sources:
    """The results of a run, indexed by their words."""

    def __init__(self, run: Run, contents: Mapping[str, str], paths: Mapping[str, Path]) -> None:
        """`contents`: text of each result, or the name of its file, by sha256; `paths`: its file."""
        request_words = _words(run.request.text)
        self._words: dict[int, set[str]] = {}
        self._names: dict[int, set[str]] = {}
        """The model and the files of each task that succeeded."""
        self._claims: dict[tuple[str, tuple[str, ...]], list[Claim]] = defaultdict(list)
        self._succeeded_types = {result.task_type for result in run.results if result.ok}
        failures = [f"{result.task_type} {result.error}" for result in run.results if not result.ok or result.error]
        failures += [member.error or "" for result in run.results for member in result.missing]
        self._failure_words = _words(" ".join((*failures, *run.refusals)))
        for result in run.results:
            texts = [contents.get(made.sha256 or "", "") for made in result.resources] if result.ok else []
            self._words[result.task_id] = _words(" ".join(texts)) - request_words
            if result.ok and result.assignment:
                files = {path.name for made in result.resources if (path := paths.get(made.sha256 or ""))}
                self._names[result.task_id] = files | {result.assignment.expert.model_id}
            if claim := _claim(result, contents):
                self._claims[result.task_type, result.inputs].append(claim)

    def of(self, sentence: str) -> Sequence[int]:
        """The tasks whose model or file a sentence names, else the first of those that share the most words with it."""
        if named := [
            task_id for task_id, names in self._names.items() if any(_contains_name(sentence, name) for name in names)
        ]:
            return named
        words = _words(sentence)
        shared = {task_id: _weight(words & known) for task_id, known in self._words.items()}
        best = max(shared, key=lambda task_id: shared[task_id], default=None)
        return [best] if best is not None and shared[best] >= MIN_WEIGHT else []

    def is_about_failures(self, sentence: str) -> bool:
        """Whether a sentence shares enough words with the failures and refusals of the run."""
        return _weight(_words(sentence) & self._failure_words) >= MIN_WEIGHT

    def names_failure(self, result: Result, text: str) -> bool:
        """Whether a text names this failure: by its task type, where no task of it succeeded, or by its reason."""
        if result.task_type in text and result.task_type not in self._succeeded_types:
            return True
        return bool(result.error) and mentions(text, result.error or "")

    def contradictions(self) -> Iterator[tuple[Claim, Claim]]:
        """Pairs of results that differ although task type and inputs are the same."""
        for claims in self._claims.values():
            for one, other in combinations(claims, 2):
                if one.text.casefold() != other.text.casefold():
                    yield one, other


def _contains_name(sentence: str, name: str) -> bool:
    return name in sentence and bool(re.search(rf"(?<![\w/-]){re.escape(name)}(?![\w/-])", sentence))


def mentions(text: str, fact: str) -> bool:
    """Whether a text contains at least half of the words of `fact`."""
    words = _words(fact)
    return fact in text or (bool(words) and 2 * len(words & _words(text)) >= len(words))


def shares_words(one: str, other: str) -> bool:
    """Whether two texts have a word in common, of four letters and more."""
    return not _words(one).isdisjoint(_words(other))


def _claim(result: Result, contents: Mapping[str, str]) -> Claim | None:
    """The first label of a result, or its text where that is short."""
    if not (result.ok and result.assignment and result.inputs):
        return None
    for made in result.resources:
        text = contents.get(made.sha256 or "", "").strip()
        if made.kind == "labels":
            text = _first_label(text)
        if made.kind in COMPARABLE_KINDS and text and len(text) <= MAX_CLAIM:
            return Claim(result.task_id, result.assignment.expert.model_id, text)
    return None


def _first_label(text: str) -> str:
    try:
        return str(read_untrusted_json(text)[0]["label"])
    except (ValueError, LookupError, TypeError):
        return ""


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _weight(words: set[str]) -> int:
    return sum(MIN_WEIGHT if word[0].isdigit() and len(word) > 1 else not word[0].isdigit() for word in words)

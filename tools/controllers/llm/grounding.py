"""Sources: which results a sentence rests on, and which contradict each other. By names and words, not by meaning.

Not covered: a sentence that says a result in other words, and contradictions between tasks that were asked different things.
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


class Sources:
    """The results of a run, by their words."""

    def __init__(self, run: Run, contents: Mapping[str, str], paths: Mapping[str, Path]) -> None:
        """`contents`: text of each result, or the name of its file, by sha256; `paths`: its file."""
        asked = _words(run.request.text)
        self._words: dict[int, set[str]] = {}
        self._names: dict[int, set[str]] = {}
        """The model and the files of each task that was done."""
        self._claims: dict[tuple[str, tuple[str, ...]], list[Claim]] = defaultdict(list)
        self._done_types = {result.task_type for result in run.results if result.ok}
        not_done = (f"{result.task_type} {result.error or ''}" for result in run.results if not result.ok)
        self._excuses = _words(" ".join((*not_done, *run.refusals)))
        for result in run.results:
            texts = [contents.get(made.sha256 or "", "") for made in result.resources] if result.ok else []
            self._words[result.task_id] = _words(" ".join(texts)) - asked
            if result.ok and result.assignment:
                files = {path.name for made in result.resources if (path := paths.get(made.sha256 or ""))}
                self._names[result.task_id] = files | {result.assignment.expert.model_id}
            if claim := _claim(result, contents):
                self._claims[result.task_type, result.inputs].append(claim)

    def of(self, sentence: str) -> Sequence[int]:
        """The tasks whose model or file a sentence names, else the one that most of its words come from.

        The first of equals; none where too few words come from any.
        """
        if named := [
            task_id for task_id, names in self._names.items() if any(_names(sentence, name) for name in names)
        ]:
            return named
        words = _words(sentence)
        shared = {task_id: _weight(words & known) for task_id, known in self._words.items()}
        best = max(shared, key=lambda task_id: shared[task_id], default=None)
        return [best] if best is not None and shared[best] >= ENOUGH else []

    def excuses(self, sentence: str) -> bool:
        """Whether a sentence speaks of what was not done."""
        return _weight(_words(sentence) & self._excuses) >= ENOUGH

    def names_failure(self, result: Result, told: str) -> bool:
        """Whether a text speaks of this failure: by its task type, where none of that type was done, or by its reason."""
        if result.task_type in told and result.task_type not in self._done_types:
            return True
        return bool(result.error) and retold(result.error or "", told)

    def contradictions(self) -> Iterator[tuple[Claim, Claim]]:
        """Pairs of experts that were asked the same about the same, and say different things."""
        for claims in self._claims.values():
            for one, other in combinations(claims, 2):
                if one.said.casefold() != other.said.casefold():
                    yield one, other


def _names(sentence: str, name: str) -> bool:
    """Whether a sentence holds a name, and not a longer one that begins or ends so."""
    return bool(re.search(rf"(?<![\w/-]){re.escape(name)}(?![\w/-])", sentence))


def retold(text: str, told: str) -> bool:
    """Whether at least half of the words of a text are told."""
    words = _words(text)
    return text in told or (bool(words) and 2 * len(words & _words(told)) >= len(words))


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
        return str(read_untrusted_json(text)[0]["label"])
    except (ValueError, LookupError, TypeError):
        return ""


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _weight(words: set[str]) -> int:
    return sum(ENOUGH if word[0].isdigit() and len(word) > 1 else not word[0].isdigit() for word in words)

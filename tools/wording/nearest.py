"""`nearest`: the meanings that a clause is most like, by the character n-grams of their examples; no model, explainable.

N-grams of 1 to 5 characters within words (in Chinese and Japanese over the whole text), rare ones and short ones weighing
more; a clause is compared by cosine with the examples of each meaning together, and with each alone. Files, quotations,
names of languages and numbers count as one placeholder each. Left out one at a time and compared with those that take the
same kinds of data, 57 of 100 examples find their meaning so, by the nearest single example 44.
"""

import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from .wording import Wording, any_of, folded, wording

MAX_CHARACTERS = 400
"""Characters of a clause that are compared."""
_REMEMBERED = 500
"""Clauses whose matches are kept, as a plan compares the same pieces several times."""
_LENGTHS = (1, 2, 3, 4, 5)
_SHORT = 2
"""Characters of a word that only points back ("it"); longer ones name a result ("the translation") and count as a text."""
_COMMON = 60
"""Meanings that may share an n-gram; one of more meanings says nothing, and takes most of the time."""
_MEANINGS = 100
"""About how many meanings a language has."""
_SINGLE, _SAME, _UNKNOWN = 0.3, 0.9, 0.85
"""What the nearest single example weighs beside all of its meaning; the cosine from which it alone decides; the weight of
an n-gram without examples for each of its characters after the first."""
FILE, TEXT, LANGUAGE, NUMBER = "\ue0f0", "\ue0f1", "\ue0f2", "\ue0f3"
"""Placeholders for what differs between requests of one meaning."""
_PLACEHOLDERS = {"file": FILE, "text": TEXT, "language": LANGUAGE, "number": NUMBER}
_QUOTATION_RUN = re.compile("[\ue000\ue001]+")
_FILE_RUN = re.compile("[\ue010-\ue01f]+")
_NUMBER_RUN = re.compile(r"\d+(?:[.,]\d+)?")
_OTHER = re.compile(r"[^\w\ue0f0-\ue0f3]+")


_CLEAR, LIKELY, _LEAD = 0.35, 0.28, 0.08
"""A score from which a request without a task is taken for one of its nearest meaning; one from which it is where the next
meaning is further by the lead."""


class Match(NamedTuple):
    """A meaning and how like its examples a clause is."""

    example: str
    """The nearest of them."""
    meaning: str
    score: float
    """0 to 1."""


def nearest(text: str, code: str, among: Collection[str] | None = None, most: int = 5) -> list[Match]:
    """The `most` nearest meanings, the nearest first; `among`: only these."""
    index = _index(code)
    found = [
        match for match in index.matches(plain_words(text, wording(code))) if among is None or match.meaning in among
    ]
    return found[:most]


def is_out_of_reach(text: str, code: str) -> bool:
    """Whether a request is most like those that no expert and no model can do: send mail, book, the weather now."""
    found = nearest(text, code, most=20)
    if not found or not found[0].meaning.startswith("out-of-reach/"):
        return False
    other = next((match.score for match in found if not match.meaning.startswith("out-of-reach/")), 0.0)
    return found[0].score >= (LIKELY if found[0].score - other >= _LEAD else _CLEAR)


def plain_words(text: str, language: Wording) -> str:
    """A clause or example as it is compared: folded, with placeholders, without polite words and punctuation."""
    text = folded(_filled(text[:MAX_CHARACTERS]))
    text = _FILE_RUN.sub(f" {FILE} ", _QUOTATION_RUN.sub(f" {TEXT} ", text))
    results = _words_of(language.code, "back")
    text = results.sub(f" {TEXT} ", text) if language.unspaced else _after_first(results, text)
    for section, mark in (("polite", " "), ("languages", f" {LANGUAGE} "), ("numbers", f" {NUMBER} ")):
        text = _words_of(language.code, section).sub(mark, text)
    text = _NUMBER_RUN.sub(f" {NUMBER} ", text)
    return " ".join(_OTHER.sub(" ", text).split())


def _after_first(results: re.Pattern[str], text: str) -> str:
    """The text with named results as placeholders, but for one that it begins with: "the summary of ..." asks for it."""
    return results.sub(lambda match: f" {TEXT} " if text[: match.start()].strip() else match.group(), text)


def words_pattern(words: Collection[str], language: Wording) -> re.Pattern[str]:
    """Any of the words, the longest first, as whole words where the language puts spaces between them; of none nothing."""
    return _any_of(tuple(words), language.unspaced)


@lru_cache(1_000)
def _any_of(words: tuple[str, ...], unspaced: bool) -> re.Pattern[str]:
    return re.compile(any_of(words) if unspaced else rf"(?<!\w){any_of(words)}(?!\w)")


@cache
def _words_of(code: str, section: str) -> re.Pattern[str]:
    language = wording(code)
    match section:
        case "back":
            words = language.clauses.get("back", ())
            long = _SHORT if language.unspaced else 0
            return words_pattern([word for word in words if (" " in word if not long else len(word) > long)], language)
        case "polite":
            return words_pattern(language.clauses.get("polite", ()), language)
        case "languages":
            return words_pattern(language.languages, language)
    return words_pattern([word for word, value in language.numbers.items() if value > 1], language)


class _Index:
    """The n-grams of every example of a language, and how much each weighs."""

    def __init__(self, code: str) -> None:
        language = wording(code)
        self._unspaced = language.unspaced
        grams = [self._grams(plain_words(example.phrase, language)) for example in language.examples]
        meanings: defaultdict[str, set[str]] = defaultdict(set)
        for found, example in zip(grams, language.examples, strict=True):
            for gram in found:
                meanings[gram].add(example.meaning)
        self._weights = {g: self._weight(g, len(m)) if len(m) <= _COMMON else 0.0 for g, m in meanings.items()}
        self._examples = language.examples
        self._alone: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        self._together: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
        sums: defaultdict[str, dict[str, float]] = defaultdict(dict)
        for number, (found, example) in enumerate(zip(grams, language.examples, strict=True)):
            total = sums[example.meaning]
            for gram, weight in self._vector(found).items():
                self._alone[gram].append((number, weight))
                total[gram] = total.get(gram, 0.0) + weight
        for meaning, total in sums.items():
            length = _length(total)
            for gram, weight in total.items():
                self._together[gram].append((meaning, weight / length))
        self.matches = lru_cache(_REMEMBERED)(self._matches)
        """Every meaning that shares an n-gram with a text as `plain_words` returns it, the nearest first."""

    def _matches(self, words: str) -> tuple[Match, ...]:
        vector = self._vector(self._grams(words))
        together: defaultdict[str, float] = defaultdict(float)
        alone: defaultdict[int, float] = defaultdict(float)
        for gram, weight in vector.items():
            for meaning, other in self._together.get(gram, ()):
                together[meaning] += weight * other
            for number, other in self._alone.get(gram, ()):
                alone[number] += weight * other
        best: dict[str, tuple[float, str]] = {}
        for number, cosine in alone.items():
            example = self._examples[number]
            if cosine > best.get(example.meaning, (0.0, ""))[0]:
                best[example.meaning] = (cosine, example.phrase)
        found = []
        for meaning, (single, phrase) in best.items():
            score = single if single > _SAME else (together[meaning] + _SINGLE * single) / (1 + _SINGLE)
            found.append(Match(phrase, meaning, round(min(score, 1.0), 4)))
        return tuple(sorted(found, key=lambda match: -match.score))

    def _grams(self, words: str) -> dict[str, None]:
        """The n-grams in the order of the text: sums over a set would differ from process to process in their last digit."""
        padded = [f" {word} " for word in ((words,) if self._unspaced else words.split())]
        found = (
            word[start : start + length]
            for word in padded
            for length in _LENGTHS
            for start in range(len(word) - length + 1)
        )
        return dict.fromkeys(gram for gram in found if not gram.isspace())

    def _weight(self, gram: str, meanings: int) -> float:
        """More for n-grams of few of the meanings, and for short ones, as the long ones overlap."""
        return float((math.log((1 + _MEANINGS) / (1 + min(meanings, _MEANINGS))) + 0.3) ** 1.5 / len(gram))

    def _vector(self, grams: Iterable[str]) -> dict[str, float]:
        """Weights of length 1 in all; a long n-gram that no example has counts for little."""
        weights = ((g, self._weights.get(g, self._weight(g, 1) * _UNKNOWN ** (len(g) - 1))) for g in grams)
        vector = {gram: weight for gram, weight in weights if weight}
        length = _length(vector) or 1.0
        return {gram: weight / length for gram, weight in vector.items()}


def _length(vector: Mapping[str, float]) -> float:
    return math.sqrt(sum(weight * weight for weight in vector.values()))


@cache
def _index(code: str) -> _Index:
    return _Index(code)


def _filled(phrase: str) -> str:
    """The phrase with a placeholder for each of `{file}`, `{text}`, `{language}` and `{number}`."""
    for name, mark in _PLACEHOLDERS.items():
        phrase = phrase.replace(f"{{{name}}}", f" {mark} ")
    return phrase

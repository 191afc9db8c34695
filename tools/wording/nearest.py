"""`nearest`: the example phrases that a clause is most like, by its character n-grams; no model, and explainable.

TF-IDF over n-grams of 1 to 5 characters within words (in Chinese and Japanese over the whole text), compared by cosine with
every example of the language. Files, quotations, names of languages and numbers count as one placeholder each.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from functools import cache
from typing import NamedTuple

from .wording import Example, Wording, folded, wording

MAX_CHARACTERS = 400
"""Characters of a clause that are compared."""
_LENGTHS = (1, 2, 3, 4, 5)
FILE, TEXT, LANGUAGE, NUMBER = "\ue0f0", "\ue0f1", "\ue0f2", "\ue0f3"
"""Placeholders for what differs between requests of one meaning."""
_PLACEHOLDERS = {"file": FILE, "text": TEXT, "language": LANGUAGE, "number": NUMBER}
_QUOTATION_RUN = re.compile("[\ue000\ue001]+")
_FILE_RUN = re.compile("[\ue010-\ue01f]+")
_NUMBER_RUN = re.compile(r"\d+(?:[.,]\d+)?")
_OTHER = re.compile(r"[^\w\ue0f0-\ue0f3]+")


class Match(NamedTuple):
    """An example phrase and how like it a clause is."""

    example: str
    meaning: str
    score: float
    """Cosine, 0 to 1."""


def nearest(text: str, code: str, among: Collection[str] | None = None, most: int = 5) -> list[Match]:
    """The best example of each of the `most` nearest meanings, the nearest first; `among`: only these meanings."""
    index = _index(code)
    best: dict[str, tuple[float, Example]] = {}
    for number, score in index.scores(plain_words(text, wording(code))).items():
        example = index.examples[number]
        allowed = among is None or example.meaning in among
        if allowed and score > best.get(example.meaning, (0.0, example))[0]:
            best[example.meaning] = (score, example)
    ranked = sorted(best.values(), key=lambda pair: -pair[0])[:most]
    return [Match(example.phrase, example.meaning, round(score, 4)) for score, example in ranked]


def plain_words(text: str, language: Wording) -> str:
    """A clause or example as it is compared: folded, with placeholders, without polite words and punctuation."""
    text = folded(_filled(text[:MAX_CHARACTERS]))
    text = _FILE_RUN.sub(f" {FILE} ", _QUOTATION_RUN.sub(f" {TEXT} ", text))
    if polite := _words_of(language.code, "polite"):
        text = polite.sub(" ", text)
    if names := _words_of(language.code, "languages"):
        text = names.sub(f" {LANGUAGE} ", text)
    if numbers := _words_of(language.code, "numbers"):
        text = numbers.sub(f" {NUMBER} ", text)
    text = _NUMBER_RUN.sub(f" {NUMBER} ", text)
    return " ".join(_OTHER.sub(" ", text).split())


def words_pattern(words: Collection[str], language: Wording) -> re.Pattern[str] | None:
    """Any of the words, the longest first, as whole words where the language puts spaces between them."""
    if not words:
        return None
    either = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(either if language.unspaced else rf"(?<![\w]){either and f'(?:{either})'}(?![\w])")


@cache
def _words_of(code: str, section: str) -> re.Pattern[str] | None:
    language = wording(code)
    match section:
        case "polite":
            return words_pattern(language.clauses.get("polite", ()), language)
        case "languages":
            return words_pattern(language.languages, language)
    return words_pattern([word for word, value in language.numbers.items() if value > 1], language)


class _Index:
    """The n-grams of every example of a language, and how much each weighs."""

    def __init__(self, code: str) -> None:
        language = wording(code)
        self.examples = language.examples
        self._unspaced = language.unspaced
        counts = [Counter(self._grams(plain_words(e.phrase, language))) for e in self.examples]
        found_in = Counter(gram for count in counts for gram in count)
        self._weights = {gram: math.log((1 + len(counts)) / (1 + many)) + 1 for gram, many in found_in.items()}
        self._unknown = math.log(1 + len(counts)) + 1
        self._postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, count in enumerate(counts):
            vector = self._vector(count)
            for gram, weight in vector.items():
                self._postings[gram].append((number, weight))

    def scores(self, words: str) -> dict[int, float]:
        """The cosine with each example that shares an n-gram."""
        found: defaultdict[int, float] = defaultdict(float)
        for gram, weight in self._vector(Counter(self._grams(words))).items():
            for number, other in self._postings.get(gram, ()):
                found[number] += weight * other
        return found

    def _grams(self, words: str) -> Iterator[str]:
        for word in (words,) if self._unspaced else words.split():
            padded = f" {word} "
            for length in _LENGTHS:
                yield from (padded[start : start + length] for start in range(len(padded) - length + 1))

    def _vector(self, count: Counter[str]) -> dict[str, float]:
        """Weights of length 1 in all; an n-gram that no example has weighs as much as a rare one."""
        vector = {g: (1 + math.log(n)) * self._weights.get(g, self._unknown) for g, n in count.items() if g.strip()}
        length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
        return {gram: weight / length for gram, weight in vector.items()}


@cache
def _index(code: str) -> _Index:
    return _Index(code)


def _filled(phrase: str) -> str:
    """The phrase with a placeholder for each of `{file}`, `{text}`, `{language}` and `{number}`."""
    for name, mark in _PLACEHOLDERS.items():
        phrase = phrase.replace(f"{{{name}}}", f" {mark} ")
    return phrase

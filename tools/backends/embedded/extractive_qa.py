"""`find_answer`: the sentence of a text that answers a question, and the words in it, without a model.

A sentence scores by the question's words that it holds (rare ones more; those of the sentence before it a little), and for
a value of the expected kind: money for `how much`, a date for `when`. The short answer is the value of that kind nearest
to the question's words. An English question is refused where no sentence holds all its key words but one. On an article
that it was not made for, 15 of 16 questions got the right sentence and 11 the right words (measured before that refusal
was added).
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from ...wording.asked_apart import FOLLOWED, asks_for, subject_of
from ...wording.wording import folded
from .answer_kinds import NAME, SELF_EVIDENT, candidates, dates_of, expected_kind, numbers_of
from .asked_words import (
    asks_several,
    kinds_asked,
    language_of_question,
    names_code,
    names_time,
    small_words,
)
from .label_lines import lines_alike, stems_of, words_beside
from .question_limits import END_WORDS, asks_for_difference, asks_for_end, is_difference, is_negated, is_qualified
from .question_synonyms import synonyms
from .tokenization import content_words, sentences, stem, words

MAX_VALUES = 5
"""Lines of one label that are an answer."""
_FIELD = re.compile(r"[\s>*-]*([^:\n]{1,60}):\s+(\S.{0,200})$")
_COMPUTED = re.compile(
    r"\b(sum|average|mean(?= of)|median|difference|maximum|minimum|highest|lowest|cheapest|expensive)\b"
)
"""What is computed from several values: a sentence answers only where it says so itself."""
_CLAUSE = re.compile(r"[,;]|\b(?:and|but|und|aber|et|mais|y|pero|e|mas)\b")
"""What parts the clauses of a sentence."""
_KIND_OF_QUESTION = re.compile(r"\b(?:how|why|when|where)\b", re.IGNORECASE)
"""Questions whose answer is not what stands behind a label."""
_ENGLISH = re.compile(r"\b(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|does|do|did|the)\b", re.I)
_FILE = re.compile(r"\b[\w-]+\.[a-z][a-z0-9]{1,4}\b", re.I)
_IGNORED = frozenset(
    "happen occur often us use used numb document text articl fil receipt pag page much nam name call kind mention say long"
    " far old oft pleas tell giv given accord list stat must".split()
)
"""Stems of words in a question that its answer need not hold."""
_KIND_WORDS: dict[str, frozenset[str]] = {
    "money": frozenset("cost price pay paid spend spent amount charg sum bill fee".split()),
    "date": frozenset("dat day tim".split()),
    "year": frozenset(("year",)),
    "time": frozenset("tim hour".split()),
    "phone": frozenset("phon telephon call".split()),
    "email": frozenset("email e-mail mail addres address".split()),
    "url": frozenset("websit web sit url addres address".split()),
    "percent": frozenset("percent shar".split()),
}
"""Stems that ask for a kind of value, by the kind: a value of the kind counts as the word."""


@dataclass(frozen=True)
class Answer:
    """`short` is a part of `sentence`, or all of it; `score` is the share of the question found in it, 0 to 1."""

    short: str
    sentence: str
    score: float


def find_answer(question: str, text: str) -> Answer | None:
    """The best answer in a text; None when the text does not answer the question.

    Of a question behind others ("how long does it take") a sentence answers that has a word of what the first is about.
    """
    first, _, last = question.rpartition(FOLLOWED)
    if not first:
        return _labelled(question, text) or _in_sentences(question, text)
    first, code = first.partition(FOLLOWED)[0], language_of_question(first)
    subject = subject_of(first, code)
    if asks_for("person", first, code) or _COMPUTED.search(first.lower()):  # he is whom the first finds
        found = find_answer(first, text)
        subject = found.short if found else ""
    about = {*_query(subject, code)}
    return _in_sentences(last, text, about) if about else None


def _in_sentences(question: str, text: str, about: Set[str] = frozenset()) -> Answer | None:
    """The sentence that answers; `about`: stems of which it has one."""
    lines = sentences(text)
    kind, code = expected_kind(question), language_of_question(question)
    query = [*dict.fromkeys((*_query(question, code), *sorted(about)))]
    if not lines or not (query or kind not in ("", "person", "place", "name")):  # "to whom?" of no one thing
        return None
    stems = [set(stems_of(line)) for line in lines]
    counts = Counter(word for line in stems for word in line)
    weight = {
        word: math.log(1 + len(lines) / (1 + max((counts[w] for w in synonyms(word)), default=0))) for word in query
    }
    whole = sum(weight.values()) or 1.0

    def score_of(number: int) -> tuple[float, float]:
        overlap = _overlap(query, weight, stems[number]) / whole
        before = _overlap(query, weight, stems[number - 1]) / whole if number else 0.0
        fits = bool(candidates(kind, lines[number], query, code)) if kind else False
        fits = fits and bool(overlap or before or kind in SELF_EVIDENT or not query)
        return overlap + 0.25 * before * (overlap < 1) + 0.3 * fits, overlap

    key = _key_words(question, kind) if _ENGLISH.search(question) else []
    if (
        _ENGLISH.search(question) and kind == "date" and not key and len(dates_of(text)) == 1
    ):  # “the date of the receipt”
        line = next(line for line in lines if dates_of(line))
        return Answer(_nearest(candidates(kind, line, query, code), line, (), kind), line, 1.0)
    others = [words_beside(line, (*query, *_KIND_WORDS.get(kind, ()))) for line in lines]
    typed = {*words(question)}  # a “Mieter” is no “Miete”, which has the same stem
    exact = [len(typed.intersection(words(line))) for line in lines]
    ranked = sorted(range(len(lines)), key=lambda n: (-score_of(n)[0], others[n], -exact[n], n))
    relevant = (number for number in ranked if _shares_key_words(key, stems[number], counts))
    computed = [stem(word) for word in _COMPUTED.findall(question.lower())]
    relevant = (n for n in relevant if all(stems[n].intersection(synonyms(word)) for word in computed))
    relevant = (n for n in relevant if numbers_of(query) <= stems[n])
    relevant = (n for n in relevant if is_negated(lines[n], code) or not is_negated(question, code))
    echoed = {other for word in query for other in synonyms(word)}
    relevant = (n for n in relevant if not stems[n] or not stems[n] <= echoed)
    relevant = (n for n in relevant if not about or any(_holds((word,), stems[n]) for word in about))
    if differs := asks_for_difference(question):
        kind = "percent" if kind == "percent" else "count"
    several = kinds_asked(question) if asks_several(question) else []
    relevant = (n for n in relevant if all(candidates(each, lines[n], query, code) for each in several))
    best = next((n for n in relevant if _has_kind(kind, lines[n], query, key, stems[n], code)), None)
    if best is None:
        return None
    score, overlap = score_of(best)
    if not overlap and score < 0.3:
        return None
    if len(alike := lines_alike(lines, best)) > 1:  # which of them, the question does not say
        if len(alike) > MAX_VALUES:
            return None
        values = [_nearest(candidates(kind, line, query, code) if kind else [], line, query, kind) for line in alike]
        return Answer("; ".join(values), "; ".join(alike), min(1.0, overlap or score))
    spans = candidates(kind, lines[best], query, code) if kind not in ("", "code") else []
    if differs and not (spans := [span for span in spans if is_difference(lines[best], *span)]):
        return None
    if kind == "date" and asks_for_end(question):
        query = [*query, *END_WORDS]
    if is_negated(lines[best], code) or (kind == "date" and is_qualified(lines[best])):
        spans = []  # a single word would not tell that the sentence denies or limits it
    return Answer(_nearest(spans, lines[best], query, kind), lines[best], min(1.0, overlap or score))


def _query(question: str, code: str) -> list[str]:
    """The stems of the words of a question that a sentence may share."""
    small = {"pleas", "tell", "giv"} if code == "en" else {stem(word) for word in small_words(code)}
    return [word for word in content_words(_FILE.sub(" ", question)) if folded(word) not in small]


def _labelled(question: str, text: str) -> Answer | None:
    """The value of a line `label: value` whose label has the key words of the question; all lines where they differ."""
    key = _key_words(question, "")
    if not key or _KIND_OF_QUESTION.search(question):
        return None
    found: dict[int, dict[str, str]] = {}
    kind, code, query = expected_kind(question), language_of_question(question), content_words(question)
    meant = {other for word in (*query, *_KIND_WORDS.get(kind, ())) for other in synonyms(word)}
    for line in text.splitlines():
        if match := _FIELD.match(line):
            label = content_words(match[1])
            numbered = kind != "code" or names_code(match[1]) or candidates(kind, match[2], (), code)
            if numbered and all(_holds(unit, label) for unit in key):
                found.setdefault(len({*label} - meant), {})[match[2].strip()] = line.strip()
    values = found[min(found)] if found else {}
    if len(values) > 1:  # whose, the question does not say
        return (
            Answer("; ".join(values.values()), "; ".join(values.values()), 1.0) if len(values) <= MAX_VALUES else None
        )
    if not values:
        return None
    ((value, line),) = values.items()
    spans = candidates(kind, value, query, code) if kind else []
    return Answer(_nearest(spans, value, (), kind), line, 1.0)


def _key_words(question: str, kind: str) -> list[tuple[str, ...]]:
    """The words of a question, as stems, that a sentence must share; a name of several words is one of them."""
    plain = _FILE.sub(" ", question)
    names = [tuple(content_words(match.group())) for match in NAME.finditer(plain) if match.start() and match.group()]
    named = {word for name in names for word in name}
    single = [(word,) for word in content_words(plain) if word not in named]
    return [
        word
        for word in dict.fromkeys([*single, *names])
        if word and not (len(word) == 1 and word[0] in _IGNORED | _KIND_WORDS.get(kind, frozenset()))
    ]


def _shares_key_words(key: Sequence[tuple[str, ...]], stems: set[str], counts: Counter[str]) -> bool:
    """Whether a sentence has all key words, or all but one, which is elsewhere in the text or has three others here."""
    missing = [unit for unit in key if not _holds(unit, stems)]
    if not missing:
        return True
    return len(missing) == 1 < len(key) and (len(key) > 3 or _holds(missing[0], counts))


def _holds(unit: Sequence[str], stems: Iterable[str]) -> bool:
    return all(any(_same(other, stem) for other in synonyms(word) for stem in stems) for word in unit)


def _same(one: str, other: str) -> bool:
    """Whether two stems are of one word: `compan` and `company`."""
    short, long = sorted((one, other), key=len)
    return long == short or (len(short) > 3 and len(long) - len(short) < 3 and long.startswith(short))


def _has_kind(
    kind: str, sentence: str, query: Sequence[str], key: Sequence[tuple[str, ...]], stems: set[str], code: str
) -> bool:
    """Whether a sentence has a value of the expected kind; for names, amounts and dates, all key words are enough."""
    if not kind or candidates(kind, sentence, query, code):
        return True
    if code != "en":
        return kind == "date" and names_time(code).search(sentence) is not None
    if kind in (*SELF_EVIDENT, "money", "count", "percent", "time", "person", "code"):
        return False
    specific = len(key) > 1 or bool(key and len(key[0]) > 1)
    return not key or (specific and all(_holds(unit, stems) for unit in key))


def _nearest(spans: Sequence[tuple[int, int]], sentence: str, query: Sequence[str], kind: str) -> str:
    """The span nearest to the question's words; of prices in a row the last; the sentence when there is no span."""
    if not spans:
        return sentence
    if kind == "count" and (counted := [s for s in spans if set(content_words(sentence[slice(*s)])) & set(query)]):
        spans = counted
    meant = {other for word in query for other in synonyms(word)}
    held = [m for m in re.finditer(r"[^\W_]+", sentence) if stem(m.group().lower()) in meant]
    places = [m.span() for m in held]
    first = min(spans)[1]
    later = [place for place in places if place[0] >= first]
    if len(spans) > 1 and kind in ("date", "count"):
        places = later or places  # what stands before all values tells none of them apart
        found = {stem(m.group().lower()) for m in held}
        if not later and kind == "date" and any(not found.intersection(synonyms(word)) for word in query):
            return sentence

    def gap(place: tuple[int, int], span: tuple[int, int]) -> int:
        between = sentence[place[1] : span[0]] if place[0] < span[0] else sentence[span[1] : place[0]]
        return len(between) + 40 * len(_CLAUSE.findall(between))

    def distance(span: tuple[int, int]) -> tuple[float, int]:
        gaps = sorted(gap(place, span) for place in places) or [0]
        return sum(gaps[:2]) / len(gaps[:2]), -span[0] if kind == "money" else span[0]

    start, end = min(spans, key=distance)
    return sentence[start:end].strip(" ,.;:")


def _overlap(query: Sequence[str], weight: dict[str, float], stems: set[str]) -> float:
    found = 0.0
    for word in query:
        if word in stems:
            found += weight[word]
        elif any(other in stems for other in synonyms(word)):
            found += 0.75 * weight[word]
    return found

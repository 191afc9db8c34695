"""`ClauseWords`: what the words of a clause say beside its meaning: languages, numbers, labels, negation, references back.

Words are found by the lists of the language's data file. Not covered: fractions, and numbers as words beyond the list.
"""

import re
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise

from .aloud import aloud
from .choices import choices_behind_colon
from .nearest import words_pattern
from .wording import Wording, any_of, folded

_DIGITS = r"\d+(?:[.,]\d+)?"
_HIDDEN = "\ue000-\ue0ff"
_WORDS_BETWEEN = re.compile(r"[\W_]*\w{0,4}[\W_]*")
"""What may stand between two names of languages that are both meant, beside a comma or conjunction: an article."""
_LABEL_EDGE = re.compile(rf"[{_HIDDEN}:：,;、，()?？!]")
_DATA = re.compile(rf"[{_HIDDEN}]+")
_MARKS = " ,.;:!?、，。；：！？…"
"""What may stand between a word and the edge of its clause."""
_ASKING = 2
"""Characters by which a polite ending that asks is longer than one that explains."""
_IS = re.compile("[是算为は]")
"""Words of Chinese and Japanese before what something is."""
_MAX_LABEL_WORDS = 3


@dataclass(frozen=True)
class ClauseWords:
    """The masked words of a clause in a language."""

    text: str
    language: Wording

    @cached_property
    def words(self) -> str:
        """The words, folded; positions as in `text`."""
        return folded(self.text)

    def has(self, group: str) -> bool:
        """Whether a word of that list of `[clauses]` stands in the clause."""
        return self._first(group) is not None

    @property
    def is_aloud(self) -> bool:
        """Whether it asks to hear a text: "en voz alta", "lies ... vor" (a separable verb, with its prefix at the end)."""
        return aloud(self.language).search(self.words) is not None

    @property
    def names_sound(self) -> bool:
        """Whether it names the sound of a film, and does not leave it out."""
        pattern = words_pattern(self.language.section("media").get("sound-track", ()), self.language)
        return pattern.search(self.words) is not None and not self.has("without")

    def names_kind(self, kind: str) -> bool:
        """Whether a noun for data of a kind stands in it."""
        nouns = [noun for noun, named in self.language.nouns.items() if named == kind]
        return any(noun in self.words for noun in nouns)

    @property
    def names_last(self) -> bool:
        """Whether it counts from the end."""
        last = [word for word, value in self.language.ordinals.items() if value < 0]
        pattern = words_pattern([*last, *self.language.ranges.get("last", ())], self.language)
        return pattern.search(self.words) is not None

    @property
    def names_time(self) -> bool:
        """Whether a number and a unit of time stand in it."""
        units = [word for word, unit in self.language.units.items() if unit in ("second", "minute")]
        pattern = words_pattern(units, self.language)
        return bool(pattern.search(self.words) and re.search(r"\d", self.words))

    @property
    def refers_back(self) -> bool:
        """Whether it is about a result: by a word for that, or a pronoun at the end of its first word ("narra-a")."""
        endings = "|".join(self.language.clauses.get("pronoun_endings", ()))
        bound = bool(endings) and re.match(rf"\W*\w+?(?:{endings})(?!\w)", self.words) is not None
        return bound or self.has("back")

    @property
    def begins_request(self) -> bool:
        """Whether its first word begins requests."""
        sure = folded(self.language.section("recognise").get("sure", "")).split()
        return not self.language.unspaced and re.split(r"\W+", self.words.strip(), maxsplit=1)[0] in sure

    @property
    def is_background(self) -> bool:
        """Whether the clause is negated or only gives a reason: it asks for nothing."""
        reason = self.starts_with("purpose") and not self._has_other_accents("purpose") and not self._asks_at_end
        return self.is_negated or reason

    @property
    def _asks_at_end(self) -> bool:
        """Whether a Chinese or Japanese clause ends politely: "ほしいんだけど" asks, and "んだけど" alone explains."""
        ends = {
            group: max(
                (
                    len(m.group())
                    for m in self._pattern(group).finditer(self.words)
                    if not self.words[m.end() :].strip(_MARKS)
                ),
                default=0,
            )
            for group in ("polite", "purpose")
        }
        return self.language.unspaced and ends["polite"] >= ends["purpose"] + _ASKING

    def _has_other_accents(self, group: str) -> bool:
        """Whether the first word of a list is typed with accents that it has not: "qué no" asks, and "que no" explains."""
        typed = self.text[slice(*found.span())].lower() if (found := self._first(group)) else ""
        return typed != folded(typed) and typed not in self.language.section("clauses")[group]

    @property
    def is_negated(self) -> bool:
        """Whether it says what not to do. Questions and what stands after "or" do not: "is it urgent or not?"."""
        if self.words.rstrip().endswith(("?", "？")) or self.has("forbids_nothing"):
            return False
        words = self.words[: found.start()] if (found := self._first("or")) else self.words
        if any(self.starts_with(group, ("but", "polite")) for group in ("not", "nor")):
            return True
        if any(pattern.search(words) for pattern in _forbidding(self.language)):
            return True
        return any(not words[m.end() :].strip(" ,.;:!") for m in self._pattern("negation_last").finditer(words))

    def starts_with(self, group: str, after: tuple[str, ...] = ()) -> bool:
        """Whether the clause begins with a word of that list, or of lists `after` and then it.

        In Chinese and Japanese it may also end with it.
        """
        found = self._first(group)
        if found is None or self.language.unspaced:
            around = (
                (self.words[: m.start()], self.words[m.end() :]) for m in self._pattern(group).finditer(self.words)
            )
            return any(not part.strip(_MARKS) for both in around for part in both)
        before = self.words[: found.start()]
        for other in after:
            before = self._pattern(other).sub(" ", before)
        return not before.strip(" ,.;:¿¡-")

    def _first(self, group: str) -> re.Match[str] | None:
        return self._pattern(group).search(self.words)

    def _pattern(self, group: str) -> re.Pattern[str]:
        return words_pattern(self.language.clauses.get(group, ()), self.language)

    @cached_property
    def languages(self) -> tuple[tuple[str, ...], str]:
        """The languages to translate into, as ISO 639-1 codes, and the one to translate from, or an empty string.

        Of two that are not joined ("from English to French"), the last is meant as the target.
        """
        found = [*words_pattern(self.language.languages, self.language).finditer(self.words)]
        codes = [self.language.languages[match.group()] for match in found]
        if not codes:
            return (), ""
        first = len(codes) - 1
        while first and self._joins(self.words[found[first - 1].end() : found[first].start()]):
            first -= 1
        return tuple(dict.fromkeys(codes[first:])), codes[0] if first else ""

    def _joins(self, between: str) -> bool:
        """Whether two names of languages with these words between them are both meant: joined by "and", "or" or a comma."""
        listing = (name for name in ("or", "as_well") for name in self.language.clauses.get(name, ()))
        joints = words_pattern((*self.language.joints, *listing), self.language)
        rest = joints.sub(",", between)
        return re.search("[,;/、，]", rest) is not None and _WORDS_BETWEEN.fullmatch(rest) is not None

    @cached_property
    def beside_ands(self) -> list[str]:
        """The words between words for "and", which is none in "e-mail"."""
        joints = words_pattern(self.language.joints, self.language)
        return joints.split(re.sub(r"\b-\b", "", self.words))

    def number(self, *units: str) -> float | None:
        """The number beside a word for one of the units; without units, the first in digits."""
        if units:
            return next((number for _, number in self.measures(*units)), None)
        found = re.search(_DIGITS if self.language.unspaced else rf"(?<![\w.]){_DIGITS}(?!\w)", self.words)
        return _value(found.group()) if found else None

    def measures(self, *units: str) -> list[tuple[str, float]]:
        """Each number beside a word for one of the units, with its unit; one more word may stand between them."""
        names = any_of(word for word, unit in self.language.units.items() if unit in units)
        end = "" if self.language.unspaced else r"(?!\w)"
        more = rf"(?P<n>{self._numeral})(?:\s+[^\W\d_]{{1,12}}\s+|\s*)(?P<unit>{names}){end}"
        return [(self.language.units[m["unit"]], self._number_of(m["n"])) for m in re.finditer(more, self.words)]

    def names_by_number(self, unit: str) -> bool:
        """Whether one of a unit is meant by its number: "frame 12", "the 12th frame", and not "12 frames"."""
        units = any_of(word for word, name in self.language.units.items() if name == unit)
        if self.language.unspaced:
            return re.search(rf"第\s*(?:{self._numeral})|(?:{self._numeral})\s*{units}目", self.words) is not None
        ordinal = rf"(?:\d+(?:st|nd|rd|th|\.|e|er|ere|eme|o|a|º|ª)|{any_of(self.language.ordinals)})"
        place = rf"(?<!\w){ordinal}\s+{units}(?!\w)"
        return re.search(rf"(?<!\w){units}\s+(?:n\S{{0,5}}\s+)?\d+(?!\w)|{place}", self.words) is not None

    def names_every(self, unit: str) -> bool:
        """Whether every one of a unit is meant: "every frame", "all frames", and not "one every second"."""
        units = any_of(word for word, name in self.language.units.items() if name == unit)
        every = any_of(self.language.clauses.get("all_of", ()))
        gap, end = (r"\s*", "") if self.language.unspaced else (r"\s+(?:\w{1,4}\s+)?", r"(?!\w)")
        return re.search(rf"(?<!\w){every}{gap}{units}{end}", self.words) is not None

    @property
    def _numeral(self) -> str:
        words = any_of({**self.language.numbers, **self.language.ordinals})
        return f"{_DIGITS}|{words}" if self.language.unspaced else rf"{_DIGITS}|(?<!\w){words}(?!\w)"

    def _number_of(self, word: str) -> float:
        known = {**self.language.ordinals, **self.language.numbers}
        return float(known[word]) if word in known else _value(word)

    @cached_property
    def operation(self) -> str:
        """The operation on a picture that the words name, the longest word first; empty for none."""
        found = words_pattern(self.language.operations, self.language).search(self.words)
        return self.language.operations[found.group()] if found else ""

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """What the clause offers to choose from: the items before and after "or", as written."""
        if listed := choices_behind_colon(self.text, self.language.code):
            return listed[1]
        found = [*self._pattern("or").finditer(self.words)]
        if not found:
            return ()
        head, tail = self.text[: found[0].start()], self.text[found[-1].end() :]
        head = next((part for part in reversed(_DATA.split(head)) if part.strip()), "")  # no "is" of "is a.txt ..."
        parts = [part for part in _LABEL_EDGE.split(head) if part.strip()]
        asks = self._pattern("question")
        before = [part for part in parts if not asks.search(folded(part))] or parts  # without "which is it, ..."
        middle = [self.text[a.end() : b.start()] for a, b in pairwise(found)]
        after = next((part for part in _LABEL_EDGE.split(tail) if part.strip()), "")
        items = [*(self._label(part, last=True) for part in before), *(self._label(part) for part in (*middle, after))]
        return tuple(item for item in items if item)

    def _label(self, part: str, *, last: bool = False) -> str:
        """The words of one label, without articles; of a longer part those beside the "or"."""
        if self.language.unspaced:
            bare = _IS.split(part.strip(" 的是吗呢か。"))[-1]
            return bare[-4 if last else 0 :][:6]
        words = [word for word in part.split() if len(word) > 3] or part.split()
        return " ".join(words[-1:] if last and len(words) > _MAX_LABEL_WORDS else words[:_MAX_LABEL_WORDS]).strip(" .")


def _value(digits: str) -> float:
    return float(digits.replace(",", "."))


@cache
def without_doing(language: Wording) -> re.Pattern[str]:
    """From a word for "without" to the infinitive that it forbids: "sin leerlo"; nouns are not forbidden."""
    without = words_pattern(language.clauses.get("without", ()), language)
    endings = "|".join(language.clauses.get("infinitive", ()))
    mark = "|".join(language.clauses.get("infinitive_after", ()))
    verb = rf"(?:(?:{mark})\s+\w+|\w{{2,}}(?:{mark})\w+)" if mark else r"\w+"
    return re.compile(rf"{without.pattern}\s+(?:[\w']+\s+|\w')?{verb}(?:{endings})(?!\w)")


@cache
def _forbidding(language: Wording) -> tuple[re.Pattern[str], ...]:
    """Words that forbid what a clause asks for: phrases, "without" before, and "not" before its last infinitive."""
    phrases = words_pattern(language.clauses.get("negation", ()), language)
    no = words_pattern(language.clauses.get("not", ()), language)
    endings = "|".join(language.clauses.get("infinitive", ()))
    last = re.compile(rf"{no.pattern}\s+\w+(?:{endings or '(?!)'})\W*\Z")
    return phrases, without_doing(language), last

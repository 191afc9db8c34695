"""`NumberReader`: the numbers in a statement, in figures and in words, with the comparison and the unit beside each.

Not covered: words for numbers from a hundred on, fractions in words, and compounds such as `einundzwanzig`.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any, NamedTuple

from ...wording.wording import UNSPACED, folded, wording
from .expressions import said_for
from .quantities import follows, readings_of

NUMBER = re.compile(r"(?<![A-Za-z\d_./])\d+(?:[.,'\u2019\u00a0\u202f]\d+)*")
_BULLET = re.compile(r"^\s*\d+[.)]\s+", re.MULTILINE)
_HAN = dict(zip("零一二三四五六七八九", range(10), strict=True)) | {"两": 2, "兩": 2, "\u3007": 0}
_HAN_NUMBER = re.compile(rf"[{''.join(_HAN)}十百]+")
_UNITS = ("word", "character", "line", "sentence", "paragraph", "page")
"""What texts are counted in."""
_BOUNDS: Mapping[str, Callable[[Any, Any], bool]] = {"least": ge, "most": le, "more": gt, "less": lt}
"""In this order: "not more than" ends in "more than"."""
_LONGEST = 30
"""Characters beside a number that are searched for a comparison or a unit."""


class StatedNumber(NamedTuple):
    """A number as written, and what it may stand for."""

    text: str
    readings: frozenset[Decimal]
    """`1.234` is 1234, or 1.234."""
    start: int
    in_words: bool = False
    comparison: str = ""
    """`more`, `less`, `least` or `most` where it bounds what is stated ("more than ten", "at most ten")."""
    unit: str = ""
    """What is counted, where the word after it says so: `word`, `character`."""

    def follows(self, known: Collection[Decimal]) -> bool:
        """Whether it states one of the numbers known, or bounds one."""
        if not self.comparison:
            return follows(self.readings, known)
        bound = _BOUNDS[self.comparison]
        return any(bound(value, each) for value in known for each in self.readings)


class NumberReader:
    """Reads numbers in English and in the language of a request."""

    def __init__(self, codes: Collection[str]) -> None:
        """`codes`: the languages."""
        self._unspaced = bool(set(codes) & set(UNSPACED))
        values = {word: value for code in codes for word, value in wording(code).numbers.items()}
        values |= {folded(word): value for code in codes for word, value in _larger(code)}
        self._words = {word: value for word, value in values.items() if value > 1 and not _HAN_NUMBER.match(word)}
        edge = "" if self._unspaced else r"(?<![^\W_])"
        self._comparisons = {name: _any_of(said_for(name, codes), edge, "$") for name in _BOUNDS}
        counters = "".join(said_for("counter", codes))
        counted = f"[{counters}]?" if counters else ""
        self._counter = re.compile(rf" ?[{counters}{''.join(said_for('counted', codes))}]") if counters else None
        self._units = {name: _any_of(said_for(name, codes), r"^\W{0,4}" + counted, "") for name in _UNITS}

    def figures(self, text: str) -> list[StatedNumber]:
        """The numbers in figures; those of a numbered list are none."""
        text = _BULLET.sub(lambda match: " " * len(match[0]), text)
        return [self._beside(text, *match.span(), readings_of(match[0])) for match in NUMBER.finditer(text)]

    def words(self, text: str) -> list[StatedNumber]:
        """The numbers in words, from two on; in Chinese and Japanese where a counter or a unit follows."""
        plain = folded(text)
        found = [*self._spelled(plain, text)]
        if self._counter:
            for match in _HAN_NUMBER.finditer(text):
                if (value := _han(match[0])) > 1 and self._counter.match(text, match.end()):
                    found.append(self._beside(text, *match.span(), [Decimal(value)], in_words=True))
        return found

    def unit_of(self, name: str) -> str:
        """The unit that a parameter names: `word` for `words`; empty for what is no unit."""
        return next((unit for unit, pattern in self._units.items() if pattern.match(folded(name))), "")

    def _spelled(self, plain: str, text: str) -> Iterator[StatedNumber]:
        if self._unspaced and not re.search("[a-z]", plain):
            return
        matches = [match for match in re.finditer(r"[^\W\d_]+", plain) if match[0] in self._words]
        taken = -1
        for match, after in zip(matches, [*matches[1:], None], strict=False):
            if match.start() < taken:
                continue
            value, end = self._words[match[0]], match.end()
            tens = value >= 20 and value % 10 == 0
            if tens and after and self._words[after[0]] < 10 and after.start() - end <= len(" y "):  # twenty-one
                value, end = value + self._words[after[0]], after.end()
                taken = end
            yield self._beside(text, match.start(), end, [Decimal(value)], in_words=True)

    def _beside(
        self, text: str, start: int, end: int, readings: Iterable[Decimal], *, in_words: bool = False
    ) -> StatedNumber:
        before = folded(text[max(0, start - _LONGEST) : start]).rstrip()
        after = folded(text[end : end + _LONGEST])
        compared = next((name for name, pattern in self._comparisons.items() if pattern.search(before)), "")
        unit = next((name for name, pattern in self._units.items() if pattern.match(after)), "")
        return StatedNumber(text[start:end], frozenset(readings), start, in_words, compared, unit)


def _larger(code: str) -> Iterator[tuple[str, int]]:
    for each in said_for("numbers", [code]):
        word, _, value = each.partition("=")
        yield word, int(value)


def _any_of(words: Collection[str], before: str, after: str) -> re.Pattern[str]:
    found = "|".join(re.escape(folded(word)) for word in sorted(words, key=len, reverse=True))
    return re.compile(f"{before}(?:{found}){after}" if found else r"(?!)")


def _han(text: str) -> int:
    """A number from 0 to 999 in Chinese characters."""
    total = digit = 0
    for character in text:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = digit * 10 + _HAN[character]
    return total + digit

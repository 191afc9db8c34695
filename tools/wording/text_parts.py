"""`read_parts`: the parts of a text that words name: "the first paragraph", "lines 3 to 5", "all but the last line".

Ordinals, numbers, units and words of exception come from the language's data file. Not covered: "every other line", "the
middle", descriptions ("the sentence that mentions Anna").
"""

import re
from dataclasses import dataclass
from functools import cache

from .nearest import words_pattern
from .wording import folded, wording

UNITS = {"paragraph": "paragraph", "sentence": "sentence", "row": "line", "word": "word"}
"""Units of the wording, and what they are in a text; rows of a text are its lines."""
_TO = r"\s*(?:-|–|—|to|through|until|up to|bis|a|à|até|hasta|到|至|から)\s*"
_DESCRIBED = re.compile(r"\s*(?:that|which|who|where|with|containing|mentioning|about|in which)\b")
_WITHIN = re.compile(r"\s*(?:of|in|from|inside|within)\s+(?:the\s+)?")
_AND = re.compile(r"[\s,]*(?:and|or|und|et|y|e)?\s*(?:the\s+)?")
_FULL_STOP = re.compile(r"[.;!?](?:\s|\Z)")
_MOST_BETWEEN = 24
"""Characters between a word of exception and the part that it leaves out, or between two parts that belong together."""


@dataclass(frozen=True)
class TextPart:
    """A part of a text and where the words name it."""

    start: int
    end: int
    unit: str
    """paragraph, sentence, line or word."""
    first: int
    last: int
    """From 1; negative numbers count from the end."""
    left_out: bool = False
    """Everything but this part is meant."""
    within: bool = False
    """A part of the next one: "the first sentence of the last paragraph"."""


def read_parts(text: str, code: str) -> list[TextPart]:
    """The parts that a masked text names, in its order."""
    words, language = folded(text), wording(code)
    exception = words_pattern(language.clauses.get("except", ()), language)
    found: list[TextPart] = []
    for match in _pattern(code).finditer(words):
        if _DESCRIBED.match(words, match.end()):
            continue
        named = match.groupdict()
        ranges = _ranges({name.rstrip("0123456789"): word for name, word in named.items() if word}, code)
        unit = UNITS[next(language.units[word] for name, word in named.items() if word and name.startswith("unit"))]
        before = found[-1].end if found else max(0, match.start() - 60)
        leaving = [*exception.finditer(words, before, match.start())] if exception else []
        near = bool(leaving) and match.start() - leaving[-1].end() <= _MOST_BETWEEN
        joined = bool(found) and found[-1].left_out and bool(_AND.fullmatch(words, found[-1].end, match.start()))
        left_out = (near and not _FULL_STOP.search(words, leaving[-1].end(), match.start())) or joined
        start = leaving[-1].start() if near and left_out else match.start()
        if found and _WITHIN.fullmatch(words, found[-1].end, match.start()):
            outer = found.pop()
            found.append(TextPart(outer.start, outer.end, outer.unit, outer.first, outer.last, outer.left_out, True))
            left_out = False
        found += [TextPart(start, match.end(), unit, first, last, left_out) for first, last in ranges]
    return found


@cache
def _pattern(code: str) -> re.Pattern[str]:
    language = wording(code)
    end = "" if language.unspaced else r"(?!\w)"
    begin = "" if language.unspaced else r"(?<!\w)"

    def either(words: list[str]) -> str:
        return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or "(?!)"

    unit = either([word for word, name in language.units.items() if name in UNITS])
    number = rf"\d{{1,5}}|{either([*language.numbers])}"
    ordinal = rf"{either([*language.ordinals])}|\d{{1,3}}(?:st|nd|rd|th|er|e|º|ª|\.)"
    gap = r"\s*の?\s*" if language.unspaced else r"\s+"
    listed = rf"(?:{gap}(?P<and>and|und|et|y|e)\s+(?:the\s+)?(?P<b>{ordinal}))?"
    forms = (
        rf"{begin}(?:第\s*)?(?P<ord>{ordinal}){listed}{gap}(?P<unit>{unit}){end}",
        rf"{begin}(?P<ord>{ordinal}){gap}(?P<n>{number}){gap}(?P<unit>{unit}){end}",
        rf"{begin}(?P<n>{number}){gap}(?P<ord>{ordinal}){gap}(?P<unit>{unit}){end}",
        rf"第\s*(?P<a>{number})\s*(?P<unit>{unit})",
        rf"(?P<ord>前|后|後|最后|最後|最初の)\s*(?P<n>{number})\s*(?P<unit>{unit})",
        rf"{begin}(?P<unit>{unit})\s+(?P<a>\d{{1,5}})(?:(?:{_TO}|\s+(?P<and>and|und|et|y|e)\s+)(?P<b>\d{{1,5}}))?{end}",
    )
    return re.compile("|".join(re.sub(r"\(\?P<(\w+)>", rf"(?P<\g<1>{n}>", form) for n, form in enumerate(forms)))


def _ranges(found: dict[str, str], code: str) -> list[tuple[int, int]]:
    """First and last of each range: two of "lines 3 and 7"; none of "the second two"."""
    language = wording(code)
    known = {**language.numbers, **language.ordinals, "前": 1, "最初の": 1, "后": -1, "後": -1, "最后": -1, "最後": -1}

    def value(word: str) -> int:
        digits = re.match(r"\d+", word)
        return int(digits.group()) if digits else known[word]

    if "n" in found:
        many, which = value(found["n"]), value(found["ord"])
        return [(1, many)] if which == 1 else [(-many, -1)] if which == -1 else []
    first = value(found.get("ord") or found["a"])
    last = value(found["b"]) if "b" in found else first
    apart = "and" in found and last != first + 1
    return [(first, first), (last, last)] if apart else [(first, last)]

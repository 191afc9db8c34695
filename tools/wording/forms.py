"""`find_forms`: where a text names parts by number, by the forms of forms.toml and the words of its language."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from .wording import either, folded, wording

PART, SPAN = ("paragraph", "sentence", "row", "word", "slide", "chapter"), ("second", "minute", "hour")
"""Units of the wording that parts of a text and times are counted in."""
_SLOT = re.compile(r"\{([a-z]+)(?::([a-z]+))?\}")
_GROUP = re.compile(r"\((?!\?)")
_JOINED = {
    "fraction": ("half", "third", "quarter", "fifth", "double", "triple"),
    "scaled": ("halved", "doubled", "tripled"),
    "side": ("left", "right", "top", "bottom", "middle"),
}
"""Slots that the words of several lists fill."""
_SUFFIX = r"(?:st|nd|rd|th|er|e|º|ª|\.)"
_AMOUNT, _CLOCK = r"\d+(?:[.,]\d+)?", r"\d{1,2}:\d{2}(?::\d{2})?"
_PAGES = r"\d{1,5}(?:[-–—]\d{1,5})?"
_QUOTE = "\ue000"
"""A character of what stands in quotation marks, in the text of a clause."""
_SIGNED = rf"-?{_AMOUNT}"
_MULTIPLIED = (10, 100, 1000)
"""Values of words that multiply what stands before them: "three hundred"."""
FORMATS = ("wav", "mp3", "flac", "ogg", "m4a", "png", "jpg", "jpeg", "webp", "bmp", "tiff", "gif")


class Form(NamedTuple):
    """A form that a text holds, and where."""

    start: int
    end: int
    words: Mapping[str, str]
    """The words in its named slots, folded."""


def find_forms(kind: str, text: str, code: str) -> Iterator[Form]:
    """The forms of a kind (a section of forms.toml) in a text, in its order and without overlap."""
    pattern = _pattern(kind, code)
    for match in pattern.finditer(folded(text)):
        named = {name.rstrip("0123456789"): word for name, word in match.groupdict().items() if word is not None}
        yield Form(*match.span(), named)


def value_of(word: str, code: str) -> int:
    """The value of a number or ordinal, in digits or as words ("three hundred"); -1 is the last."""
    if digits := re.match(r"\d+", word):
        return int(digits.group())
    if word in _values(code):
        return _values(code)[word]
    total = pending = 0
    for part in re.findall(either(wording(code).numbers), word):
        value = wording(code).numbers[part]
        if value in _MULTIPLIED:
            total, pending = total + (pending or 1) * value, 0
        else:
            pending += value
    return total + pending


def decimal_of(word: str, code: str) -> float:
    """The value of a number that may have decimals, with or without a unit: `1,5`."""
    digits = re.match(_SIGNED, word)
    return float(digits.group().replace(",", ".")) if digits else float(value_of(word, code))


@cache
def _values(code: str) -> Mapping[str, int]:
    language = wording(code)
    one = (*language.ranges.get("one", ()), *language.ranges.get("first", ()))
    edges = dict.fromkeys(one, 1) | dict.fromkeys(language.ranges.get("last", ()), -1)
    return {**edges, **language.numbers, **language.ordinals}


@cache
def _pattern(kind: str, code: str) -> re.Pattern[str]:
    section = _raw()[kind]
    language = wording(code)
    edge = ("", "") if language.unspaced else (r"(?<!\w)", r"(?!\w)")
    forms = section.get("unspaced", section["forms"]) if language.unspaced else section["forms"]
    filled = (_filled(form, number, code) for number, form in enumerate(forms))
    return re.compile("|".join(f"{edge[0]}(?:{form}){edge[1]}" for form in filled))


def _filled(form: str, number: int, code: str) -> str:
    """The regular expression of a form; the names of its slots end in its number."""
    gap = r"\s*の?\s*" if wording(code).unspaced else r"\s+"

    def slot(match: re.Match[str]) -> str:
        name, words = match[1], _slots(code).get(match[2] or match[1], either(()))
        return f"(?P<{name}{number}>{words})" if match[2] else f"(?:{words})"

    form = re.sub(r"\(\?P<([a-z]+)>", rf"(?P<\g<1>{number}>", _GROUP.sub("(?:", form))
    return _SLOT.sub(slot, form.replace(" ?", r"\s*").replace(" ", gap))


@cache
def _slots(code: str) -> Mapping[str, str]:
    """The words that may fill each slot; those of `[ranges]` and `[clauses]` by the names of their lists."""
    language = wording(code)
    counted = {name: tuple(map(folded, words)) for name, words in language.section("occurrences").items()}
    lists = {**language.directions, **language.clauses, **language.ranges, **counted}
    first, last = lists.get("first", ()), lists.get("last", ())
    edge = "" if language.unspaced else r"(?!\w)"
    units = {"part": PART, "span": SPAN, "timed": SPAN[:2], **{name: (name,) for name in language.units.values()}}
    slots = {name: either(words) for name, words in lists.items()} | {
        name: f"(?:{either(word for word, unit in language.units.items() if unit in of)}){edge}"
        for name, of in units.items()
    }
    numbers = either(language.numbers)
    numeral = rf"(?:{numbers})+" if language.unspaced else rf"(?:{numbers})(?:[\s-]?(?:{numbers}))*"
    joined = {
        name: either([word for each in of for word in language.directions.get(each, ())])
        for name, of in _JOINED.items()
    }
    amount = rf"{_AMOUNT}|{either((*language.numbers, *lists.get('half', ()), *lists.get('one', ())))}"
    time = rf"{_CLOCK}|(?:{amount})[\s-]?{slots['span']}"
    joints = either((*lists.get("and", ()), ","))
    quoted = rf"[{_QUOTE}]+(?:\s*(?:{joints})\s*[{_QUOTE}]+)*"
    phrase = rf"(?!(?:{slots.get('unnamed') or '(?!)'})(?!\w))[^\W\d_](?:[\w-]*\w)?"
    return slots | {
        **joined,
        "quoted": quoted,
        "term": rf"{quoted}|{phrase}(?:\s+{phrase}){{0,2}}?",
        "rim": rf"(?=\s*(?:[\ue010-\ue0ff.?!,;]|$|(?:{slots.get('within') or '(?!)'})(?!\w)))",
        "digits": r"\d{1,5}",
        "list": rf"{_PAGES}(?:\s*(?:,|,?\s*(?:{slots.get('and') or either(())}))\s*{_PAGES})+",
        "number": rf"\d{{1,5}}|{numeral}",
        "decimal": rf"{_SIGNED}|{numeral}",
        "format": "|".join(FORMATS),
        "ordinal": rf"{either(language.ordinals)}|\d{{1,3}}{_SUFFIX}",
        "edge": either((*first, *last)),
        "first": either((*(word for word, value in language.ordinals.items() if value == 1), *first)),
        "last": either((*(word for word, value in language.ordinals.items() if value == -1), *last)),
        "to": rf"\s*(?:-|–|—|{slots.get('to', '')})\s*",
        "clock": _CLOCK,
        "amount": amount,
        "time": time,
        "moment": rf"{time}|{_AMOUNT}",
        "stretch": rf"{time}|{slots['span']}",
    }


@cache
def _raw() -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads(Path(__file__).with_name("forms.toml").read_text(encoding="utf-8"))

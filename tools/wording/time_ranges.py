"""`time_range`: the part of a recording or film that words name, as "the first minute" or "from 0:30 to 1:00".

Its forms are in forms.toml. Not covered: a part in the middle that is removed, hours and minutes together.
"""

import re
from dataclasses import dataclass

from .forms import SPAN, find_forms, value_of
from .nearest import words_pattern
from .wording import either, folded, wording

_SECONDS = dict(zip(SPAN, (1.0, 60.0, 3600.0), strict=True))


@dataclass(frozen=True)
class TimeRange:
    """A part of a recording, and where the words name it."""

    parameters: dict[str, float]
    """`start_seconds` and `end_seconds`; negative ones count from the end."""
    start: int
    end: int


def time_range(text: str, code: str) -> TimeRange | None:
    """The part that words name, or what they leave when it is removed; None for none, and for a removed middle."""
    form = next(find_forms("times", text, code), None) or (
        next(find_forms("lengths", text, code), None) if _has("shorten", text, code) else None
    )
    if form is None:
        return None
    words = dict(form.words)
    if "n" in words:  # "les dix premières secondes"
        words["tail" if "tail" in words else "end"] = f"{words['n']} {words['unit']}"
    if "unit" in words and (number := wording(code).ordinals.get(words.get("start", ""), 0)) > 0:
        words["start"] = f"{number} {words['unit']}"  # "after the third second"
    unit = words.get("unit") or words.get("end", "")
    seconds = {name: seconds_of(words[name], unit, code) for name in ("start", "end", "tail") if name in words}
    around = f"{text[: form.start]} {text[form.end :]}"
    if rest := _rest_off(around, code):
        around = around.replace(rest, " ", 1)
    end = max(form.end, text.find(rest) + len(rest)) if rest else form.end
    if _has("off", around, code) or _leaves_out(text[: form.start], text[form.end :], code):
        if "start" in seconds:
            return None
        left = {"end_seconds": -seconds["tail"]} if "tail" in seconds else {"start_seconds": seconds["end"]}
        return TimeRange(left, form.start, end)
    if "tail" in seconds:
        return TimeRange({"start_seconds": -seconds["tail"]}, form.start, end)
    return TimeRange({f"{name}_seconds": value for name, value in seconds.items()}, form.start, end)


def _leaves_out(before: str, behind: str, code: str) -> bool:
    """Whether the part between these words is left out: "but not the first minute"."""
    language, excluding = wording(code), wording(code).section("excluding")
    leaving = [*map(folded, excluding["before"]), *language.clauses.get("not", ()), *language.clauses.get("except", ())]
    words, edge = folded(before).rstrip(), "" if language.unspaced else " "
    ends = any(f"{edge}{words}".endswith(f"{edge}{word}") for word in leaving)
    return ends or folded(behind).lstrip().startswith(tuple(folded(word).lstrip() for word in excluding["behind"]))


def _rest_off(text: str, code: str) -> str:
    """The words that leave out what the named part is not: "skip the rest"; empty for none."""
    off, rest = (wording(code).ranges.get(group, ()) for group in ("off", "rest"))
    found = re.search(rf"\b(?:{either(off)}) (?:{either(rest)})\b", folded(text))
    return text[slice(*found.span())] if found else ""


def _has(group: str, text: str, code: str) -> bool:
    return words_pattern(wording(code).ranges.get(group, ()), wording(code)).search(folded(text)) is not None


def seconds_of(words: str, unit: str, code: str) -> float:
    """Seconds of `1:30`, `half a minute`, `minute`, or of a bare number in the unit that `unit` ends in."""
    if ":" in words:
        parts = [float(part) for part in words.split(":")]
        return float(sum(part * 60**place for place, part in enumerate(reversed(parts))))
    language = wording(code)
    units = words_pattern([word for word, name in language.units.items() if name in SPAN], language)
    named = units.search(_apart(words)) or units.search(_apart(unit))
    size = _SECONDS[language.units[named.group()]] if named else 1.0
    if number := re.search(r"\d+(?:[.,]\d+)?", words):
        return size * float(number.group().replace(",", "."))
    if any(word in words for word in language.ranges.get("half", ())):
        return size * 0.5
    counted = words_pattern([*language.numbers], language).search(words)
    return size * (value_of(counted.group(), code) if counted else 1)


def _apart(words: str) -> str:
    """Digits and letters apart: `90s` as `90 s`."""
    return re.sub(r"(?<=\d)(?=[^\W\d])", " ", words)

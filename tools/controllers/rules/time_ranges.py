"""`time_range`: the part of a recording or film that words name, as "the first minute" or "from 0:30 to 1:00"."""

import re
from dataclasses import dataclass

from .operation_arguments import with_digits
from .parameters import Parameters

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_COUNT = r"\d+(?:\.\d+)?|half(?: an?)?|an?"
_UNIT = r"s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
_LENGTH = rf"(?:{_COUNT})[ -]?(?:{_UNIT})\b"
_TIME = rf"(?:{_CLOCK}|{_LENGTH})"
_UNIT_FIRST = r"(?:seconds?|minutes?|hours?)"
_PATTERNS: tuple[str, ...] = (
    rf"\b(?:from|between) +(?P<start>{_TIME}|\d+(?:\.\d+)?) ?(?:to|until|till|and|-|–) *(?P<end>{_TIME})",
    rf"\b(?:from )?(?P<unit>{_UNIT_FIRST}) (?P<start>\d+(?:\.\d+)?) ?(?:to|until|till|and|-|–) ?(?:{_UNIT_FIRST} )?"
    r"(?P<end>\d+(?:\.\d+)?)\b",
    rf"\b(?P<start>{_CLOCK}) ?(?:to|until|till|-|–) ?(?P<end>{_CLOCK})",
    rf"\b(?:the )?(?:first|opening|initial) +(?P<end>{_LENGTH}|{_UNIT_FIRST}\b)",
    rf"\b(?:the )?(?:last|final|closing) +(?P<tail>{_LENGTH}|{_UNIT_FIRST}\b)",
    rf"\b(?:from|after|starting (?:at|from)) (?P<start>{_TIME})(?: on(?:wards?)?| to the end)?",
    rf"\b(?:until|till|up to) (?P<end>{_TIME})",
)
_SHORTENED = re.compile(rf"\bto (?:a length of |at most )? *(?P<end>{_LENGTH})")
_REMOVED = re.compile(r"\b(?:remov|delet|drop|skip|off\b|away\b|without)")
_SHORTENING = re.compile(r"\b(?:trim|cut|shorten|limit|reduce|crop)")


@dataclass(frozen=True)
class TimeRange:
    """A part of a recording, and where the words name it."""

    parameters: Parameters
    """`start_seconds` and `end_seconds`; negative ones count from the end."""
    start: int
    end: int


def time_range(words: str) -> TimeRange | None:
    """The part that `words` name, or what they leave when it is removed; None for none, and for a removed middle."""
    words = with_digits(words)
    match = next((match for pattern in _COMPILED if (match := pattern.search(words))), None)
    if match is None and _SHORTENING.search(words):
        match = _SHORTENED.search(words)
    if match is None:
        return None
    named = match.groupdict()
    unit = (named.get("unit") or named["end"] or " " if named.get("end") else " ").strip()
    removed = _REMOVED.search(words)
    if removed and (named.get("start") or not (named.get("end") or named.get("tail"))):
        return None
    parameters: Parameters = {}
    if removed:
        length = _seconds(str(named.get("tail") or named.get("end")))
        return TimeRange({"end_seconds": -length} if named.get("tail") else {"start_seconds": length}, *match.span())
    if tail := named.get("tail"):
        parameters["start_seconds"] = -_seconds(tail)
    if begin := named.get("start"):
        parameters["start_seconds"] = _seconds(begin, unit)
    if end := named.get("end"):
        parameters["end_seconds"] = _seconds(end, unit)
    return TimeRange(parameters, *match.span())


def _seconds(words: str, unit: str = "") -> float:
    """Seconds of `1:30`, `half a minute`, `minute`, or of a bare number in the unit of `unit`."""
    if ":" in words:
        parts = [float(part) for part in words.split(":")]
        return float(sum(part * 60**place for place, part in enumerate(reversed(parts))))
    match = re.fullmatch(rf"(?P<count>{_COUNT})?[ -]?(?P<unit>{_UNIT})?", words)
    count, named = (match["count"], match["unit"]) if match else (None, None)
    bare = re.search(rf"({_UNIT})\b", unit)
    size = _UNITS[(named or (bare[1] if bare else "s"))[0]]
    if count is None or count in ("a", "an"):
        return size
    return size * (0.5 if count.startswith("half") else float(count))


_COMPILED = tuple(re.compile(pattern) for pattern in _PATTERNS)

"""`with_times`: days in a sentence together with the times beside them: "Thursday at 3 pm", "9:00 to 12:00 on 4 May"."""

import re
from collections.abc import Sequence

Span = tuple[int, int]
_BESIDE = re.compile(r"[\s,]*(?:\(\w+\)[\s,]*)?(?:at|on|from|um|ab|am|à|às|a las|le|el)?\s*")
_ZONE = re.compile(r" (?:UTC|GMT|CES?T|[A-Z][A-Za-z_]+/[A-Za-z_/+-]*[A-Za-z])\b")
"""A time zone behind a time: `09:00 America/New_York`."""
_UNTIL = re.compile(
    r"[\s,]*(?:\(\w+\)[\s,]*)?(?:(?:\w{2,4} )?ends|to|until|till|and|bis|a|à|até|hasta|[-\u2013\u2014])\s*"
)


def with_times(days: Sequence[Span], times: Sequence[Span], sentence: str) -> list[Span]:
    """Each day, longer by the time, or the times from and to, that stand right behind or before it; or up to another day."""
    times = [(begin, zone.end() if (zone := _ZONE.match(sentence, end)) else end) for begin, end in times]
    ranges = _joined(times, times, _UNTIL, sentence)
    behind = _joined(days, ranges, _BESIDE, sentence)
    behind = [_before(day, ranges, sentence) if day in days else day for day in behind]
    return _joined(behind, behind, _UNTIL, sentence)


def _joined(firsts: Sequence[Span], thens: Sequence[Span], between: re.Pattern[str], sentence: str) -> list[Span]:
    found = list[Span]()
    for begin, end in firsts:
        ends = [then[1] for then in thens if then[0] >= end and between.fullmatch(sentence, end, then[0])]
        found.append((begin, min(ends, default=end)))
    return found


def _before(day: Span, ranges: Sequence[Span], sentence: str) -> Span:
    begins = [each[0] for each in ranges if each[1] <= day[0] and _BESIDE.fullmatch(sentence, each[1], day[0])]
    return max(begins, default=day[0]), day[1]

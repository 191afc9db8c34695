"""Series: the dates or counts beside a column of numbers, and how they go on."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

FEWEST = 4
"""Members by which a series is known."""


def continued(cells: Sequence[str], count: int) -> list[str]:
    """The next `count` members of whole numbers, days (`2026-01-31`) or months (`2026-01`) at even distances; else none."""
    if len(cells) < FEWEST:
        return []
    if all(re.fullmatch(r"-?\d{1,9}", cell) for cell in cells):
        return [str(number) for number in _going_on([int(cell) for cell in cells], count)]
    months = all(re.fullmatch(r"\d{4}-\d\d", cell) for cell in cells)
    try:
        days = [date.fromisoformat(f"{cell}-01" if months else cell) for cell in cells]
        return [str(day)[: 7 if months else 10] for day in _later(days, count)]
    except (ValueError, OverflowError):  # no dates, or none that come so late
        return []


def _later(days: Sequence[date], count: int) -> list[date]:
    """At the same distance in months where all are the same day of one, else in days."""
    day = days[0].day
    if {each.day for each in days} == {day} and day <= 28:
        later = _going_on([12 * each.year + each.month - 1 for each in days], count)
        if later:
            return [date(number // 12, number % 12 + 1, day) for number in later]
    return [date.fromordinal(number) for number in _going_on([each.toordinal() for each in days], count)]


def _going_on(numbers: Sequence[int], count: int) -> list[int]:
    """What follows numbers that grow by the same each time; nothing after others."""
    steps = {after - before for before, after in pairwise(numbers)}
    step = steps.pop()
    return [] if steps or step <= 0 else [numbers[-1] + step * (place + 1) for place in range(count)]

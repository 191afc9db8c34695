"""`extrapolated`: the next members of numbers, days or months at even distances, for forecasts."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

MIN_LENGTH = 4
"""Members that it takes to recognise a series."""


def extrapolated(cells: Sequence[str], count: int) -> list[str]:
    """The next `count` members of whole numbers, days (`2026-01-31`) or months (`2026-01`) at even distances; else none."""
    if len(cells) < MIN_LENGTH:
        return []
    if all(re.fullmatch(r"-?\d{1,9}", cell) for cell in cells):
        return [str(number) for number in _next_numbers([int(cell) for cell in cells], count)]
    months = all(re.fullmatch(r"\d{4}-\d\d", cell) for cell in cells)
    try:
        days = [date.fromisoformat(f"{cell}-01" if months else cell) for cell in cells]
        return [str(day)[: 7 if months else 10] for day in _next_dates(days, count)]
    except (ValueError, OverflowError):  # no dates, or beyond the last year
        return []


def _next_dates(days: Sequence[date], count: int) -> list[date]:
    """At the same distance in months where all are the same day of one, else in days."""
    day = days[0].day
    if {each.day for each in days} == {day} and day <= 28:
        later = _next_numbers([12 * each.year + each.month - 1 for each in days], count)
        if later:
            return [date(number // 12, number % 12 + 1, day) for number in later]
    return [date.fromordinal(number) for number in _next_numbers([each.toordinal() for each in days], count)]


def _next_numbers(numbers: Sequence[int], count: int) -> list[int]:
    steps = {after - before for before, after in pairwise(numbers)}
    step = steps.pop()
    return [] if steps or step <= 0 else [numbers[-1] + step * (place + 1) for place in range(count)]

"""`with_days`: a day beside a month is one date: "15 March", "March 15"."""

from collections.abc import Sequence
from dataclasses import replace

from .marks import Mark

_LAST = 31
"""The last day of a month."""


def with_days(marks: Sequence[Mark], words: Sequence[str]) -> list[Mark]:
    """The marks, with a month and a number of a day directly before or behind it as one period: "15 de marzo"."""
    found = list[Mark]()
    for mark in marks:
        before = found[-1] if found else None
        ranked = len(found) > 1 and found[-2].role in ("top", "bottom", "highest", "lowest")
        if before and words[before.end : mark.start] in ([], ["de"], ["of"]) and not ranked:
            day, month = (before, mark) if mark.role == "period" else (mark, before)
            if _is_day(day) and _is_month(month):
                text = f"{month.text.rstrip('-')}-{int(day.text):02}-"
                found[-1] = replace(month, start=before.start, end=mark.end, text=text)
                continue
        found.append(mark)
    return found


def _is_day(mark: Mark) -> bool:
    return mark.role == "number" and mark.text.isdigit() and 0 < int(mark.text) <= _LAST


def _is_month(mark: Mark) -> bool:
    return mark.role == "period" and len(mark.text.strip("-").split("-")) == 1 + (not mark.text.startswith("-"))

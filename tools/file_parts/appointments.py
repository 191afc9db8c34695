"""`Appointment`: one event of a calendar, read from the line that `tools/documents/cards.py` writes of it."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from ..documents.parts import Part

_DAY = r"(\d{4}-\d\d-\d\d) \(\w+\)"
_TIME = r"(\d\d:\d\d)( [\w/+-]+)?"
_WHEN = re.compile(
    rf"(?:(?P<title>.*?): )?(?P<cancelled>cancelled, )?{_DAY}(?:, {_TIME})?(?:, ends (?:{_DAY}(?:, )?)?(?:{_TIME})?)?"
    r"(?:, repeated (?P<rule>.*?))?(?:, except (?P<apart>.*?))?(?:, instead of (?P<instead>.*))?"
)
_WEEKDAY = r"(?:the (?:first|second|third|fourth|fifth|last) )?[A-Z][a-z]+day"
_RULE = re.compile(
    rf"every (?:(?P<step>\d+) )?(?P<unit>day|week|month|year)s?(?: on (?P<days>{_WEEKDAY}(?: and {_WEEKDAY})*))?"
    r"(?: on day (?P<date>\d+))?(?: (?P<times>\d+) times)?(?: until (?P<until>\d{4}-\d\d-\d\d))?"
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
_DATES = re.compile(r"\d{4}-\d\d-\d\d")
MOST = 1_000
"""Times that a repeated appointment is followed."""


class Appointment(NamedTuple):
    """One event."""

    title: str
    begins: datetime
    """In its own time zone, without it; midnight where it is of whole days."""
    ends: datetime | None
    """None where the file does not say it; of whole days the midnight behind them."""
    whole_days: bool
    cancelled: bool
    rule: str
    """How often it is repeated, in words; empty for once."""
    apart: frozenset[date]
    """Days on which a repeated one does not take place."""
    instead: date | None
    """The day of a repeated one that this takes the place of."""
    head: str
    """Its first line: what and when."""
    text: str
    """All that is said of it."""

    @property
    def place(self) -> str:
        """Where it is; empty where the file does not say it."""
        return next((line[7:] for line in self.text.splitlines() if line.startswith("Place: ")), "")

    @property
    def length(self) -> timedelta | None:
        """How long it lasts; None for whole days, and where the end is not known."""
        return None if self.whole_days or self.ends is None else self.ends - self.begins

    @property
    def days(self) -> tuple[date, date]:
        """Its first and last day."""
        last = self.ends - timedelta(seconds=1) if self.ends and self.ends > self.begins else self.begins
        return self.begins.date(), last.date()

    @property
    def endless(self) -> bool:
        """Whether it is repeated without an end."""
        return bool(self.rule) and " times" not in self.rule and " until " not in self.rule


def appointments(parts: Sequence[Part]) -> list[Appointment] | None:
    """The appointments of the parts of a calendar; None where one of them can't be read."""
    found = [_appointment(part) for part in parts]
    return None if None in found else [each for each in found if each]


def _appointment(part: Part) -> Appointment | None:
    head = part.text.partition("\n")[0]
    match = _WHEN.fullmatch(head)
    if match is None:
        return None
    title, cancelled, day, at, _, last, until, _, rule, apart, instead = match.groups()
    begins = datetime.combine(date.fromisoformat(day), time.fromisoformat(at) if at else time())
    ends: datetime | None = None
    if at is None:
        ends = datetime.combine(date.fromisoformat(last or day), time()) + timedelta(days=1)
    elif until:
        ends = datetime.combine(date.fromisoformat(last or day), time.fromisoformat(until))
    return Appointment(
        title or "", begins, ends, at is None, bool(cancelled), rule or "",
        frozenset(map(date.fromisoformat, _DATES.findall(apart or ""))),
        date.fromisoformat(instead[:10]) if instead and _DATES.match(instead) else None, head, part.text,
    )  # fmt: skip


def _weekday(day: str, rrule: Any) -> Any:
    """`Monday` or `the last Friday` as dateutil has it."""
    *place, name = day.split()
    weekday = rrule.weekday(_WEEKDAYS.index(name))
    return weekday(_PLACES[place[-1]]) if place else weekday


def occurrences(each: Appointment, known: Sequence[Appointment], until: date) -> Iterator[Appointment]:
    """A repeated appointment on each of its days up to one, without those that are left out or moved.

    Raises `ValueError` for a rule that is not followed here.
    """
    if not each.rule:
        yield each
        return
    rule = _RULE.fullmatch(each.rule)
    if rule is None:
        raise ValueError(each.rule)
    from dateutil import rrule

    unit = {"day": rrule.DAILY, "week": rrule.WEEKLY, "month": rrule.MONTHLY, "year": rrule.YEARLY}[rule["unit"]]
    days = [_weekday(day, rrule) for day in (rule["days"] or "").split(" and ") if day]
    last = min(until, date.fromisoformat(rule["until"])) if rule["until"] else until
    followed = rrule.rrule(
        unit, each.begins, interval=int(rule["step"] or 1), byweekday=days or None,
        bymonthday=int(rule["date"]) if rule["date"] else None, count=int(rule["times"]) if rule["times"] else None,
        until=None if rule["times"] else datetime.combine(last, time.max),
    )  # fmt: skip
    moved = {other.instead for other in known if other.instead and other.title == each.title}
    for number, begins in enumerate(followed):
        if number >= MOST or begins.date() > last:
            return
        if begins.date() not in each.apart | moved:
            lasts = each.ends - each.begins if each.ends else None
            yield each._replace(begins=begins, ends=begins + lasts if lasts is not None else None, rule="")

"""`repeats`: how often an event is repeated, in words, from its rule in a calendar (RFC 5545, 3.3.10)."""

import re

_UNITS = {"SECONDLY": "second", "MINUTELY": "minute", "HOURLY": "hour", "DAILY": "day", "WEEKLY": "week",
          "MONTHLY": "month", "YEARLY": "year"}  # fmt: skip
_DAYS = {"MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday",
         "SU": "Sunday"}  # fmt: skip
_MONTHS = "January February March April May June July August September October November December".split()
_PLACES = {"1": "first", "2": "second", "3": "third", "4": "fourth", "5": "fifth", "-1": "last"}
_WEEKDAY = re.compile(r"([+-]?\d+)?(MO|TU|WE|TH|FR|SA|SU)")
_READ = {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "UNTIL", "COUNT", "WKST", "BYSETPOS"}


def repeats(rule: str) -> str:
    """A rule like `FREQ=WEEKLY;BYDAY=MO` in words: `every week on Monday`; one with parts not known here as it is."""
    parts = {name.upper(): value for name, _, value in (part.partition("=") for part in rule.split(";")) if value}
    unit = _UNITS.get(parts.get("FREQ", "").upper())
    if unit is None or not parts.keys() <= _READ:
        return rule
    every = parts.get("INTERVAL", "1")
    place = _place(parts["BYSETPOS"]) if "BYSETPOS" in parts else ""
    days = [_weekday(day, place) for day in parts.get("BYDAY", "").upper().split(",") if day]
    dates = [_date(day, place) for day in parts.get("BYMONTHDAY", "").split(",") if day]
    months = [_MONTHS[int(n) - 1] for n in parts.get("BYMONTH", "").split(",") if n.isdigit() and 1 <= int(n) <= 12]
    words = [
        f"every {unit}" if every == "1" else f"every {every} {unit}s",
        f"on {' and '.join(days)}" if days else "",
        f"on {' and '.join(dates)}" if dates else "",
        f"in {' and '.join(months)}" if months else "",
        f"{parts['COUNT']} times" if "COUNT" in parts else "",
        f"until {_day(parts['UNTIL'])}" if "UNTIL" in parts else "",
    ]
    return " ".join(filter(None, words))


def _place(number: str) -> str:
    return _PLACES.get(number.lstrip("+"), f"{number.lstrip('+')}.")


def _weekday(day: str, place: str) -> str:
    match = _WEEKDAY.fullmatch(day)
    if match is None:
        return day
    number, name = match.groups()
    nth = _place(number) if number else place
    return f"the {nth} {_DAYS[name]}" if nth else _DAYS[name]


def _date(day: str, place: str) -> str:
    number = day.lstrip("+")
    named = "the last day" if number == "-1" else f"day {number}"
    return f"{named} ({place})" if place else named


def _day(value: str) -> str:
    return f"{value[:4]}-{value[4:6]}-{value[6:8]}" if re.match(r"\d{8}", value) else value

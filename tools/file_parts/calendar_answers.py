"""`of_calendar`: what the appointments of a calendar answer: how many, which, when, where, how long; days are read exactly.

Cancelled ones are counted only where the question asks for them. Repeated ones are followed day by day where it names days.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from ...graph.caveats import lacks
from ...graph.errors import ExpertError, input_error
from .appointments import Appointment, occurrences
from .asked import Asked, says

MOST_NAMED = 12
"""Appointments that an answer names."""
_AHEAD = timedelta(days=732)
"""How far the next of a repeated appointment is looked for."""
_CALENDAR = frozenset(
    (
        "count",
        "length",
        "total",
        "longest",
        "shortest",
        "cancelled",
        "when",
        "where",
        "often",
        "next",
        "first",
        "last",
        "list",
    )
)


def of_calendar(asked: Asked, known: Sequence[Appointment], label: str, today: date) -> str | None:
    """The answer; None for a question that the lines of its text may answer. Raises `ExpertError`."""
    if not asked.marks & _CALENDAR or (asked.marks - _CALENDAR) - {"most"} or set(asked.nouns) - {"Appointment"}:
        return None
    about = [each for each in known if says(each.text, asked.words)]
    if noun := asked.nouns.get("Appointment"):  # “meetings”: where some are called so, these
        about = [each for each in about if says(each.title, [noun])] or about
    exact = asked.marks & {"count", "length", "total", "longest", "shortest", "next", "first", "last"} or asked.period
    if not about:
        if exact and asked.words:
            unknown = [
                word for word in asked.words if not any(says(each.text, [word]) for each in known)
            ] or asked.words
            raise ExpertError(f"no appointment of {label} has the words “{' '.join(unknown)}”", hint="Ask for others.")
        return None
    if not exact and not asked.words and "cancelled" not in asked.marks and not asked.nouns:
        if len(known) > 1 and asked.marks & {"when", "where", "often", "length"}:
            raise ExpertError(f"the question names no appointment of {label}", hint="Name the one that is meant.")
        return None
    among = [each for each in about if each.cancelled == ("cancelled" in asked.marks)]
    gone = [each for each in about if each.cancelled] if "cancelled" not in asked.marks else []
    if asked.words and not exact and "cancelled" not in asked.marks:  # “When is the dentist?”: cancelled is an answer
        among, gone = about, []
    if asked.period or "next" in asked.marks:
        among, gone = (_on_days(asked, each, known, label, today) for each in (among, gone))
    if "next" in asked.marks:
        return _next(among, label, today)
    return _said(asked, sorted(among, key=lambda each: each.begins), gone, label)


def _on_days(
    asked: Asked, among: Sequence[Appointment], known: Sequence[Appointment], label: str, today: date
) -> list[Appointment]:
    """The appointments on the days asked for, repeated ones on each of them."""
    year = asked.period.year if asked.period else today.year
    endless = [each for each in among if each.endless]
    if endless and year is None:
        years = {each.begins.year for each in known}
        if len(years) > 1:
            raise input_error(
                f"{endless[0].title} of {label} is repeated without an end, {endless[0].rule}", hint="Name the year."
            )
        year = years.pop()
    until = date(year, 12, 31) if year else max((each.days[1] for each in among), default=today) + _AHEAD
    found = list[Appointment]()
    for each in among:
        try:
            times = list(occurrences(each, known, today + _AHEAD if "next" in asked.marks else until))
        except ValueError:
            raise input_error(
                f"{each.title} of {label} is repeated by a rule that is not followed here: {each.rule}",
                hint="Ask for one appointment by its name.",
            ) from None
        found += [time for time in times if asked.period is None or any(map(asked.period.holds, _days(time)))]
    if asked.period and year and asked.period.year is None:
        found = [each for each in found if not endless or each.begins.year == year]
    return found


def _days(each: Appointment) -> list[date]:
    first, last = each.days
    return [first + timedelta(days=n) for n in range(min(366, (last - first).days + 1))]


def _next(among: Sequence[Appointment], label: str, today: date) -> str:
    coming = sorted((each for each in among if each.begins.date() >= today), key=lambda each: each.begins)
    if not coming:
        return f"none: no such appointment of {label} is on or after {today}, the day of this run"
    same = [each for each in coming if each.begins == coming[0].begins]
    return "\n".join(_line(each) for each in same) + f" (the next from {today}, the day of this run)"


def _said(asked: Asked, among: Sequence[Appointment], gone: Sequence[Appointment], label: str) -> str:
    marks = asked.marks
    left_out = f"; not counted, as cancelled: {_names(gone)}" if gone else ""
    when = f" on {asked.period.words}" if asked.period else ""
    if "total" in marks or ("length" in marks and asked.nouns and len(among) > 1):
        return _total(among, label) + left_out
    if "count" in marks:
        repeated = [each for each in among if each.rule]
        how = f"; of a repeated one, every time as one: {_names(repeated)}" if repeated else ""
        return f"{len(among)}{f' ({_names(among)})' if among else ''}{how}{left_out}"
    if not among:
        return f"none: no such appointment of {label} is{when or ' there'}{left_out}"
    if marks & {"longest", "shortest"}:
        measured = [each for each in among if each.length is not None]
        _say_unmeasured(among, label)
        if not measured:
            raise input_error(f"{label} does not say how long its appointments are")
        best = (max if "longest" in marks else min)(each.length for each in measured if each.length)
        return "\n".join(f"{_line(each)} ({_hours(best)})" for each in measured if each.length == best)
    if "length" in marks:
        return "\n".join(_lasting(each, label) for each in among)
    if "where" in marks:
        if missing := [each for each in among if not each.place]:
            lacks(f"{label} does not say where {_names(missing)} is")
        placed = [each for each in among if each.place]
        if not placed:
            raise input_error(f"{label} does not say where {_names(among)} is")
        return "\n".join(f"{each.place} ({_line(each)})" for each in placed)
    if marks & {"first", "last"}:
        among = [among[0 if "first" in marks else -1]]
    said = "\n".join(_line(each) for each in among)
    return said + (f"\n(cancelled: {_names(gone)})" if gone else "")


def _line(each: Appointment) -> str:
    """Its first line; of a repeated one on a day, that day."""
    if each.rule or str(each.begins.date()) in each.head.partition(", repeated")[0]:
        return each.head
    return f"{each.title}: {each.begins:%Y-%m-%d} ({each.begins:%A})" + (
        "" if each.whole_days else f", {each.begins:%H:%M}"
    )


def _names(among: Sequence[Appointment]) -> str:
    named = [f"{each.title}, {each.begins:%Y-%m-%d}" for each in among[:MOST_NAMED]]
    return "; ".join(named) + (" ..." if len(among) > MOST_NAMED else "")


def _total(among: Sequence[Appointment], label: str) -> str:
    if repeated := [each for each in among if each.rule]:
        raise input_error(
            f"{_names(repeated)} is repeated, {repeated[0].rule}, and how long that is together depends on the days",
            hint="Name the month or the year.",
        )
    measured = [each for each in among if each.length is not None]
    _say_unmeasured(among, label)
    if not measured:
        raise input_error(f"{label} has no appointments with a begin and an end to add")
    total = sum((each.length for each in measured if each.length), timedelta())
    parts = ", ".join(
        f"{each.title} {_hours(each.length)}" for each in measured[:MOST_NAMED] if each.length is not None
    )
    return f"{_hours(total)} ({parts}{', ...' if len(measured) > MOST_NAMED else ''})"


def _say_unmeasured(among: Sequence[Appointment], label: str) -> None:
    if whole := [each for each in among if each.whole_days]:
        lacks(f"what {label} has for whole days has no hours, and is left out: {_names(whole)}")
    if unknown := [each for each in among if not each.whole_days and each.length is None]:
        lacks(f"{label} does not say when these end, which are left out: {_names(unknown)}")


def _lasting(each: Appointment, label: str) -> str:
    if each.whole_days:
        first, last = each.days
        return (
            f"{(last - first).days + 1} whole days ({_line(each)})"
            if last > first
            else f"the whole day ({_line(each)})"
        )
    if each.length is None:
        raise input_error(f"{label} does not say when {each.title} ends")
    return f"{_hours(each.length)} ({_line(each)})"


def _hours(length: timedelta) -> str:
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    return " ".join(([f"{hours} h"] if hours else []) + ([f"{minutes} min"] if minutes or not hours else []))

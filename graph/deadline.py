"""`checked_deadline`, `set_deadline`: a moment, or the time from when a run begins: `2026-11-30T18:00`, `10m`.

`TimeLimits`: how much time a run, and a call in it, may take.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from .errors import LimitReached

FORM: Final = "a time (2026-11-30T18:00, local where it names no zone) or how long from now (90s, 10m, 1h30m)"
_PART: Final = re.compile(
    r"(\d+(?:\.\d+)?)\s*(?:(s)(?:ec(?:ond)?s?)?|(m)(?:in(?:ute)?s?)?|(h)(?:(?:ou)?rs?)?|(d)(?:ays?)?)\s*", re.IGNORECASE
)
_LONGEST: Final = 36_500 * 86_400
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def checked_deadline(given: object) -> object:
    """A time as ISO 8601 with its zone; a length of time stays one until its run begins. Raises `ValueError`."""
    if given is None:
        return None
    if isinstance(given, timedelta):
        given = f"{given.total_seconds():.3f}s"
    try:
        moment = datetime.fromisoformat(given.strip()) if isinstance(given, str) else given
        if isinstance(moment, datetime):
            return moment.astimezone().isoformat()
    except (ValueError, OverflowError):
        pass
    parts = _parts(given.strip()) if isinstance(given, str) else []
    if not parts:
        raise ValueError(f"must be {FORM}")
    if not 0 < sum(float(number) * _SECONDS[unit] for number, unit in parts) <= _LONGEST:
        raise ValueError("must be later than now, by 100 years at most")
    return "".join(f"{number}{unit}" for number, unit in parts)


def _parts(length: str) -> list[tuple[str, str]]:
    """`1h 30 minutes` as numbers with the letters of their units; none where it is no length of time."""
    found = list(_PART.finditer(length))
    whole = "".join(part[0] for part in found) == length
    return [(part[1], next(unit for unit in part.groups()[1:] if unit).lower()) for part in found] if whole else []


def set_deadline(deadline: str, now: float) -> str:
    """The moment, where it is a length of time from `now`, in seconds since the epoch."""
    if not (parts := _parts(deadline)):
        return deadline
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in parts)
    return datetime.fromtimestamp(now + seconds, UTC).astimezone().isoformat()


def seconds_until(deadline: str, now: float) -> float:
    """Negative once it has passed."""
    return datetime.fromisoformat(deadline).timestamp() - now


class TimeLimits(NamedTuple):
    """How much time a run, and a call in it, may take from now on."""

    call: float | None = None
    """Seconds for a call to an expert, where the run's options say so; None for those of the settings."""
    run: tuple[float, LimitReached] | None = None
    """Seconds until the first of the run's limits is reached, and the error for then; None for no such limit."""

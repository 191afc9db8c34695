"""`checked_deadline`, `set_deadline`: a moment, or the time from when a run begins: `2026-11-30T18:00`, `10m`."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

FORM: Final = "a time (2026-11-30T18:00, local where it names no zone) or how long from now (90s, 10m, 2h)"
_LENGTH: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])", re.IGNORECASE)
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
    if isinstance(given, str) and (found := _LENGTH.fullmatch(given.strip())) and float(found[1]) > 0:
        return f"{found[1]}{found[2].lower()}"
    raise ValueError(f"must be {FORM}")


def set_deadline(deadline: str, now: float) -> str:
    """The moment, where it is a length of time from `now`, in seconds since the epoch."""
    if not (found := _LENGTH.fullmatch(deadline)):
        return deadline
    return datetime.fromtimestamp(now + float(found[1]) * _SECONDS[found[2]], UTC).astimezone().isoformat()


def seconds_until(deadline: str, now: float) -> float:
    """Negative once it has passed."""
    return datetime.fromisoformat(deadline).timestamp() - now

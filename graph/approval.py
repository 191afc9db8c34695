"""`asks`: whether a run pauses before its plan is run: always, never, or where the estimate is over an amount."""

import re
from typing import Final

from .estimate import Estimate

AMOUNTS: Final = ("calls", "tokens", "cost", "seconds")
FORM: Final = "always, never, or limits such as 'cost>0.10' or 'cost>0.10, calls>20' (of calls, tokens, cost, seconds)"
_LIMIT: Final = re.compile(rf"({'|'.join(AMOUNTS)})\s*>\s*\$?(\d+\.?\d*|\.\d+)", re.IGNORECASE)
SCHEMA: Final = {
    "anyOf": [
        {"type": "string", "enum": ["always", "never"]},
        {"type": "string", "pattern": r"^(calls|tokens|cost|seconds) *> *[0-9.]+", "examples": ["cost>0.10"]},
    ]
}
"""JSON Schema of the option."""


def checked_approval(given: object) -> str:
    """`always`, `never`, or limits as `cost>0.10,calls>20`. Raises `ValueError`."""
    text = given.strip() if isinstance(given, str) else ""
    if text in ("always", "never"):
        return text
    limits = [_LIMIT.fullmatch(part.strip()) for part in re.split(r",|\bor\b", text)]
    if not all(limits):
        raise ValueError(f"must be {FORM}")
    names = [limit[1].lower() for limit in limits if limit]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f"must name {twice} once")
    return ",".join(f"{limit[1].lower()}>{limit[2]}" for limit in limits if limit)


def asks(approve: str, estimate: Estimate) -> tuple[bool, list[str]]:
    """Whether the run asks, and a sentence for each limit that the estimate is over, or may be over: it is unknown."""
    if approve in ("always", "never"):
        return approve == "always", []
    why = list[str]()
    for name, limit in (each.split(">") for each in approve.split(",")):
        amount = getattr(estimate.total, name)
        if amount is None:
            why.append(f"the estimate of {name} is unknown, which counts as over {limit}")
        elif amount > float(limit):
            shown = f"{round(amount, 3 if name == 'seconds' else 6):,}"
            why.append(f"the estimate of {name} ({shown}) is over {limit}")
    return bool(why), why

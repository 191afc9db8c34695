"""Outside: JSON that others wrote (models, servers, files, tapes, edited plans), read within limits.

Beyond them a value can't be kept or shown: state takes 64-bit numbers and real characters, and all that walks a value again
does so by recursion. What is refused raises `OddJson`, a `ValueError`, which says why.
"""

import json
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

DEEPEST: Final = 64
"""Lists and objects inside of each other. A plan needs 6; answers of servers with pictures in rows, fewer than 10."""
LONGEST: Final = 64 * 1024 * 1024
"""Characters. The vectors of a long document are below 10 MB; a tape's line may hold a file, and says its own limit."""
LARGEST: Final = 2**63

_HALF_PAIR = re.compile(r"[\ud800-\udfff]")


class OddJson(ValueError):
    """It is no JSON, or beyond the limits."""


def read_json(text: str | bytes, *, longest: int = LONGEST) -> Any:
    """The value. Half surrogate pairs, which no file can hold, become U+FFFD. Raises `OddJson`."""
    if len(text) > longest:
        raise OddJson(f"it has {len(text)} characters, more than the {longest} allowed")
    try:
        return checked(json.loads(text))
    except RecursionError:
        raise OddJson("it is nested too deep") from None
    except OddJson:
        raise
    except ValueError as error:
        raise OddJson(str(error)[:200]) from None


def checked(value: Any, left: int = DEEPEST) -> Any:
    """A value that came without its text (from LangGraph Studio, say), held to the same limits."""
    match value:
        case str():
            return value if value.isascii() else _HALF_PAIR.sub("\N{REPLACEMENT CHARACTER}", value)
        case bool() | None:
            return value
        case int():
            if abs(value) >= LARGEST:
                raise OddJson("it holds a number of more than 64 bits")
            return value
        case float():
            if not isfinite(value):
                raise OddJson(f"it holds {value}, which is no number")
            return value
    if not isinstance(value, Mapping | list | tuple):
        raise OddJson(f"it holds a {type(value).__name__}, which is no JSON")
    if left == 0:
        raise OddJson("it is nested too deep")
    if isinstance(value, Mapping):
        return {_name(name): checked(part, left - 1) for name, part in value.items()}
    return [checked(part, left - 1) for part in value]


def _name(name: Any) -> str:
    if not isinstance(name, str):
        raise OddJson(f"it holds an object with the name {str(name)[:40]}, which is no text")
    return str(checked(name))

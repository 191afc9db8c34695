"""`read_untrusted_json`: JSON from models, servers, files, recordings and edited plans, read within limits.

A value beyond the limits can't be stored or shown: state holds 64-bit numbers and valid characters only, and code that walks
a value recurses. Such a value raises `InvalidJson`, a `ValueError` that names the reason.
"""

import json
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

DEEPEST: Final = 64
"""Levels of nesting. A plan needs 6; a server's response with pictures in table rows needs fewer than 10."""
LONGEST: Final = 64 * 1024 * 1024
"""Characters. The vectors of a long document stay below 10 MB. A recording has its own limit: a line may hold a file."""
LARGEST: Final = 2**63

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


class InvalidJson(ValueError):
    """The text is not JSON, or its value is beyond the limits."""


def read_untrusted_json(text: str | bytes, *, longest: int = LONGEST) -> Any:
    """The parsed value. Lone surrogates, which no file can hold, become U+FFFD. Raises `InvalidJson`."""
    if len(text) > longest:
        raise InvalidJson(f"it has {len(text)} characters, more than the {longest} allowed")
    try:
        return checked_json(json.loads(text))
    except RecursionError:
        raise InvalidJson("it is nested too deep") from None
    except InvalidJson:
        raise
    except ValueError as error:
        raise InvalidJson(str(error)[:200]) from None


def checked_json(value: Any, levels: int = DEEPEST) -> Any:
    """A value that arrives already parsed (from LangGraph Studio, for instance), checked against the same limits."""
    match value:
        case str():
            return value if value.isascii() else _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value)
        case bool() | None:
            return value
        case int():
            if abs(value) >= LARGEST:
                raise InvalidJson("it holds a number of more than 64 bits")
            return value
        case float():
            if not isfinite(value):
                raise InvalidJson(f"it holds {value}, which is not a JSON number")
            return value
    if not isinstance(value, Mapping | list | tuple):
        raise InvalidJson(f"it holds a {type(value).__name__}, which is not a JSON type")
    if levels == 0:
        raise InvalidJson("it is nested too deep")
    if isinstance(value, Mapping):
        return {_key(key): checked_json(part, levels - 1) for key, part in value.items()}
    return [checked_json(part, levels - 1) for part in value]


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise InvalidJson(f"it holds an object with the key {str(key)[:40]}, which is not a string")
    return str(checked_json(key))

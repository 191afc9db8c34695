"""`meaning_of`: the task type of a meaning, its parameters and the meaning before it, from meanings.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ...graph.resource import Kind

OUT_OF_REACH = "out-of-reach"
"""The first part of meanings that no expert can do: `out-of-reach/send-mail`."""
COUNTS_OF_TEXT = ("count/words", "count/characters")
"""Meanings that count what a text consists of."""


@dataclass(frozen=True)
class Meaning:
    """What an example asks for."""

    name: str
    """As in the data files: `image-to-text/read`."""
    task_type: str
    """Empty where no expert can do it."""
    parameters: Mapping[str, str | int | float]
    first: str
    """The meaning planned before on the same data; empty for none."""
    kinds: tuple[Kind, ...] = ()
    """The kinds of data, one of which has to be at hand; empty for any."""

    @property
    def is_out_of_reach(self) -> bool:
        """Whether no expert can do it."""
        return not self.task_type


@cache
def meaning_of(name: str) -> Meaning:
    """The meaning of that name."""
    base, _, part = name.partition("/")
    row = _rows().get(name, {})
    parameters = row.get("parameters", {})
    if base == "image-to-image" and part and "type" not in row:
        parameters = {"operation": part, **parameters}
    task_type = "" if base == OUT_OF_REACH else row.get("type", base)
    return Meaning(name, task_type, parameters, row.get("first", ""), tuple(row.get("kinds", ())))


@cache
def _rows() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("meanings.toml").read_text(encoding="utf-8"))

"""`Condition`, `condition_of`: one condition on the rows of a table, written `column operator value`."""

import re
from dataclasses import dataclass
from functools import cached_property

from ...graph.errors import input_error
from .folding import MARKS, fold, spelt

NEGATED = ("!=", "not contains", "not starts with", "not ends with")
"""Of several columns all must satisfy these."""
OPERATORS = (*NEGATED[1:], "starts with", "ends with", "contains", "!=", ">=", "<=", "=", ">", "<")
OPPOSITE = {"=": "!=", ">": "<=", "<": ">=", "contains": "not contains", "starts with": "not starts with",
             "ends with": "not ends with"}  # fmt: skip
OPPOSITE |= {opposite: operator for operator, opposite in OPPOSITE.items()}
_FORM = re.compile(rf"(.+?) ({'|'.join(map(re.escape, OPERATORS))}) (.+)", re.DOTALL)


@dataclass(frozen=True)
class Condition:
    """One condition on a row."""

    column: str
    operator: str
    value: str
    spelt: tuple[str, ...] = ()
    """Options of the value that are compared with their accents: some cell is written so."""

    @cached_property
    def options(self) -> list[str]:
        """The texts, one of which a cell has to be or to hold; of an equality several, joined by `or` or `|`."""
        value = self.value.strip(MARKS)
        several = [*re.split(r",? or ", value), *value.split("|")] if self.operator in ("=", "!=") else []
        return list({spelt(option): option for option in (value, *several)}.values())

    @cached_property
    def unaccented(self) -> list[str]:
        """The options that are compared without accents, folded."""
        return [fold(option) for option in self.options if spelt(option) not in self.spelt]

    @property
    def opposite(self) -> "Condition":
        """The condition that the other rows with a value satisfy."""
        return Condition(self.column, OPPOSITE[self.operator], self.value)

    def __str__(self) -> str:
        return f"{self.column} {self.operator} {self.value}"


def condition_of(text: str) -> Condition:
    """The condition that a text writes. Raises `ExpertError` (input fault) for any other text."""
    if match := _FORM.fullmatch(text.strip()):
        return Condition(match[1].strip(), match[2], match[3].strip())
    raise input_error(f"“{text}” is no condition", hint=f"Write column, operator ({', '.join(OPERATORS)}), value.")

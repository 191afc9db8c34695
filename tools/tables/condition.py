"""`Condition`, `condition_of`: one condition on the rows of a table, written `column operator value`."""

import re
from dataclasses import dataclass

from ...graph.errors import input_error

NEGATED = ("!=", "not contains", "not starts with", "not ends with")
"""Of several columns all must satisfy these."""
OPERATORS = (*NEGATED[1:], "starts with", "ends with", "contains", "!=", ">=", "<=", "=", ">", "<")
_FORM = re.compile(rf"(.+?) ({'|'.join(map(re.escape, OPERATORS))}) (.+)", re.DOTALL)


@dataclass(frozen=True)
class Condition:
    """One condition on a row."""

    column: str
    operator: str
    value: str

    def __str__(self) -> str:
        return f"{self.column} {self.operator} {self.value}"


def condition_of(text: str) -> Condition:
    """The condition that a text writes. Raises `ExpertError` (input fault) for any other text."""
    if match := _FORM.fullmatch(text.strip()):
        return Condition(match[1].strip(), match[2], match[3].strip())
    raise input_error(f"“{text}” is no condition", hint=f"Write column, operator ({', '.join(OPERATORS)}), value.")

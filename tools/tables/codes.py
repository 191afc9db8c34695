"""`is_code`: whether the numbers of a column tell rows apart (an order number, a year): it is counted, not added."""

from functools import cache
from pathlib import PurePath

from ...graph.errors import ExpertError
from ..wording.wording import LANGUAGES, wording
from .columns import Columns
from .folding import singulars

_LARGE = 1000
"""Numbers from here on may be codes, also where they are far apart."""
_DENSE = 10
"""Numbers of codes lie at most so many times their count apart."""
_YEARS = (1900, 2100)


@cache
def _measures() -> frozenset[str]:
    """Names of columns that say how much or how many: `units`, `quantity`, `revenue`."""
    keys = [key.partition(": ") for code in LANGUAGES for key in wording(code).section("measures")]
    return frozenset(singulars(name) for role, _, names in keys if role == "column" for name in names.split(", "))


def is_code(table: Columns, column: int) -> bool | None:
    """Whether the numbers of a column are codes; None where they may be codes or quantities."""
    if not table.is_numeric(column) or singulars(table.names[column]) in _measures():
        return False
    found = table.sums(column)[""]
    low, high = (table.number(table.extremes(column, most=most, limit=1)[0][column]) for most in (False, True))
    if low is None or high is None or found.places or found.numbers < 2:  # one number is like no other
        return False
    if is_year(table, column):
        return True
    if table.different(column) - len(table.missing(column)) < found.numbers:
        return False
    if singulars(table.names[column]) == singulars(PurePath(table.label).stem):  # the rooms of rooms.csv
        return True
    dense = low >= _DENSE * _DENSE and high - low < _DENSE * found.numbers
    if high - low == found.numbers - 1 or (dense and is_in_order(table, column)):
        return True
    first = not column and found.numbers > 2 and any(map(table.is_numeric, range(1, len(table.names))))
    return None if dense or first or low >= _LARGE else False


def is_year(table: Columns, column: int) -> bool:
    """Whether all numbers of a column may be years."""
    low, high = (table.number(table.extremes(column, most=most, limit=1)[0][column]) for most in (False, True))
    return low is not None and high is not None and _YEARS[0] <= low <= high <= _YEARS[1]


def is_in_order(table: Columns, column: int) -> bool:
    """Whether the first numbers of a column only rise or only fall."""
    cells = [row[column] for row in table.first(_LARGE)]
    numbers = [number for number in map(table.number, cells) if number is not None]
    return numbers in (sorted(numbers), sorted(numbers, reverse=True))


def counts_rows(table: Columns, column: int) -> bool:
    """As `is_code`; raises `ExpertError` where that is open."""
    if (code := is_code(table, column)) is None:
        name = table.names[column]
        raise ExpertError(
            f"the numbers of {name} in {table.label} may be codes or quantities, so a count of them has two meanings",
            hint=f"Ask “how many rows?” or “the sum of {name}”.",
        )
    return code

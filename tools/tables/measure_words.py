"""`measure_words`, `measure_marks`: words that say something of a column of some name: `oldest` is the highest `age`."""

from collections.abc import Sequence
from functools import cache

from ..wording.wording import wording
from .columns import Columns
from .folding import fold, singulars
from .marks import Mark
from .named_in_table import unit_prices
from .table_words import OPERATIONS


@cache
def measure_words(language: str = "en") -> dict[str, list[tuple[str, list[str]]]]:
    """What words say of a column with one of some names: `oldest` the highest `age`; as its role and these names."""
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for key, phrases in wording(language).section("measures").items():
        role, _, columns = key.partition(": ")
        for phrase in phrases:
            found.setdefault(fold(phrase), []).append((role, columns.split(", ")))
    return found


def measure_column(table: Columns, names: Sequence[str]) -> int | None:
    """The first column of numbers that has one of the names."""
    found = ((name, table.column(name)) for name in names)
    numeric = ((name, column) for name, column in found if column is not None and table.is_numeric(column))
    return next((column for name, column in numeric if not _of_one_unit(name, table.names[column])), None)


def _of_one_unit(name: str, column: str) -> bool:
    """Whether a name is the first word of a price: the units of "unit price"."""
    return singulars(column) in unit_prices() and singulars(name) not in singulars(column).split()[-1:]


def priced(mark: Mark, table: Columns) -> bool:
    """Whether a column of quantities stands beside one of prices: "the stock value" is the sum of neither."""
    names = [name for role, names in measure_words().get("cost", ()) if role == "column" for name in names]
    price = measure_column(table, names)
    return mark.role == "column" and table.is_numeric(mark.column) and price not in (None, mark.column)


def measure_marks(phrase: str, at: int, size: int, table: Columns, language: str, *, money: bool) -> list[Mark]:
    """The marks of a phrase that says something of a column. `money`: "how much" is of an amount before it is of pieces."""
    listed = measure_words(language).get(phrase, [])
    for role, names in reversed(listed) if money else listed:
        if (column := measure_column(table, names)) is not None:
            named = Mark("column", at, at + size, phrase, column)
            ranked = Mark(role, at, at + size, phrase)
            return [named] if role == "column" else [ranked, named] if role in OPERATIONS else [named, ranked]
    return []

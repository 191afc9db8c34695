"""`columns_by_name`, `cells_by_text`: the names of columns and the cells that words of a question may mean."""

from collections.abc import Mapping
from functools import cache
from os.path import commonprefix

from ..wording.wording import LANGUAGES, wording
from .cell_numbers import is_missing
from .columns import Columns
from .folding import fold, singular, singulars
from .table_words import WORD, operation_words

STEM, _ENDING = 4, 3
"""Letters that the forms of a column name have in common at least, and letters of an ending."""


def inflected(phrase: str, columns: Mapping[str, int]) -> str:
    """The only column that a word is an inflected form of: `Beträge` of `Betrag`, `valores` of `valor`; else the word."""
    near = [n for n in columns if abs(len(phrase) - len(n)) <= _ENDING and n.count(" ") == phrase.count(" ")]
    shared = {name: len(commonprefix([phrase, name])) for name in near}  # noqa: RUF071  # compares letters
    close = [name for name, letters in shared.items() if letters >= max(STEM, len(name) - 2)]
    return close[0] if len({columns[name] for name in close}) == 1 else phrase


def columns_by_name(table: Columns) -> dict[str, int]:
    """Columns by their name in the singular, and by its last word where that is only theirs."""
    found = {singulars(name): number for number, name in enumerate(table.names) if name}
    parts = [part for name in found for part in set(name.split()) if len(name.split()) > 1]
    for name, number in list(found.items()):
        for part in name.split()[-1:] if name in unit_prices() else name.split():
            if part not in found and parts.count(part) == 1 and len(part) > 3:
                found[part] = number
    return found


@cache
def unit_prices() -> frozenset[str]:
    """The names of all languages for the price of one unit, in the singular: their first words are no column."""
    return frozenset(singulars(name) for code in LANGUAGES for name in wording(code).section("totals")["unit"])


@cache
def _calculating() -> frozenset[str]:
    """The words of all languages that ask for a sum or mean."""
    return frozenset().union(
        *(operation_words(code)[kind] for code in LANGUAGES for kind in ("sum", "average", "median"))
    )


def cells_by_text(table: Columns) -> dict[str, tuple[int, str]]:
    """Cells that are no numbers by their folded text; the words of longer ones where they are in one column only."""
    found, parts = dict[str, tuple[int, str]](), dict[str, set[tuple[int, str]]]()
    for column in range(len(table.names)):
        cells = table.known(column).cells
        for cell in dict.fromkeys(filter(is_missing, cells) if table.is_numeric(column) else cells):
            if folded := fold(cell):
                found.setdefault(folded, (column, cell))
                for word in WORD.findall(folded) if " " in folded else ():
                    parts.setdefault(word, set()).add((column, word))
    for word in (
        _calculating() & found.keys()
    ):  # a row of totals without a number: "the sum of amount" asks for no such row
        del found[word]
    for word, places in parts.items():
        if len(places) == 1 and len(word) > 2 and not word.isdigit():
            found.setdefault(word, next(iter(places)))
            found.setdefault(singular(word), next(iter(places)))
    return found

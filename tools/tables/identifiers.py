"""`without_identifiers`: numbers that only tell rows apart are not added or ranked: "the smallest of the open orders"."""

from collections.abc import Sequence

from ...graph.caveats import caveat
from ...graph.errors import ExpertError
from .codes import is_code, is_in_order
from .columns import Columns
from .folding import fold, singulars
from .marks import Mark
from .table_query import Query
from .table_words import WORD, operation_words

_ADDING = frozenset(("sum", "average", "median"))
_RANKING = frozenset(("highest", "lowest"))
_LONG = 3
"""Letters of a word for numbers that may be the end of a compound: "Bestellnummer"."""


def without_identifiers(query: Query, marks: Sequence[Mark], words: Sequence[str]) -> None:
    """Takes the only column of quantities in place of one whose numbers are identifiers, and says so.

    Where the question names a quantity beside it, that alone is meant. `ExpertError`, which names the columns, where there
    are several quantities or none.
    """
    table = query.whole
    adds = query.operations & _ADDING and (query.group is None or "sum" in query.operations)
    ranks = query.operations & _RANKING and (query.sized or not query.subjects) and not query.counts_best
    if not adds and not (ranks and {*query.columns} & {*query.measures}):
        return
    named = {mark.column: mark for mark in marks if mark.role == "column"}
    texts = {column: mark.text for column, mark in named.items()}
    found = [n for n in query.columns if n != query.group and _identifies(table, n, texts.get(n, ""))]
    if not adds:
        asked = [n for n in query.columns if n in named and is_numbering(table, named[n], words, query.language)]
        found = [n for n in query.columns if n not in asked and _first_key(table, n)]
    if not found:
        return
    rest = [n for n in query.columns if n not in found]
    name = table.names[found[0]]
    if not any(map(table.is_numeric, rest)):
        others = [
            n for n in range(len(table.names)) if n not in found and table.is_numeric(n) and not is_code(table, n)
        ]
        if len(others) != 1:
            quantities = ", ".join(table.names[n] for n in others) or "none"
            raise ExpertError(
                f"the numbers of {name} in {table.label} tell its rows apart, so they are not added or compared",
                hint=f"Name what to add or compare (columns with quantities: {quantities}), or ask “how many rows?”.",
            )
        caveat(
            f"the numbers of {name} in {table.label} tell its rows apart, so those of {table.names[others[0]]} are taken"
        )
        rest += others
    query.columns = rest


def is_numbering(table: Columns, mark: Mark, words: Sequence[str], language: str) -> bool:
    """Whether the numbers themselves are asked for, and not the things: "the highest order number"."""
    own = WORD.findall(fold(table.names[mark.column]).replace("_", " "))
    said = own[-1:] if singulars(mark.text) == singulars(table.names[mark.column]) else []
    return any(
        (each in numbering or each.endswith(tuple(n for n in numbering if len(n) > _LONG)))
        for numbering in (operation_words(language)["numbering"],)
        for each in (*said, *words[mark.end : mark.end + 1])
    )


def _first_key(table: Columns, column: int) -> bool:
    return column == 0 and is_code(table, column) is not False


def _identifies(table: Columns, column: int, typed: str) -> bool:
    """Whether the numbers of a column are identifiers; `typed`: how the question names it.

    Where that is open, the things are meant, and not their numbers, by a form of the name ("orders" for `order`).
    """
    code, counted = is_code(table, column), fold(typed) != fold(table.names[column])
    if code is False or (
        not counted and (code is None or column or not any(map(table.is_numeric, range(1, len(table.names)))))
    ):
        return False
    return column == 0 or (code is True and is_in_order(table, column))

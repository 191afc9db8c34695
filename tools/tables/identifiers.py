"""`without_identifiers`: numbers that only tell rows apart are not added: "the total of the open orders"."""

from collections.abc import Sequence

from ...graph.caveats import caveat
from ...graph.errors import ExpertError
from .codes import is_code, is_in_order
from .columns import Columns
from .folding import fold
from .question_words import Mark
from .table_query import Query

_ADDING = frozenset(("sum", "average", "median"))


def without_identifiers(query: Query, marks: Sequence[Mark]) -> None:
    """Takes the only column of quantities in place of one whose numbers are identifiers, and says so.

    Where the question names a quantity beside it, that alone is meant. `ExpertError`, which names the columns, where there
    are several quantities or none.
    """
    table = query.whole
    if not query.operations & _ADDING or (query.group is not None and "sum" not in query.operations):
        return
    texts = {mark.column: mark.text for mark in marks if mark.role == "column"}
    found = [n for n in query.columns if n != query.group and _identifies(table, n, texts.get(n, ""))]
    if not found:
        return
    rest = [n for n in query.columns if n not in found]
    name = table.names[found[0]]
    if not any(map(table.is_numeric, rest)):
        others = [
            n for n in range(len(table.names)) if n not in found and table.is_numeric(n) and not is_code(table, n)
        ]
        if len(others) != 1:
            named = ", ".join(table.names[n] for n in others) or "none"
            raise ExpertError(
                f"the numbers of {name} in {table.label} tell its rows apart, so they are not added",
                hint=f"Name what to add (columns with quantities: {named}), or ask “how many rows?”.",
            )
        caveat(
            f"the numbers of {name} in {table.label} tell its rows apart, so those of {table.names[others[0]]} are taken"
        )
        rest += others
    query.columns = rest


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

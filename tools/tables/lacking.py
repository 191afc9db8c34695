"""`without_any`: who or what has no row of a kind at all: "which customers have no open orders"."""

from .condition import Condition
from .folding import fold
from .table_query import Query, not_understood

_LISTED = frozenset(("people", "rows", "count", "distinct"))
MOST = 1_000
"""Different cells that are left out one by one."""


def without_any(query: Query) -> None:
    """Narrows a query for the cells of a column that is in several rows to those without a row of the kind.

    Raises `ExpertError` where it is open whose rows these are, or where there are other conditions.
    """
    table = query.whole
    if not query.lacking:
        return
    unique = [n for n in range(len(table.names)) if table.different(n) == table.count]
    words = [n for n in range(len(table.names)) if not table.is_numeric(n) and not table.is_dated(n)]
    columns = [n for n in query.columns if n not in unique or n == query.columns[0]]  # "no open orders"
    name, _, value = query.lacking[0].partition(" = ")
    kind, refused = table.column_or_error(name), not_understood(table, [f"no {value or name}"])
    if query.operations - _LISTED:
        if query.has_none and any(n in words and n not in unique for n in columns):
            raise refused  # "the total of the customers that have no open order"
        return
    if query.yes_or_no and query.has_none and value and (not columns or columns[0] in unique):
        raise refused  # "is there no open order?": rows of others are no answer
    if not columns:
        if value and "rows" not in query.operations and not set(unique).intersection(words):
            raise refused
        return
    subject = columns[0]
    if subject in (*unique, kind):
        return
    limits = (*query.where, *query.periods, *(table.names[n] for n in query.empty))
    if len(columns) > 1 or subject not in words or len(query.lacking) > 1 or len(limits) > 1:
        raise refused
    having = _having(query, subject, Condition(name, "=", value), kind)
    if len(having) > MOST:
        raise refused
    column, rows = table.names[subject], table
    for cell in having:
        rows = rows.matching(Condition(column, "!=", cell), [subject])
    query.table, query.columns, query.periods, query.empty = rows, columns, (), ()
    query.where = (f"no row of {fold(column)} has {query.lacking[0]}",)


def _having(query: Query, subject: int, condition: Condition, kind: int) -> list[str]:
    """The cells of a column that have such a row, or, without a value in the condition, any value."""
    table = query.whole
    if condition.value:
        return list(table.matching(condition, [kind]).distinct(subject, MOST + 1))
    every, none = table.counts(subject), table.without_value(kind).counts(subject)
    return [cell for cell, many in every.items() if none.get(cell, 0) < many]

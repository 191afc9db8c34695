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
    table, columns = query.whole, query.columns
    words = [n for n in range(len(table.names)) if not table.is_numeric(n) and not table.is_dated(n)]
    unique = [n for n in words if table.different(n) == table.count]
    if not query.lacking or query.operations - _LISTED or (not columns and (unique or "rows" in query.operations)):
        return
    negated = tuple(condition.replace(" = ", " != ", 1) for condition in query.lacking)
    plain = len(negated) == 1 and query.where == negated and not (query.periods or query.empty)
    if len(columns) == 1 and columns[0] in unique:
        return
    name, _, value = query.lacking[0].partition(" = ")
    if len(columns) != 1 or columns[0] not in words or not plain:
        raise not_understood(table, [f"no {value}"])
    kind = table.column_or_error(name)
    having = table.matching(Condition(name, "=", value), [kind]).distinct(columns[0], MOST + 1)
    if len(having) > MOST:
        raise not_understood(table, [f"no {value}"])
    column, rows = table.names[columns[0]], table
    for cell in having:
        rows = rows.matching(Condition(column, "!=", cell), [columns[0]])
    query.table, query.where = rows, (f"no row of {fold(column)} has {query.lacking[0]}",)

"""`take_first`: the first or last rows, or all rows of the first or last months, customers: their order, not their rank."""

from collections.abc import Sequence
from itertools import pairwise, zip_longest

from ...graph.errors import ExpertError
from .cell_words import answer_cell
from .codes import counts_rows
from .columns import Columns
from .conditions import kept, sizes_of
from .marks import Mark
from .table_query import Query, not_understood
from .table_words import operation_words

MAX_VALUES = 1000
"""Different cells of a column among which the first and last are looked for."""
MAX_ROWS = 100_000
"""Rows of a table of which others than the first and last are left out one by one."""
_CALCULATING = ("count", "sum", "average", "median", "share")
_NAMING = ("per", "distinct", "empty", "sum", "average", "median", "highest", "lowest")
"""Roles of words behind which a column of yes and no is no condition: "per active", "the total paid"."""


def with_yes_columns(marks: Sequence[Mark], table: Columns, language: str, *, whether: bool = False) -> list[Mark]:
    """The marks with a column of yes and no as the condition that it is in "who paid", "how many paid", "no one paid".

    `whether`: the question asks for yes or no: "has Ann paid".
    """
    lacking = operation_words(language)["has no"] | operation_words(language)["without"]
    counting, found = any(mark.role in _CALCULATING for mark in marks), list[Mark]()
    for mark, after in zip_longest(marks, marks[1:]):
        before = next((m.role for m in reversed(found) if m.role != "not"), "")
        own = after is not None and after.role in ("value", "number") and after.column == mark.column
        asked = (
            before == "people"
            or ((counting or whether or marks[0].role == "people") and before not in _NAMING)
            or (bool(found) and (found[-1].text in lacking or found[-1].role in ("not", "!=")))
        )
        own = own or bool(found and found[-1].role == "value" and found[-1].column == mark.column)
        yes = answer_cell(table, mark.column) if mark.role == "column" and asked and not own else ""
        found.append(Mark("value", mark.start, mark.end, yes, mark.column) if yes else mark)
    return found


def sort_key(query: Query, marks: Sequence[Mark]) -> int | None:
    """The column behind "sorted by". Raises `ExpertError` where it is unknown or several, or where "ordered" is a verb."""
    sort = next((n for n, mark in enumerate(marks) if mark.role == "sort"), None)
    if sort is None:
        return None
    counted = "count" in query.operations and query.group is None
    if counted or (query.limit is None and query.operations & {"top", "bottom"}):
        raise not_understood(query.whole, [marks[sort].text])  # "who ordered first?", "how many ordered in May?"
    by = next((n for n in range(sort + 1, len(marks)) if marks[n].role == "per"), None)
    ranked = query.operations & {"highest", "lowest", "sum", "average"}
    if by is None and sort and ranked and not query.operations & {"ascending", "descending"}:
        query.operations.discard("sort")  # "which customer ordered the most", "the highest order"
    if by is None:
        return None
    named = [mark for mark in marks[by + 1 :] if mark.role == "column"]
    if not named or named[0] is not marks[by + 1]:
        if len(query.columns) > 1:
            raise not_understood(query.whole, [f"{marks[sort].text} {marks[by].text}"])
        return None
    if len(named) > 1 and marks[by + 2] is named[1] and named[1].start - named[0].end <= 1:
        raise not_understood(query.whole, [named[1].text])  # a second column to sort by
    return named[0].column if named[0].column in query.columns else None


def order_rows(query: Query, marks: Sequence[Mark]) -> None:
    """Sorts listed rows as "newest first" says, by the one column of dates. Raises `ExpertError` where none is meant."""
    order = next((mark for mark in marks if mark.role in ("ascending", "descending")), None)
    if order is None or query.operations - {"ascending", "descending", "people", "rows"} or query.group is not None:
        return
    table, timed = query.whole, operation_words(query.language)["in time"]
    dated = [n for n in range(len(table.names)) if table.is_dated(n)]
    if len(dated) != 1 or not any(order.text.startswith(word) for word in timed):
        raise not_understood(table, [order.text])
    query.operations.add("sort")
    query.key = dated[0]
    query.columns = list(dict.fromkeys((*query.columns, *dated)))


def take_first(query: Query, marks: Sequence[Mark]) -> None:
    """Narrows a query to the first or last rows or months that it names. Raises `ExpertError` for the first of no order."""
    words, table = operation_words(query.language), query.whole
    ranks = [n for n, mark in enumerate(marks) if mark.role in ("top", "bottom", "highest", "lowest")]
    placed = words["first and last"] | words["before and behind"]
    at = next((n for n in ranks if marks[n].text in placed), next(iter(ranks), None))
    if at is None:
        return
    mark, behind = marks[at], marks[at + 1 :]
    following = next((m for m in behind if m.role != "number"), None)
    target = following.column if following and following.role == "column" else None
    if target is not None and table.is_numeric(target) and query.limit:
        compound = len(behind) > 1 and any(
            m.role == "column" and following and m.start == following.end for m in behind
        )
        query.ranks_rows = not compound and any(m.role == "number" for m in (*marks[max(0, at - 1) : at], *behind[:1]))
    dated = target is not None and table.is_dated(target)
    ordered = mark.text in words["first and last"] or (dated and mark.text in words["before and behind"])
    if not ordered or mark.role not in ("top", "bottom") or "sort" in query.operations:
        return
    by = next((after for per, after in pairwise(marks) if (per.role, after.role) == ("per", "column")), None)
    if by and table.is_numeric(by.column):
        return  # "the first three months by revenue" are those with most
    rows = following is not None and following.role == "rows"
    if target is not None and table.is_numeric(target):
        if not counts_rows(table, target):
            raise not_understood(table, [mark.text])
        query.columns = [column for column in query.columns if column != target]
        rows, target = True, None
    if target is None and not rows:
        if query.columns:
            raise not_understood(table, [mark.text])
        return
    plain = not query.operations - {"top", "bottom", "rows"} and query.group is None
    if "rows" in query.operations and not query.columns and plain:
        return
    if by and query.group is None:
        query.group = by.column
        query.columns = [column for column in query.columns if column != by.column]
    many, last = query.limit or 1, mark.role == "bottom"
    query.table = of_the_first(query.table, target, many, last=last)
    once = sum(m.role == "column" and m.column == target for m in marks) == 1
    if target in query.columns and once and (len(query.columns) > 1 or query.operations - {"top", "bottom"}):
        query.columns.remove(target)
    query.operations -= {"top", "bottom", "rows"}
    query.limit, query.conditional = None, True
    name = "rows" if target is None else table.names[target]
    query.periods = (*query.periods, f"in the {'last' if last else 'first'} {many} of {name}")


def each_once(table: Columns, columns: Sequence[int]) -> bool:
    """Whether no two rows have the same cells in some columns. Raises `ExpertError` for some that have: they are no one."""
    if table.count > MAX_ROWS:
        raise not_understood(table, [" and ".join(table.names[column] for column in columns)])
    rows = [tuple(row[column] for column in columns) for row in table.first(table.count)]
    if len(set(rows)) < len(rows):
        raise not_understood(table, [" and ".join(table.names[column] for column in columns)])
    return True


def of_the_first(table: Columns, column: int | None, many: int, *, last: bool) -> Columns:
    """All rows with one of the first or last cells of a column, in time or in the order of the table; without one, rows."""
    if column is None:
        if table.count > MAX_ROWS:
            raise ExpertError(
                f"{table.label} has more than {MAX_ROWS} rows; first and last rows are not taken out of it"
            )
        gone = range(table.count - many) if last else range(many, table.count)
        return table.without([*gone])
    cells = [cell for cell in _ordered(table, column) if cell not in table.missing(column)]
    taken = cells[-many:] if last else cells[:many]
    return kept(table, [f"{table.names[column]} = {' or '.join(taken)}"]) if taken else table


def _ordered(table: Columns, column: int) -> Sequence[str]:
    if table.different(column) > MAX_VALUES:
        raise ExpertError(
            f"{table.names[column]} of {table.label} has more than {MAX_VALUES} different values to put in order",
            hint="Ask for rows between two dates, or sort by the column.",
        )
    cells = table.distinct(column, MAX_VALUES)
    sizes = sizes_of(table, column) if table.is_dated(column) else {}
    return sorted(cells, key=lambda cell: str(sizes.get(cell) or "")) if sizes else cells

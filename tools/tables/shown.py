"""`say`, `shown_rows`, `listed`: rows and numbers of a table as an answer writes them, in the language of the question."""

from collections.abc import Sequence
from decimal import Decimal

from ..wording.phrases import phrases
from ..wording.wording import UNSPACED
from .columns import Columns, Row
from .conditions import kept
from .table_query import Query

MAX_ROWS = 30
"""Rows of an answer."""


def say(query: Query, key: str, **values: object) -> str:
    """A phrase of `[answer.tables]` in the language of the question."""
    return phrases(query.language).tables["tables"][key].format(**values)


def stop(query: Query) -> str:
    return "。" if query.language in UNSPACED else "."


def rows_of(query: Query) -> str:
    return shown_rows(query, query.table.first(MAX_ROWS), query.table.count)


def shown_rows(query: Query, rows: Sequence[Row], many: int) -> str:
    """The rows, of so many, and how many are not shown."""
    more = [say(query, "more", n=many - len(rows))] if many > len(rows) else []
    return "\n".join([*(query.table.row_text(row) for row in rows), *more])


def yes_or_no(query: Query) -> str:
    """Whether there are such rows, and which; or whether every row of a group is such, and which are not."""
    every, none = query.every, say(query, "none", table=query.whole.label)
    if not (every.rows if every else query.table).count:
        return f"{none[0].upper()}{none[1:]}{stop(query)}"
    if every is None:
        whole = query.table.count if query.exists or len(query.where) < 2 else kept(query.whole, query.where[:-1]).count
        key = "yes" if whole == query.table.count or query.periods or query.empty else "partly"
        return say(query, key, rows=rows_of(query), n=query.table.count, whole=whole)
    many = sum(part.count for part in every.failing)
    if not many:
        return say(query, "every", n=every.rows.count)
    rows = [row for part in every.failing for row in part.first(MAX_ROWS)][:MAX_ROWS]
    return say(query, "not_every", n=many, whole=every.rows.count, rows=shown_rows(query, rows, many))


def listed_numbers(table: Columns, found: dict[str, Decimal]) -> str:
    return listed({name: table.written(number) for name, number in found.items()})


def listed(found: dict[str, str]) -> str:
    return "; ".join(f"{name or '(empty)'} {value}" for name, value in found.items())

"""`say`, `shown_rows`, `listed`: rows and numbers of a table as an answer writes them, in the language of the question."""

from collections.abc import Sequence
from decimal import Decimal

from ..wording.phrases import phrases
from ..wording.wording import UNSPACED
from .columns import Columns, Row
from .condition import condition_of
from .conditions import kept
from .table_query import Query

MAX_ROWS = 30
"""Rows of an answer."""
MAX_LISTED = 1000
"""Rows of an answer that lists the names in each group."""


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
        equal = [text for text in query.where if condition_of(text).operator == "="]
        of = equal if len(equal) < len(query.where) else equal[:-1]  # "is Ann older than 30" is of the rows of Ann
        whole = kept(query.whole, of).count if of and not query.exists else query.table.count
        key = "yes" if whole == query.table.count or query.periods or query.empty else "partly"
        return say(query, key, rows=rows_of(query), n=query.table.count, whole=whole)
    many = sum(part.count for part in every.failing)
    if not many:
        return say(query, "every", n=every.rows.count)
    rows = [row for part in every.failing for row in part.first(MAX_ROWS)][:MAX_ROWS]
    return say(query, "not_every", n=many, whole=every.rows.count, rows=shown_rows(query, rows, many))


def listed_numbers(table: Columns, found: dict[str, Decimal]) -> str:
    return listed({name: table.written(number) for name, number in found.items()})


def listed(found: dict[str, str], sign: str = " ") -> str:
    return "; ".join(f"{name or '(empty)'}{sign}{value}" for name, value in found.items())


def names_by_group(query: Query) -> dict[str, str]:
    """Who or what satisfies the conditions, of each group: "who is on leave per department"; empty for another question."""
    table, group, measures = query.table, query.group, [n for n in query.columns if n in query.measures]
    if group is None or measures or not query.conditional or not (query.asks_who or query.subjects):
        return {}
    words = [n for n in range(len(table.names)) if not query.whole.is_numeric(n) and not query.whole.is_dated(n)]
    own = [n for n in words if n != group and query.whole.different(n) == query.whole.count]
    subject = next(iter([*query.subjects, *own]), None)
    if subject is None or table.count > MAX_LISTED:
        return {}
    found: dict[str, list[str]] = {}
    for row in table.first(table.count):
        found.setdefault(row[group], []).append(row[subject])
    return {name: ", ".join(dict.fromkeys(cells)) for name, cells in found.items()}

"""`answer_about`: answers a question about a table by counting, adding, comparing and looking up."""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from statistics import median

from ...graph.errors import ExpertError
from ..wording.phrases import phrases
from ..wording.wording import UNSPACED
from .cell_numbers import is_missing
from .conditions import ordered, size_of
from .number_check import check_numbers
from .query import read_query
from .table import Table
from .table_query import Query
from .total_row import without_totals

MAX_ROWS = 30
"""Rows of an answer."""


def answer_about(table: Table, question: str) -> str:
    """The answer to a question, in a line or a few. Raises `ExpertError` for a question that it does not understand."""
    return answered(table, question)[0]


def answered(table: Table, question: str) -> tuple[str, Query]:
    """As `answer_about`, and the query that was computed."""
    if not table.cells:
        raise ExpertError(f"{table.label} has no rows", input_fault=True)
    body, total = without_totals(table)
    query = read_query(question, body)
    left_out = bool(total) and bool(query.operations - {"people"}) and (not query.conditional or _compares(query))
    check_numbers(query)
    said = [_say(query, "without", total=total)] if left_out else []
    for column, cells in query.missing.items():
        if marks := [cell for cell in cells if cell.strip()]:
            shown = ", ".join(dict.fromkeys(marks))
            said.append(_say(query, "missing", n=len(marks), column=table.names[column], cells=shown))
    return _answer(query, table) + (f" ({'; '.join(said)})" if said else ""), query


def _answer(query: Query, table: Table) -> str:
    said = partial(_say, query)
    if query.yes_or_no:
        shown = _rows(query, query.table.cells)
        none = said("none", table=table.label)
        return said("yes", rows=shown) if query.table.cells else f"{none[0].upper()}{none[1:]}{_stop(query)}"
    if not query.table.cells:
        return said("none", table=table.label)
    wanted = query.operations
    if "sort" in wanted or query.limit or (wanted & {"top", "bottom"}):
        return _ranked(query)
    if wanted & {"highest", "lowest"}:
        return _extreme(query)
    if "distinct" in wanted or ("count" in wanted and query.subjects and "rows" not in wanted and query.group is None):
        return _distinct(query)
    if "count" in wanted and not (query.columns and query.measures):
        if query.group is None:
            return str(len(query.table.cells))
        return _listed({name: str(len(rows)) for name, rows in _groups(query.table, query.group).items()})
    if wanted & {"sum", "average", "median", "count"} or query.group is not None:
        return _totals(query)
    return _looked_up(query)


def _compares(query: Query) -> bool:
    """Whether a row of totals could satisfy the conditions."""
    return any(re.search(" (?:[<>]=?|!=|not [a-z ]+) ", condition) for condition in query.where)


def _say(query: Query, key: str, **values: object) -> str:
    """A phrase of `[answer.tables]` in the language of the question."""
    return phrases(query.language).tables["tables"][key].format(**values)


def _stop(query: Query) -> str:
    return "。" if query.language in UNSPACED else "."


def _numbers(table: Table, column: int, rows: Sequence[Sequence[str]]) -> list[Decimal]:
    return [number for row in rows if (number := table.number(row[column])) is not None]


def _combined(query: Query, column: int, rows: Sequence[Sequence[str]]) -> Decimal:
    numbers = _numbers(query.table, column, rows)
    if "average" in query.operations:
        return rounded_like(sum(numbers, Decimal()) / len(numbers), numbers)
    if "median" in query.operations:
        return median(numbers)
    return sum(numbers, Decimal())


def rounded_like(number: Decimal, like: Sequence[Decimal]) -> Decimal:
    """A number with as many places as some others, at least two; zeros at the end are left out."""
    places = max([2, *(-int(each.as_tuple().exponent) for each in like)])
    return number.quantize(Decimal(1).scaleb(-places)).normalize() + 0


def _groups(table: Table, by: int) -> dict[str, list[Sequence[str]]]:
    """The rows by the value of a column."""
    rows: dict[str, list[Sequence[str]]] = {}
    for row in table.cells:
        rows.setdefault(row[by], []).append(row)
    return rows


def _sums(query: Query, by: int, measure: int) -> dict[str, Decimal]:
    groups = _groups(query.table, by).items()
    return {name: _combined(query, measure, rows) for name, rows in groups if _numbers(query.table, measure, rows)}


def _totals(query: Query) -> str:
    if not query.measures:
        raise _no_measure(query)
    lines = []
    for column in query.measures:
        name = f"{query.table.names[column]}: " if len(query.measures) > 1 else ""
        if query.group is not None:
            lines.append(name + _listed_numbers(query.table, _in_order(query, _sums(query, query.group, column))))
        else:
            lines.append(f"{name}{query.table.written(_combined(query, column, query.table.cells))}")
    return "\n".join(lines)


def _in_order(query: Query, sums: dict[str, Decimal]) -> dict[str, Decimal]:
    if not query.operations & {"descending", "ascending"}:
        return sums
    return dict(sorted(sums.items(), key=lambda pair: pair[1], reverse="descending" in query.operations))


def _extreme(query: Query) -> str:
    """The row or group with the most or least; a subject that is in several rows is added up first."""
    table, most = query.table, "highest" in query.operations
    measure = next(iter(query.measures), None)
    if measure is None:
        raise _no_measure(query)
    subjects = [column for column in query.subjects if column != measure]
    subjects += [] if query.group is None else [query.group]
    if subjects and query.whole.is_numeric(measure) and len(set(table.values(subjects[0]))) < len(table.cells):
        return _best_group(query, subjects[0], measure)
    filled = [row for row in table.cells if not is_missing(row[measure])]
    sizes = [size for size in ordered(table, measure) if size is not None]
    best = (max if most else min)(sizes)
    rows = [row for row, size in zip(filled, sizes, strict=True) if size == best]
    if subjects:
        return "\n".join(_say(query, "with", names=row[subjects[0]], value=row[measure]) for row in rows)
    return "\n".join(f"{row[measure]} ({table.row_text(row)})" for row in rows[:MAX_ROWS])


def _best_group(query: Query, subject: int, measure: int) -> str:
    table, choose = query.table, max if "highest" in query.operations else min
    sums = _sums(query, subject, measure)
    best = choose(sums.values())
    how = "average" if "average" in query.operations else "together"
    names = [name for name, number in sums.items() if number == best]
    answer = _say(query, how, names=_say(query, "and").join(names), value=table.written(best))
    filled = [row for row in table.cells if not is_missing(row[measure])]
    single = choose(filled, key=lambda row: table.number(row[measure]) or Decimal())
    if single[subject] not in names and "average" not in query.operations:
        answer += _say(query, "highest" if choose is max else "lowest", row=table.row_text(single))
    return answer


def _ranked(query: Query) -> str:
    table, wanted = query.table, query.operations
    falling = "descending" in wanted or ("sort" not in wanted and not wanted & {"bottom", "lowest", "ascending"})
    limit = query.limit or (len(table.cells) if "sort" in wanted else 1)
    if "sort" in wanted and query.columns:
        key = query.columns[-1]
    elif query.measures and query.columns:
        key = query.measures[-1]
    elif not query.columns and wanted & {"top", "bottom"}:
        chosen = table.cells[:limit] if "top" in wanted else table.cells[-limit:]
        place = "first" if "top" in wanted else "last"
        order = "" if "rows" in wanted else f"{_say(query, place, n=len(chosen))}\n"
        return order + _rows(query, chosen)
    else:
        raise _no_measure(query)
    subjects = [column for column in query.subjects if column != key]
    several = bool(subjects) and len(set(table.values(subjects[0]))) < len(table.cells)
    if several and query.whole.is_numeric(key) and "sort" not in wanted:
        ranking = sorted(_sums(query, subjects[0], key).items(), key=lambda pair: pair[1], reverse=falling)
        return _listed_numbers(table, dict(ranking[:limit]))
    filled = [row for row in table.cells if not is_missing(row[key])]
    empty = [row for row in table.cells if is_missing(row[key])]
    if query.whole.is_numeric(key):
        rows = sorted(filled, key=lambda row: table.number(row[key]) or Decimal(), reverse=falling)
    elif table.is_dated(key):
        ordered(table, key)
        rows = sorted(filled, key=lambda row: str(size_of(row[key], table)), reverse=falling)
    else:
        rows = sorted(filled, key=lambda row: row[key].casefold(), reverse=falling)
    return _rows(query, [*rows, *empty][:limit])


def _distinct(query: Query) -> str:
    if len(query.columns) != 1:
        raise _no_measure(query)
    values = [value for value in dict.fromkeys(query.table.values(query.columns[0])) if value.strip()]
    shown = ", ".join(values[:MAX_ROWS]) + (" ..." if len(values) > MAX_ROWS else "")
    return f"{len(values)} ({shown})" if "count" in query.operations else shown


def _looked_up(query: Query) -> str:
    table, columns = query.table, query.columns
    if not query.conditional:
        raise _no_condition(table)
    if not columns:
        return _rows(query, table.cells)
    if len(table.cells) == 1:
        return ", ".join(table.cells[0][column] for column in columns)
    if len(columns) == 1 and columns == query.subjects:
        return ", ".join(dict.fromkeys(row[columns[0]] for row in table.cells))
    return _rows(query, table.cells)


def _rows(query: Query, rows: Sequence[Sequence[str]]) -> str:
    more = [_say(query, "more", n=len(rows) - MAX_ROWS)] if len(rows) > MAX_ROWS else []
    return "\n".join([*(query.table.row_text(row) for row in rows[:MAX_ROWS]), *more])


def _listed_numbers(table: Table, found: dict[str, Decimal]) -> str:
    return _listed({name: table.written(number) for name, number in found.items()})


def _listed(found: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in found.items())


def _no_condition(table: Table) -> ExpertError:
    return ExpertError(
        f"the question sets no condition on the rows of {table.label} and asks for no calculation",
        hint=f"Its columns are {', '.join(table.names)}.",
    )


def _no_measure(query: Query) -> ExpertError:
    numeric = [name for n, name in enumerate(query.table.names) if query.whole.is_numeric(n)]
    return ExpertError(
        f"the question names no column of {query.table.label} to compare or add",
        hint=f"Columns with numbers: {', '.join(numeric) or 'none'}; all: {', '.join(query.table.names)}.",
    )

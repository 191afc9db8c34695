"""`extreme`: the row or group with the most or least, for a question for the highest, the oldest or the fewest."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from ...graph.errors import ExpertError
from .codes import is_code
from .columns import Row
from .conditions import kept, sizes_of
from .first_rows import each_once
from .folding import same_cell
from .shown import MAX_ROWS, say
from .sums import no_measure, sums
from .table_query import Query, not_understood
from .total_row import is_rate

MOST = 100_000
"""Rows of a table of which another than the highest and lowest is found."""
_T = TypeVar("_T", bound=Any)


def extreme(query: Query) -> str:
    """The row or group with the most or least; a subject that is in several rows is added up first."""
    table, most = query.table, "highest" in query.operations
    if query.frequent and len(query.columns) == 1:
        return _most_rows(query, query.columns[0])
    numbers = [n for n in query.columns if query.whole.is_numeric(n) and is_code(query.whole, n) is False]
    if query.counts_best and query.subjects and not numbers:
        return _most_rows(query, query.subjects[0])
    if query.frequent or (query.counts_best and not numbers):
        raise no_measure(query)
    measure = next(iter(query.measures), None)
    if measure is None:
        raise no_measure(query)
    subjects = [column for column in query.subjects if column != measure]
    if query.group is not None and (
        query.apart or (query.group not in query.alternatives and (subjects or "sum" not in query.operations))
    ):
        return _best_of_each(query, query.group)
    if query.group is None and (query.sized or (query.asks_who and query.columns[:1] == [measure])):
        subjects = []  # "who earns the most, and in which city do they live?": of that row
    subjects += [] if query.group is None else [query.group]
    together = len(subjects) > 1 and each_once(table, subjects)
    added = query.whole.is_numeric(measure) and ("average" in query.operations or not is_rate(query.whole, measure))
    if subjects and not together and added and table.different(subjects[0]) < table.count:
        return _best_group(query, subjects[0], measure)
    rows = table.extremes(measure, most=most, limit=MAX_ROWS) if query.nth == 1 else _nth_rows(query, measure)
    if not rows:
        return say(query, "none", table=table.label)
    if subjects:
        named = [(", ".join(row[subject] for subject in subjects), row[measure]) for row in rows]
        lines = [say(query, "with", names=names, value=value) for names, value in named]
    else:
        lines = [f"{row[measure]} ({table.row_text(row)})" for row in rows]
    if len(rows) == MAX_ROWS and query.nth == 1:
        many = kept(table, [f"{table.names[measure]} = {rows[0][measure]}"]).count
        lines += [say(query, "more", n=many - len(rows))] if many > len(rows) else []
    return "\n".join(lines)


def _best_of_each(query: Query, group: int) -> str:
    """The best in each group: "in which month did each region sell the most"."""
    table = query.table
    names = [name for name in table.distinct(group, MAX_ROWS + 1) if name.strip()]
    if len(names) > MAX_ROWS:
        raise not_understood(table, [table.names[group]])
    parts = {name: kept(table, [f"{table.names[group]} = {name}"]) for name in names}
    return "\n".join(f"{n}: {extreme(replace(query, table=part, group=None))}" for n, part in parts.items())


def _most_rows(query: Query, subject: int) -> str:
    """The groups with the most or fewest rows: "which city has the fewest people?"."""
    found = query.table.counts(subject)
    best = nth_of(found.values(), query)
    names = [name for name, many in found.items() if many == best]
    return say(query, "with", names=say(query, "and").join(names), value=str(best))


def _best_group(query: Query, subject: int, measure: int) -> str:
    table, choose = query.table, max if "highest" in query.operations else min
    found = sums(query, measure, subject)
    best = nth_of(found.values(), query)
    how = "average" if "average" in query.operations else "together"
    names = [name for name, number in found.items() if number == best]
    answer = say(query, how, names=say(query, "and").join(names), value=table.written(best))
    (single,) = table.extremes(measure, most=choose is max, limit=1)
    shown = query.nth > 1 or is_code(query.whole, measure) or "average" in query.operations
    if same_cell(single[subject]) not in map(same_cell, names) and not shown:
        answer += say(query, "highest" if choose is max else "lowest", row=table.row_text(single))
    return answer


def nth_of(numbers: Iterable[_T], query: Query) -> _T:
    """The first, second or other one of different numbers from the highest or the lowest. `ExpertError` for too few."""
    ranked = sorted({*numbers}, reverse="highest" in query.operations)
    if len(ranked) < query.nth:
        raise ExpertError(f"{query.table.label} has only {len(ranked)} different values to rank")
    return ranked[query.nth - 1]


def _nth_rows(query: Query, measure: int) -> Sequence[Row]:
    """The rows with the second or other highest or lowest number or date."""
    table = query.table
    if table.count > MOST:
        raise ExpertError(f"{table.label} has more than {MOST} rows; only the highest and lowest are found there")
    sizes = sizes_of(table, measure) if table.is_dated(measure) else {}
    placed = [(sizes.get(row[measure]) or table.number(row[measure]), row) for row in table.first(table.count)]
    known = [(str(size) if sizes else size, row) for size, row in placed if size is not None]
    best = nth_of((size for size, _ in known), query)
    return [row for size, row in known if size == best][:MAX_ROWS]

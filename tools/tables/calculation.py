"""`answer_about`: answers a question about a table by counting, adding, comparing and looking up."""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from ...graph.caveats import caveat, lacks
from ...graph.errors import ExpertError
from ..wording.asked_apart import FOLLOWED, asks_for, means_found
from .asked_apart import asked_apart
from .calendar_columns import with_period
from .cell_words import say_doubtful
from .codes import is_code
from .columns import Columns
from .condition import condition_of
from .counting import counted, many_of
from .durations import with_durations
from .extremes import extreme
from .first_rows import each_once
from .folding import fold
from .follow_up import refers_back
from .lacking import without_any
from .number_check import check_numbers, say_doubts
from .query import read_query
from .question_words import question_language, words_of
from .same_rows import earliest, rows_found, with_words
from .several_in_a_cell import members_counted
from .shown import MAX_ROWS, listed, listed_numbers, names_by_group, rows_of, say, shown_rows, yes_or_no
from .sums import difference, no_measure, share, sums
from .table_query import Query, no_condition, not_understood
from .table_words import operation_words
from .total_row import check_rates, doubt, is_rate, without_totals
from .versus import versus

_NUMBERS = {"count", "sum", "average", "median", "share", "difference"}
"""Operations of which the result is a number."""


def answer_about(table: Columns, question: str) -> str:
    """The answer to a question, in a line or a few. Raises `ExpertError` for a question that it does not understand."""
    return answered(table, question)[0]


def answered(table: Columns, question: str) -> tuple[str, Sequence[Query]]:
    """As `answer_about`, and the queries that were computed: one for each calculation that it asks for."""
    if not table.count:
        raise ExpertError(f"{table.label} has no rows", input_fault=True)
    asked = asked_apart(question, table)
    if len(asked) == 1:
        text, query = _answered(table, asked[0])
        return text, [query]
    found, missed = list[tuple[str, Query]](), list[tuple[str, ExpertError]]()
    for each in asked:
        try:
            found.append(_answered(table, each))
        except ExpertError as error:
            missed.append((each.rpartition(FOLLOWED)[2], error))
    if not found:
        raise missed[0][1]
    for part, reason in missed:
        lacks(f"not answered: “{part}”: {reason.message}")
    return "\n".join(f"{query.expression}: {text}" for text, query in found), [query for _, query in found]


def _answered(table: Columns, question: str) -> tuple[str, Query]:
    first, _, last = question.rpartition(FOLLOWED)
    language = question_language(first, table.sample(first)) if first else ""
    meant = means_found(last, language) if first and not refers_back(last, language) else None
    if meant is None:
        return _computed(table, question)
    _, query = _answered(table, first)
    rows = rows_found(query, meant)
    if isinstance(rows, str):
        return _computed(table, with_words(last, meant, rows), language)
    if meant.place:
        return earliest(rows, last, meant, query)
    return _computed(rows, with_words(last, meant), language, found=True)


def _computed(table: Columns, question: str, language: str = "", *, found: bool = False) -> tuple[str, Query]:
    """`found`: the rows were found by a question before, in `language`."""
    body, total = without_totals(table)
    query = read_query(question, with_period(body, question), language)
    query.conditional = query.conditional or found
    without_any(query)
    if query.spoiled is not None and (timed := with_durations(query.whole, query.spoiled)):
        body, query = timed, read_query(question, timed)
    query.asks_who = fold(question).split()[0].strip("¿") in operation_words(query.language)["people"]
    _check_kind(query, question)
    counts = query.operations <= {"count", "people", "rows"}
    if not (query.conditional or counts) and (back := refers_back(question, query.language)):
        raise not_understood(table, [back])  # rows of a question that is not here
    left_out = bool(total) and bool(query.operations - {"people"}) and (not query.conditional or _compares(query))
    calculated = query.operations - {"people", "rows"} or query.group is not None
    if calculated and (not query.conditional or _compares(query)) and (error := doubt(table)):
        raise error
    grouped = query.group is not None and not query.operations - {"people", "rows", "ascending", "descending"}
    if "sum" in query.operations or grouped:
        check_rates(table, query.measures, question)
    check_numbers(query)
    say_doubts(query)
    sample = body.sample(question)
    say_doubtful(question, words_of(question, sample, query.language), sample, query.where, query.language)
    said = [say(query, "without", total=total)] if left_out else []
    for column, cells in query.missing.items():
        marks = {cell: many for cell, many in cells.items() if cell.strip()}
        if marks:
            shown = {"n": sum(marks.values()), "column": table.names[column], "cells": ", ".join(marks)}
            said.append(say(query, "missing", **shown))
        if empty := sum(cells.values()) - sum(marks.values()):
            caveat(f"{empty} of {query.table.count} cells of {table.names[column]} are left out, as they are empty")
    answer = versus(query, question) if query.versus else _answer(query, table)
    return answer + (f" ({'; '.join(said)})" if said else ""), query


def _check_kind(query: Query, question: str) -> None:
    """Show the only dates of rows that are asked for by "when". Raises `ExpertError` where a number is no answer to it."""
    code, dated = query.language, [n for n in range(len(query.whole.names)) if query.whole.is_dated(n)]
    asked = next(filter(None, (asks_for(kind, question, code) for kind in ("date", "person", "place"))), "")
    grouped = query.group is not None or query.subjects or query.counts_best
    if asked and query.operations & _NUMBERS and not query.operations & {"highest", "lowest"} and not grouped:
        raise not_understood(query.whole, [asked])
    if asks_for("person", question, code) and not query.operations - {"people"}:
        query.columns = [] if all(map(query.whole.is_numeric, query.columns)) else query.columns
    if asks_for("date", question, code) and not (query.operations - {"rows", "people"} or query.columns):
        query.columns = dated if len(dated) == 1 else []
    if asked and query.where and not (query.operations - {"rows", "people"} or query.columns or grouped):
        chosen = {condition_of(each).column for each in query.where}
        if all(name in chosen or query.whole.is_numeric(n) for n, name in enumerate(query.whole.names)):
            raise not_understood(query.whole, [asked])  # no cell of the rows says when, where or who


def _answer(query: Query, table: Columns) -> str:
    said = partial(say, query)
    if query.every or query.yes_or_no:
        return yes_or_no(query)
    if not query.table.count:
        return said("none", table=table.label)
    wanted = query.operations
    each = "; ".join(f"{value}: {', '.join(names)}" for value, names in query.with_each.items())
    if members := each or members_counted(query):
        return members
    if wanted & {"share", "difference"}:
        return share(query) if "share" in wanted else difference(query)
    if "sort" in wanted or query.limit or (wanted & {"top", "bottom"}):
        return _ranked(query)
    if wanted & {"highest", "lowest"}:
        return extreme(query)
    if "distinct" in wanted or ("count" in wanted and query.subjects and "rows" not in wanted and query.group is None):
        return _distinct(query)
    if "count" in wanted and not (query.columns and query.measures):
        if query.group is None:
            return str(many_of(query))
        if query.columns and query.whole.is_numeric(query.columns[0]):
            return listed_numbers(table, counted(query, query.columns[0], query.group))
        return listed({name: str(many) for name, many in query.table.counts(query.group).items()})
    if query.group is not None and not wanted - {"people", "rows", "per"} and (names := names_by_group(query)):
        return listed(names, ": ")
    if wanted & {"sum", "average", "median", "count"} or query.group is not None:
        return _totals(query)
    return _looked_up(query)


def _compares(query: Query) -> bool:
    """Whether a row of totals could satisfy the conditions."""
    return any(re.search(" (?:[<>]=?|!=|not [a-z ]+) ", condition) for condition in query.where)


def _totals(query: Query) -> str:
    if not query.measures:
        raise no_measure(query)
    lines = []
    for column in query.measures:
        name = f"{query.table.names[column]}: " if len(query.measures) > 1 else ""
        if query.group is not None:
            lines.append(name + listed_numbers(query.table, _in_order(query, sums(query, column, query.group))))
        else:
            lines.append(f"{name}{query.table.written(sums(query, column)[''])}")
    return "\n".join(lines)


def _in_order(query: Query, sums: dict[str, Decimal]) -> dict[str, Decimal]:
    if not query.operations & {"descending", "ascending"}:
        return sums
    return dict(sorted(sums.items(), key=lambda pair: pair[1], reverse="descending" in query.operations))


def _ranked(query: Query) -> str:
    table, wanted = query.table, query.operations
    falling = "descending" in wanted or ("sort" not in wanted and not wanted & {"bottom", "lowest", "ascending"})
    limit = query.limit or (table.count if "sort" in wanted else 1)
    if "sort" in wanted and query.columns:
        key = query.columns[-1] if query.key is None else query.key
    elif query.measures and query.columns:
        key = query.measures[-1]
    elif not query.columns and wanted & {"top", "bottom"}:
        chosen = table.first(limit) if "top" in wanted else table.last(limit)
        place = "first" if "top" in wanted else "last"
        order = "" if "rows" in wanted else f"{say(query, place, n=len(chosen))}\n"
        return order + shown_rows(query, chosen[:MAX_ROWS], len(chosen))
    else:
        raise no_measure(query)
    subjects = [column for column in query.subjects if column != key]
    several = bool(subjects) and table.different(subjects[0]) < table.count and not query.ranks_rows
    if several and len(subjects) > 1 and "sort" not in wanted:
        several = not each_once(table, subjects)
    if several and query.whole.is_numeric(key) and "sort" not in wanted and not is_rate(query.whole, key):
        ranking = sorted(sums(query, key, subjects[0]).items(), key=lambda pair: pair[1], reverse=falling)
        return listed_numbers(table, dict(ranking[:limit]))
    rows = table.in_order(key, falling=falling, limit=min(limit, MAX_ROWS))
    return shown_rows(query, rows, min(limit, table.count))


def _distinct(query: Query) -> str:
    if len(query.columns) != 1:
        raise no_measure(query)
    table, column = query.table, query.columns[0]
    values = [value for value in table.distinct(column, MAX_ROWS + 2) if value.strip()]
    many = table.different(column) - sum(not cell.strip() for cell in table.missing(column))
    shown = ", ".join(values[:MAX_ROWS]) + (" ..." if many > MAX_ROWS else "")
    return f"{many} ({shown})" if "count" in query.operations else shown


def _looked_up(query: Query) -> str:
    table, columns = query.table, query.columns
    if not query.conditional:
        raise no_condition(table)
    if not columns:
        return rows_of(query)
    if table.count == 1:
        return ", ".join(table.first(1)[0][column] for column in columns)
    if len(columns) == 1 and columns == query.subjects and table.different(columns[0]) <= MAX_ROWS:
        return ", ".join(filter(str.strip, table.distinct(columns[0], MAX_ROWS)))
    return rows_of(query) + _added(query)


def _added(query: Query) -> str:
    """What the named numbers of several rows come to, beside the rows: "the revenue of South" may ask for either."""
    named = [column for column in query.columns if column in query.measures]
    if not named or any(is_code(query.whole, column) is not False for column in named):
        return ""
    added = (f"{query.table.names[n]} {query.table.written(sums(query, n)[''])}" for n in named)
    return f"\n{say(query, 'added', n=query.table.count, sums=', '.join(added))}"

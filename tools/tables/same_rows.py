"""`rows_found`: the rows that a question found, for one behind it that means them: "how much is it", "that customer".

"The first order" is the earliest of the rows that the question before it is about.
"""

import re
from dataclasses import replace
from functools import cache

from ..wording.asked_apart import Meant, asks_for
from ..wording.wording import wording
from .columns import Columns
from .conditions import kept
from .first_rows import each_once
from .folding import fold
from .sums import sums
from .table import Table
from .table_query import Query, not_understood
from .total_row import is_rate

_BEING = "is was are were war ist waren sind fue era est etait fut foi".split()


def rows_found(query: Query, meant: Meant) -> Columns | str:
    """The rows; of "that customer" the cell. Raises `ExpertError` where several are found, or others may be meant."""
    table, subject, names, rows = query.table, None, list[str](), list[tuple[str, ...]]()
    if query.operations & {"highest", "lowest"}:
        subject, names, rows = _best(query)
        if len(names or rows) != 1:
            raise not_understood(query.whole, [meant.text])
    named = query.whole.column(meant.noun) if meant.noun else None
    if named is not None and (named == subject or rows):
        return names[0] if named == subject else rows[0][named]
    if subject is not None and not meant.place and query.conditional:
        raise not_understood(query.whole, [meant.text])  # all that is hers, or only the rows within the conditions
    if subject is not None:
        return kept(query.whole, [f"{query.whole.names[subject]} = {names[0]}"])
    if rows:
        return Table(table.label, table.names, tuple(rows), table.decimal_comma)
    if not query.conditional:
        raise not_understood(query.whole, [meant.text])
    return table


def with_words(question: str, meant: Meant, said: str = "") -> str:
    """The question with other words, or none, in the place of those that mean the rows."""
    before, _, after = question.partition(meant.text)
    return " ".join(f"{before} {said} {after}".split())


def earliest(rows: Columns, question: str, meant: Meant, query: Query) -> tuple[str, Query]:
    """The first or last of some rows in time, with its date first. Raises `ExpertError` where the rows have no order.

    `query`: of the question that found them.
    """
    language = query.language
    dated = [n for n in range(len(rows.names)) if rows.is_dated(n)]
    left = [word for word in re.findall(r"[^\W_]+", fold(with_words(question, meant))) if word not in _small(language)]
    if len(dated) != 1 or len(left) > 1 or not rows.count:
        raise not_understood(rows, [meant.text, *left])
    found = rows.extremes(dated[0], most=meant.place < 0, limit=2)
    if len(found) != 1:
        raise not_understood(rows, [meant.text])
    shown = f"{found[0][dated[0]]} ({rows.row_text(found[0])})"
    asked = replace(query, operations={"highest" if meant.place < 0 else "lowest"}, columns=dated)
    return shown if asks_for("date", question, language) else rows.row_text(found[0]), asked


def _best(query: Query) -> tuple[int | None, list[str], list[tuple[str, ...]]]:
    """Of a question for the most or least the column and the cells that have it, or else the rows."""
    table, most = query.table, "highest" in query.operations
    choose = max if most else min
    subjects = [*query.subjects]
    if query.counts_best and subjects and not any(map(query.whole.is_numeric, query.columns)):
        counts = table.counts(subjects[0])
        return subjects[0], [name for name, many in counts.items() if many == choose(counts.values())], []
    measure = next(iter(query.measures), None)
    if measure is None or query.group is not None:
        return None, [], []
    subjects = [] if query.sized else [column for column in subjects if column != measure]
    added = query.whole.is_numeric(measure) and ("average" in query.operations or not is_rate(query.whole, measure))
    together = len(subjects) > 1 and each_once(table, subjects)
    if subjects and not together and added and table.different(subjects[0]) < table.count:
        found = sums(query, measure, subjects[0])
        return subjects[0], [name for name, number in found.items() if number == choose(found.values())], []
    return None, [], [tuple(row) for row in table.extremes(measure, most=most, limit=2)]


@cache
def _small(language: str) -> frozenset[str]:
    known = wording(language)
    asking = (word for name in ("date", "person", "place") for word in known.section("asked").get(name, ()))
    small = [*str(known.section("recognise").get("small", "")).split(), *asking, *_BEING]
    return frozenset(word for phrase in map(fold, small) for word in phrase.split())

"""`versus`: how much more one of two has than the other: "how much more does Ann earn than Tom"."""

from collections.abc import Sequence
from decimal import Decimal

from .marks import Mark
from .shown import say
from .sums import no_measure, sums
from .table_query import Query
from .total_row import check_rates


def versus(query: Query, question: str) -> str:
    """The difference of what both have together; for yes or no whether the first has more, or less."""
    table, measure = query.table, next(iter(query.measures), None)
    if query.versus is None or measure is None or not query.whole.is_numeric(measure):
        raise no_measure(query)
    *cells, more = query.versus
    if table.count > len(cells):
        check_rates(table, [measure], question)
    found = sums(query, measure, cells[0].column)
    first, second = (_of(found, cell) for cell in cells)
    gap = second - first if more.role in ("lowest", "<") else first - second
    text = f"{table.written(gap)} ({cells[0].text} {table.written(first)}, {cells[1].text} {table.written(second)})"
    return say(query, "yes" if gap > 0 else "no", rows=text) if query.yes_or_no else text


def _of(found: dict[str, Decimal], cell: Mark) -> Decimal:
    return next((number for name, number in found.items() if name == cell.text), Decimal(0))


def of_two(marks: Sequence[Mark], more: frozenset[str]) -> tuple[Mark, Mark, Mark, Mark] | None:
    """The mark of "than", those of the two cells that it compares, and of the word for more; None for another question."""
    signs = [mark for mark in marks if mark.role in (">", "<")]  # "more than" and "older than" are of one piece
    than = [mark for mark in marks if mark.role == "than"] or signs
    cells = [mark for mark in marks if mark.role == "value"]
    ranked = [mark for mark in marks if mark.role in ("highest", "lowest")] or signs
    if len(than) != 1 or len(ranked) != 1 or len(cells) != 2 or cells[0].column != cells[1].column:
        return None
    plain = (ranked == signs or ranked[0].text in more) and cells[0].start < than[0].start <= cells[1].start
    return (than[0], cells[0], cells[1], ranked[0]) if plain else None

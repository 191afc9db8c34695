"""`sums`: what a question computes of a column: sums, averages or medians, of groups too; `difference` of their ends."""

from dataclasses import replace
from decimal import Decimal

from ...graph.errors import ExpertError
from .codes import is_code
from .counting import counted
from .table_query import Query


def sums(query: Query, measure: int, by: int | None = None) -> dict[str, Decimal]:
    """What the question computes of a column: its sum, average or median, for each cell of another."""
    asked = query.operations
    if by is not None and "sum" not in asked and is_code(query.whole, measure):
        return counted(query, measure, by)
    found = query.table.sums(measure, by, median="median" in asked)
    if "average" in asked:
        return {name: rounded(each.total / each.numbers, each.places) for name, each in found.items()}
    return {name: each.total if each.median is None else each.median for name, each in found.items()}


def rounded(number: Decimal, places: int) -> Decimal:
    """A number with as many places as others, at least two; zeros at the end are left out."""
    return number.quantize(Decimal(1).scaleb(-max(2, places))).normalize() + 0


def share(query: Query) -> str:
    """The part of a sum, or of the rows, that the one condition leaves, in percent: "32.1 % (45 / 140)"."""
    measure = next((column for column in query.columns if column in query.measures), None)
    if measure is None:
        part, whole = Decimal(query.table.count), Decimal(query.whole.count)
    else:
        part, whole = (sums(each, measure)[""] for each in (query, replace(query, table=query.whole)))
    if not whole or (measure is not None and is_code(query.whole, measure)):
        raise no_measure(query)
    return f"{rounded(100 * part / whole, 1)} % ({query.table.written(part)} / {query.table.written(whole)})"


def difference(query: Query) -> str:
    """The highest less the lowest: of the rows, or of the sums of a subject that is in several rows."""
    table, measure = query.table, next(iter(query.measures), None)
    by = query.group if query.group is not None else next((n for n in query.subjects if n != measure), None)
    if measure is None or query.limit or not query.whole.is_numeric(measure):
        raise no_measure(query)
    rows = [table.extremes(measure, most=most, limit=1)[0][measure] for most in (True, False)]
    numbers = list(sums(query, measure, by).values()) if by is not None else [*filter(None, map(table.number, rows))]
    high, low = max(numbers), min(numbers)
    return f"{table.written(high - low)} ({table.written(high)} - {table.written(low)})"


def no_measure(query: Query) -> ExpertError:
    numeric = [name for n, name in enumerate(query.table.names) if query.whole.is_numeric(n)]
    return ExpertError(
        f"the question names no column of {query.table.label} to compare or add",
        hint=f"Columns with numbers: {', '.join(numeric) or 'none'}; all: {', '.join(query.table.names)}.",
    )

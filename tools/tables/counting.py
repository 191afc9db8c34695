"""`counted`, `many_of`: counts of rows by numbers that are codes, as order numbers are; it is said that none was added."""

from decimal import Decimal

from ...graph.caveats import caveat
from .table_query import Query, not_understood


def many_of(query: Query) -> int:
    """How many rows there are, or of a column how many different numbers that are codes."""
    if not query.columns or "rows" in query.operations:
        return query.table.count
    say_counted(query, column := query.columns[0])
    return query.table.different(column) - len(query.table.missing(column))


def counted(query: Query, code: int, by: int) -> dict[str, Decimal]:
    """In how many rows each cell of a column is, where their numbers in another are codes: orders per customer."""
    table = query.table
    if query.operations & {"average", "median"} or table.different(code) < table.count:
        raise not_understood(query.whole, [query.whole.names[code]])
    say_counted(query, code)
    return {name: Decimal(many) for name, many in table.counts(by).items()}


def say_counted(query: Query, column: int) -> None:
    """Says that numbers that are codes were counted and not added."""
    name = query.whole.names[column]
    caveat(f"the numbers of {name} in {query.whole.label} are codes: they were counted, not added")

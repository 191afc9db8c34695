"""`check_numbers`: refuses to calculate with a column that is not of numbers of one unit, by its name."""

from collections import Counter

from ...graph.caveats import caveat, lacks
from ...graph.errors import ExpertError, input_error
from .cell_numbers import is_missing
from .columns import Columns
from .folding import same_cell
from .table_query import Query

MAX_SHOWN = 6
"""Cells that a note shows."""


def no_number(table: Columns, column: int) -> ExpertError:
    """The refusal of a column to calculate with or to sort by, for its first cell that is neither a number nor missing."""
    other = next(cell for cell in table.known(column).cells if not is_missing(cell) and table.number(cell) is None)
    return input_error(
        f"column {table.names[column]} of {table.label} holds “{other}”, which is no number to calculate with or sort by",
        hint="Correct it, or leave its row out with a condition.",
    )


def say_doubts(query: Query) -> None:
    """Says what may be meant otherwise: units that some cells lack, cells in no group; refuses columns of one name."""
    whole = query.whole
    named = {*query.columns, *query.measures, *([] if query.group is None else [query.group])}
    for column in sorted(named):
        whole.check_twins(column)
        if column == query.group or (query.operations - {"people", "rows"} and column in query.subjects):
            _say_groups(query, column)
    for column in query.measures if query.operations - {"people", "rows"} else ():
        units = query.table.units(column)
        if len(units) > 1 and "" in units:
            (unit,) = [unit for unit in units if unit]
            caveat(f"some cells of {whole.names[column]} have the unit {unit} and others none, and count as {unit} too")


def _say_groups(query: Query, column: int) -> None:
    """Says which rows are in no group of a column, and that some groups are written in several ways."""
    rows, name = query.table, query.table.names[column]
    empty = rows.without_cell(column)
    if empty and (column == query.group or rows.labels_groups(column)):
        lacks(
            f"{empty} of {rows.count} cells of {name} are empty: their rows are not counted with the group above them"
        )
    filled = [cell for cell in rows.known(column).cells if cell.strip()]
    spellings = Counter(map(same_cell, filled))
    if several := [cell for cell in filled if spellings[same_cell(cell)] > 1]:
        shown = ", ".join(f"“{cell}”" for cell in several[:MAX_SHOWN])
        caveat(f"cells of {name} that differ only in case or spaces are counted together: {shown}")


def check_numbers(query: Query) -> None:
    """Raises `ExpertError` where a column to calculate with is no column of numbers of one unit."""
    table, names = query.whole, query.whole.names
    if (column := query.spoiled) is not None:
        raise no_number(table, column)
    ranked = query.operations & {"highest", "lowest", "sort", "top", "bottom"}
    if not (ranked or query.operations & {"sum", "average", "median", "count"} or query.group is not None):
        return
    for column in query.measures if query.columns or "count" not in query.operations else ():
        if len(units := [unit for unit in query.table.units(column) if unit]) > 1:
            raise input_error(
                f"column {names[column]} of {table.label} holds different units, {' and '.join(units)}, that can't be"
                " added or compared",
                hint="Choose the rows of one unit with a condition.",
            )
        if query.table.count and not query.in_time and not any(query.table.units(column).values()):
            raise input_error(f"column {names[column]} of {table.label} holds no number in the rows asked for")

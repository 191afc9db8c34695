"""`members_counted`: the count of a column whose cells hold several values, as lists of JSON do: each one counts."""

from ...graph.caveats import caveat
from ...graph.errors import input_error
from .folding import same_cell
from .shown import MAX_ROWS
from .table_query import Query

_BETWEEN = "; "
"""What the reader of JSON writes between the members of a list."""


def members_counted(query: Query) -> str | None:
    """How many there are, with the first; None where nothing of that kind is counted. Raises `ExpertError` for groups."""
    holding = [n for n in query.columns if any(_BETWEEN in cell for cell in query.whole.known(n).cells)]
    if "count" not in query.operations or not holding:
        return None
    table, column = query.table, holding[0]
    name = table.names[column]
    if len(query.columns) > 1 or query.group is not None or query.operations - {"count", "people", "rows"}:
        raise input_error(
            f"cells of column {name} of {table.label} hold several values, and are not counted with other columns",
            hint="Put each value into a row of its own.",
        )
    cells = [cell for cell in table.known(column).cells if cell.strip()]
    found = {same_cell(each): each.strip() for cell in cells for each in cell.split(_BETWEEN) if each.strip()}
    caveat(f"cells of {name} that hold several values are counted by these")
    return f"{len(found)} ({', '.join([*found.values()][:MAX_ROWS])}{' ...' if len(found) > MAX_ROWS else ''})"

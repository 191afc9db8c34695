"""`columns`: a table (CSV or rows of JSON) as lists by column name, the form that tabular models take."""

from ...graph.call import Material
from ...graph.errors import ExpertError
from .rows import rows

MAX_CELLS = 20_000


def columns(material: Material) -> dict[str, list[str]]:
    """Cells as text by column name. Raises `ExpertError` for input that is no table, or too large a table."""
    label = material.resource.label
    if material.resource.kind == "image":
        raise ExpertError(
            f"{label} is a picture of a table, not a table", hint="Read the text in it first.", kind="wrong_task"
        )
    found = rows(material)
    if not found:
        raise ExpertError(f"{label} is not a table with a row of names and at least one of values", kind="wrong_task")
    names = list(dict.fromkeys(name for row in found for name in row if name))
    if len(names) * len(found) > MAX_CELLS:
        raise ExpertError(
            f"{label} has {len(found):,} rows of {len(names)} columns; models take {MAX_CELLS:,} cells at most",
            hint="Filter it first.",
            kind="too_large",
        )
    return {name: ["" if row.get(name) is None else str(row[name]) for row in found] for name in names}

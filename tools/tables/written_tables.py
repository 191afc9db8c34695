"""`written`: what is kept of tables, in an order, as CSV; of texts, which are tables of lines, as text."""

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

from ...graph.call import Artifact, Call, Material
from .columns import Columns
from .large_table import LargeTable
from .open_table import open_table
from .table import Table

Rows = tuple[Columns, int | None, bool]
"""A table, the column by which its rows are ordered (None: as they are), and whether from the highest to the lowest."""


def written(call: Call, items: Sequence[Material], chosen: Callable[[Columns], Rows]) -> Artifact:
    """What `chosen` keeps of each item, one after another. A large table is written to a file."""
    parts, path, text_only = list[str](), Path(), True
    for item in items:
        with open_table(item, call.scratch) as table:
            rows, by, falling = chosen(table)
            text_only = text_only and table.is_text
            if isinstance(rows, LargeTable):
                path = call.scratch / f"rows-{len(parts)}.csv"
                rows.write(path, by, falling=falling)
                parts.append("" if len(items) == 1 else path.read_text(encoding="utf-8").rstrip("\n"))
            elif isinstance(rows, Table):
                parts.append(_text(rows, by, falling))
    media_type = "text/plain" if text_only else "text/csv"
    if path.name and len(items) == 1:
        return Artifact(output="text", kind="text", media_type=media_type, path=path)
    return Artifact(output="text", kind="text", media_type=media_type, text="\n".join(parts))


def _text(table: Table, by: int | None, falling: bool) -> str:
    rows = table.cells if by is None else table.in_order(by, falling=falling, limit=table.count)
    if table.is_text:
        return "\n".join(row[0] for row in rows)
    made = io.StringIO()
    writer = csv.writer(made, delimiter=";" if table.decimal_comma else ",", lineterminator="\n")
    writer.writerow(table.names)
    writer.writerows(rows)
    return made.getvalue().rstrip("\n")

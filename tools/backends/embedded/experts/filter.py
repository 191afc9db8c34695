"""filter: keeps the boxes, labels, rows or lines that match the parameters."""

import csv
import io
import json
from collections.abc import Sequence

from .....graph.call import Artifact, Call, Material
from .....graph.errors import input_error
from ....media.rows import Row, has_label, nonblank_lines, rows
from ....tables.conditions import kept
from ....tables.table import Table, read_table
from ..goal_words import strings
from ..registry import expert


@expert("filter", name="filter", description="keeps exactly the boxes, labels, rows or lines that match", light=True)
def keep(call: Call) -> Sequence[Artifact]:
    """By `where` a table as CSV, or lines; else a JSON list where all items were lists of rows. May be empty."""
    items = call.inputs.get("items", ())
    if where := strings(call.task, "where"):
        text, media_type = _kept_by_conditions(items, where)
    else:
        text, media_type = _kept_by_labels(call, items)
    return [Artifact(output="text", kind="text", media_type=media_type, text=text)]


def _kept_by_conditions(items: Sequence[Material], where: Sequence[str]) -> tuple[str, str]:
    tables = [kept(read_table(item), where) for item in items]
    if any(table.is_text for table in tables):
        return "\n".join(table.row_text(row) for table in tables for row in table.cells), "text/plain"
    return "\n".join(as_csv(table) for table in tables), "text/csv"


def as_csv(table: Table) -> str:
    """A table as CSV text, with semicolons where its numbers have commas."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";" if table.decimal_comma else ",", lineterminator="\n")
    writer.writerow(table.names)
    writer.writerows(table.cells)
    return written.getvalue().rstrip("\n")


def _kept_by_labels(call: Call, items: Sequence[Material]) -> tuple[str, str]:
    parameters = call.task.parameters
    label, contains = str(parameters.get("label") or ""), str(parameters.get("contains") or "").lower()
    least = parameters.get("min_score")
    if not label and not contains and least is None:
        raise input_error("no condition chooses what to keep", hint="Set where, label, contains or min_score.")
    least = float(least) if isinstance(least, int | float) else 0.0

    def matches(row: Row) -> bool:
        text = " ".join(str(value) for value in row.values()).lower()
        return (not label or has_label(row, label)) and contains in text and float(row.get("score", 1.0)) >= least

    tables = [rows(item) for item in items]
    if items and all(table is not None for table in tables):
        kept_rows = [row for table in tables for row in table or () if matches(row)]
        return json.dumps(kept_rows, ensure_ascii=False), "application/json"
    required = [word for word in (label.lower(), contains) if word]
    all_lines = [line for item in items for line in nonblank_lines(item)]
    return "\n".join(line for line in all_lines if all(word in line.lower() for word in required)), "text/plain"

"""filter: keeps the boxes, labels, rows or lines that match the parameters."""

import json
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from .....graph.call import Artifact, Call, Material
from .....graph.errors import input_error
from ....media.rows import Row, has_label, nonblank_lines, rows
from ..goal_words import strings
from ..registry import expert

if TYPE_CHECKING:
    from ....tables.columns import Columns
    from ....tables.written_tables import Rows


@expert("filter", name="filter", description="keeps exactly the boxes, labels, rows or lines that match", light=True)
def keep(call: Call) -> Sequence[Artifact]:
    """By `where` a table as CSV, or lines; else a JSON list where all items were lists of rows. May be empty."""
    from ....tables.written_tables import written

    items = call.inputs.get("items", ())
    if where := strings(call.task, "where"):
        return [written(call, items, partial(_kept, where=where))]
    text, media_type = _kept_by_labels(call, items)
    return [Artifact(output="text", kind="text", media_type=media_type, text=text)]


def _kept(table: "Columns", where: Sequence[str]) -> "Rows":
    from ....tables.conditions import kept
    from ....tables.total_row import body

    return kept(body(table), where), None, False


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

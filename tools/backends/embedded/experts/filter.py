"""filter: keeps the boxes, labels, rows or lines that match the parameters."""

import json
from collections.abc import Sequence

from .....graph.call import Artifact, Call
from ....media.rows import Row, has_label, nonblank_lines, rows
from ..registry import expert


@expert("filter", name="filter", description="keeps exactly the boxes, labels, rows or lines that match", light=True)
def keep(call: Call) -> Sequence[Artifact]:
    """A JSON list where all items were lists of rows, else lines. No match gives an empty result."""
    parameters = call.task.parameters
    label, contains = str(parameters.get("label") or ""), str(parameters.get("contains") or "").lower()
    least = parameters.get("min_score")
    least = float(least) if isinstance(least, int | float) else 0.0

    def matches(row: Row) -> bool:
        text = " ".join(str(value) for value in row.values()).lower()
        return (not label or has_label(row, label)) and contains in text and float(row.get("score", 1.0)) >= least

    items = call.inputs.get("items", ())
    tables = [rows(item) for item in items]
    if items and all(table is not None for table in tables):
        kept = [row for table in tables for row in table or () if matches(row)]
        text, media_type = json.dumps(kept, ensure_ascii=False), "application/json"
    else:
        required = [word for word in (label.lower(), contains) if word]
        all_lines = [line for item in items for line in nonblank_lines(item)]
        text = "\n".join(line for line in all_lines if all(word in line.lower() for word in required))
        media_type = "text/plain"
    return [Artifact(output="text", kind="text", media_type=media_type, text=text)]

"""pick-best: finds which of several results has the most rows, or the highest score or number."""

import re
from collections.abc import Sequence

from .....graph.call import Artifact, Call, Material
from .....graph.errors import input_error
from ....media.rows import has_label, rows
from ..registry import expert

_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


@expert(
    "pick-best",
    name="pick-best",
    description="finds exactly which of several results has the most rows, or the highest number",
    light=True,
)
def pick_best(call: Call) -> Sequence[Artifact]:
    """`2 of 3 (b.jpg), with 5`: rows are counted, or the score of a named label is taken; of a text, its first number."""
    items = call.inputs.get("items", ())
    if len(items) < 2:
        raise input_error("there is only one result; picking takes two")
    label = str(call.task.parameters.get("label") or "")
    values = [_value(item, label) for item in items]
    best = min(values) if call.task.parameters.get("lowest") else max(values)
    winners = [
        f"{n}{_named(item)}" for n, (item, value) in enumerate(zip(items, values, strict=True), 1) if value == best
    ]
    text = f"{' and '.join(winners)} of {len(items)}, with {best:g}"
    return [Artifact(output="text", kind="text", media_type="text/plain", text=text)]


def _value(item: Material, label: str) -> float:
    found = rows(item)
    if found is None:
        number = _NUMBER.search(item.text())
        if number is None:
            raise input_error(f"there is no number in {item.resource.label} to compare by")
        return float(number[0].replace(",", "."))
    kept = [row for row in found if not label or has_label(row, label)]
    if label and kept and item.resource.kind == "labels" and "score" in kept[0]:
        return float(kept[0]["score"] or 0.0)
    return float(len(kept))


def _named(item: Material) -> str:
    return f" ({item.resource.label})" if item.resource.name else ""

"""pick-best: finds which of several results has the most rows, or the highest score or number."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call, Material
from .....graph.errors import input_error
from ....media.rows import has_label, rows
from ..goal_words import strings
from ..registry import expert
from ..tokenization import word_count


@expert(
    "pick-best",
    name="pick-best",
    description="finds exactly which of several has the most rows or words, or the highest number",
    light=True,
)
def pick_best(call: Call) -> Sequence[Artifact]:
    """`b.jpg (5), a.jpg (3)`, the best first: rows are counted (those that fit `where`), or the score of a named label is
    taken; of a text, its first number, or the number of its words. Equal ones are joined: `a.jpg and b.jpg (5)`; those
    without a name are numbered.
    """
    items = call.inputs.get("items", ())
    if len(items) < 2:
        raise input_error("there is only one result; picking takes two")
    parameters = call.task.parameters
    label, by_length = str(parameters.get("label") or ""), parameters.get("by") == "length"
    if where := strings(call.task, "where"):
        values = [_fitting(call, item, where) for item in items]
    else:
        _check_units([] if by_length else items)
        values = [_value(item, label, by_length) for item in items]
    places: dict[float, list[str]] = {}
    for value, name in sorted(zip(values, _names(call, items), strict=True), key=lambda pair: pair[0]):
        places.setdefault(value, []).append(name)
    ordered = list(places.items()) if parameters.get("lowest") else list(places.items())[::-1]
    text = ", ".join(f"{' and '.join(names)} ({_number(value)})" for value, names in ordered)
    return [Artifact(output="text", kind="text", media_type="text/plain", text=text)]


def _number(value: float) -> str:
    return f"{value:.2f}" if value % 1 else f"{value:g}"


def _names(call: Call, items: Sequence[Material]) -> Sequence[str]:
    given = call.task.parameters.get("names")
    if isinstance(given, tuple) and len(given) == len(items):
        return [str(name) for name in given]
    return [item.resource.label if item.resource.name else f"no. {n}" for n, item in enumerate(items, 1)]


def _fitting(call: Call, item: Material, where: Sequence[str]) -> float:
    from ....tables.conditions import kept
    from ....tables.open_table import open_table
    from ....tables.total_row import body

    with open_table(item, call.scratch) as table:
        return float(kept(body(table), where).count)


def _check_units(items: Sequence[Material]) -> None:
    from ....tables.cell_numbers import amounts_in, unit_of

    units = {unit_of(cell) for item in items if rows(item) is None for cell in amounts_in(item.text())[:1]} - {""}
    if len(units) > 1:
        raise input_error(f"the amounts are in different units, and are not compared: {', '.join(sorted(units))}")


def _value(item: Material, label: str, by_length: bool) -> float:
    from ....tables.cell_numbers import amounts_in, read_number

    if by_length:
        return float(word_count(item.text()))
    found = rows(item)
    if found is None:
        numbers = [number for cell in amounts_in(item.text()) if (number := read_number(cell)) is not None]
        if not numbers:
            raise input_error(f"there is no number in {item.resource.label} to compare by")
        return float(numbers[0])
    kept = [row for row in found if not label or has_label(row, label)]
    if label and kept and item.resource.kind == "labels" and "score" in kept[0]:
        return float(kept[0]["score"] or 0.0)
    return float(len(kept))

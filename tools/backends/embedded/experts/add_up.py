"""add-up: the sum or the average of the amounts that several answers give, or that were found in a text."""

from collections.abc import Sequence
from decimal import Decimal

from .....graph.call import Artifact, Call, Material
from .....graph.errors import input_error
from ..registry import expert


@expert(
    "add-up",
    name="add-up",
    description="adds the amounts of several results exactly, or averages them; refuses different currencies",
    light=True,
)
def add_up(call: Call) -> Sequence[Artifact]:
    """`51.50 EUR`, and as a note what was added. Raises `ExpertError` where a text is not one amount."""
    from ....tables.cell_numbers import read_number, unit_of

    cells = [cell for item in call.inputs.get("items", ()) for cell in _amounts(item)]
    units = {unit for cell in cells if (unit := unit_of(cell))}
    if not cells:
        raise input_error("no amount was found, and nothing was added")
    if len(units) > 1:
        raise input_error(f"the amounts are in different units, and are not added: {', '.join(cells)}")
    total = sum((read_number(cell) or Decimal(0) for cell in cells), Decimal(0))
    average = bool(call.task.parameters.get("average"))
    text = " ".join([f"{total / len(cells):.2f}" if average else str(total), *units])
    note = f"the average of: {'; '.join(cells)}" if average else f"added: {' + '.join(cells)}"
    return [Artifact(output="text", kind="text", media_type="text/plain", text=text, note=note)]


def _amounts(item: Material) -> list[str]:
    """The one amount of a text, or that of each thing found in one."""
    from ....media.rows import rows
    from ....tables.cell_numbers import amounts_in, read_number

    made = rows(item) if item.resource.kind == "labels" else None
    texts = [item.text()] if made is None else [str(row.get("text") or row.get("word") or "") for row in made]
    cells = []
    for text in texts:
        found = amounts_in(text)
        if len(found) != 1 or read_number(found[0]) is None:
            raise input_error(f"“{text.strip()[:80]}” is not one amount, and nothing was added")
        cells += found
    return cells

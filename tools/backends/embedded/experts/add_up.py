"""add-up: the sum of the amounts that several answers give."""

import re
from collections.abc import Sequence
from decimal import Decimal

from .....graph.call import Artifact, Call, Material
from .....graph.errors import input_error
from ..registry import expert

_AMOUNT = re.compile(r"(?:[€$£¥₹]|\b[A-Z]{3}\s)?\s?-?\d[\d.,' ]*(?:\s?(?:[€$£¥₹%円元]|[A-Z]{3}\b))?")


@expert(
    "add-up",
    name="add-up",
    description="adds the amounts of several results exactly; refuses different currencies",
    light=True,
)
def add_up(call: Call) -> Sequence[Artifact]:
    """`51.50 EUR`, and as a note what was added. Raises `ExpertError` where a result is not one amount."""
    from ....tables.cell_numbers import read_number, unit_of

    items = call.inputs.get("items", ())
    cells = [_amount(item) for item in items]
    units = {unit for cell in cells if (unit := unit_of(cell))}
    if len(units) > 1:
        raise input_error(f"the amounts are in different units, and are not added: {', '.join(cells)}")
    total = sum((read_number(cell) or Decimal(0) for cell in cells), Decimal(0))
    text = " ".join([str(total), *units])
    return [
        Artifact(output="text", kind="text", media_type="text/plain", text=text, note=f"added: {' + '.join(cells)}")
    ]


def _amount(item: Material) -> str:
    """The one amount of a result."""
    from ....tables.cell_numbers import read_number

    text = item.text().strip()
    found = [text] if read_number(text) is not None else [each.strip(" .,'") for each in _AMOUNT.findall(text)]
    if len(found) != 1 or read_number(found[0]) is None:
        raise input_error(f"“{text[:80]}” is not one amount, and nothing was added")
    return found[0]

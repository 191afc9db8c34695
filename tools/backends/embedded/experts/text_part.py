"""text-part: takes a part of a text by its number, or leaves it out: paragraphs, lines, words, slides, chapters."""

import re
from collections.abc import Sequence

from .....graph.call import Artifact, Call
from .....graph.errors import input_error
from ....documents.parts import parts_of
from ..registry import expert
from ..tokenization import sentences

_BETWEEN = {"paragraph": "\n\n", "sentence": " ", "line": "\n", "word": " ", "slide": "\n\n", "chapter": "\n\n"}

_NUMBERED = ("slide", "chapter")
"""Units that the reader of a file numbers."""

_ROWS = ("text/csv", "text/tab-separated-values")
"""Types whose first line names the columns: it is no row, and stays above the rows that are taken."""


@expert("text-part", name="text-part", description="takes or leaves out numbered parts of a text, exactly", light=True)
def text_part(call: Call) -> Sequence[Artifact]:
    """The units from `first` to `last`, or with `except` all others. `ExpertError` (input fault) where there are none."""
    parameters = call.task.parameters
    unit = str(parameters.get("unit") or "paragraph")
    if unit not in _BETWEEN:
        raise input_error(f"{unit} is no part of a text; take {', '.join(_BETWEEN)}")
    material = call.one("text")
    units = _units(material.text(), unit)
    header = units[:1] if unit == "line" and material.resource.media_type in _ROWS else []
    units = units[len(header) :]
    if not units and unit in _NUMBERED:
        raise input_error(f"{call.one('text').resource.label} has no {unit}s that can be told apart")
    first = _number(parameters.get("first"), 1)
    last = _number(parameters.get("last"), first if "first" in parameters else -1)
    start, end = _position(first, len(units)), _position(last, len(units)) + 1
    named = units[max(start, 0) : max(end, 0)]
    many = f"the text has only {len(units)} {'row' if header else unit}{'' if len(units) == 1 else 's'}"
    if not named:
        raise input_error(many)
    kept = [*units[: max(start, 0)], *units[max(end, 0) :]] if parameters.get("except") else named
    if not kept:
        raise input_error(f"{many}; nothing is left")
    note = many if start < 0 or end > len(units) else ""
    return [
        Artifact(
            output="text", kind="text", media_type="text/plain", text=_BETWEEN[unit].join([*header, *kept]), note=note
        )
    ]


def _units(text: str, unit: str) -> list[str]:
    match unit:
        case "paragraph":
            return [part.strip("\n") for part in re.split(r"\n\s*\n", text) if part.strip()]
        case "sentence":
            return sentences(text)
        case "slide" | "chapter":
            parts = [part for part in parts_of(text) if part.noun.lower() == unit]
            return ["\n\n".join(filter(None, (part.title, part.text))) for part in parts]
        case "line":
            return [line for line in text.splitlines() if line.strip()]
    return text.split()


def _number(value: object, default: int) -> int:
    return int(value) if isinstance(value, int | float) and value else default


def _position(number: int, many: int) -> int:
    """The place in a list; negative numbers count from the end."""
    return number - 1 if number > 0 else many + number

"""count: boxes, labels and rows by what they are called; of a text its lines, or what the goal names."""

from collections.abc import Sequence

from ....graph.call import Artifact, Call, Material
from .goals import asks, goal
from .registry import expert
from .rows import is_called, lines, rows
from .sentences import sentences, words


@expert("count", name="count", description="counts boxes, labels, rows or lines, exactly", light=True)
def count(call: Call) -> Sequence[Artifact]:
    """The number over all items, as text."""
    label, asked = str(call.task.parameters.get("label") or ""), goal(call.task)
    number = sum(_count(material, label, asked) for material in call.inputs.get("items", ()))
    return [Artifact(output="text", kind="text", media_type="text/plain", text=str(number))]


def _count(material: Material, label: str, asked: str) -> int:
    if (found := rows(material)) is not None:
        return sum(not label or is_called(row, label) for row in found)
    if label:
        return sum(label.lower() in line.lower() for line in lines(material))
    text = material.text()
    if asks(asked, r"words?\b"):
        return len(words(text))
    if asks(asked, r"sentences?\b"):
        return len(sentences(text))
    if asks(asked, r"characters?\b|letters?\b"):
        return len(text)
    return len(lines(material))

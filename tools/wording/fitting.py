"""`fit_cost`: whether a meaning fits the data at hand, and how far that data is from what it takes."""

from collections.abc import Sequence

from ...graph.converters import CONVERTERS
from ...graph.resource import Kind
from ...graph.task_type import Input
from ...graph.vocabulary import VOCABULARY
from .meanings import Meaning, meaning_of

WORD_PORTS = frozenset({"prompt", "question", "query"})
"""Inputs that the words of the request themselves can be."""
FROM_WORDS = frozenset({"conversational", "text-generation", "text-to-image", "text-to-video", "text-to-audio"})
"""Task types that need no data."""
_CONVERSION, _UNUSED_DATA = 0.05, 0.12
"""Costs, in parts of a cosine: a step that only turns one kind into another; data in the clause that is not used."""


def data_ports(task_type: str) -> tuple[Input, ...]:
    """The required inputs of a task type that are data, and not words of the request."""
    if task_type == "conversational":
        return ()
    ports = VOCABULARY[task_type].inputs
    return tuple(port for port in ports if port.required and port.name not in WORD_PORTS)


def step_cost(kind: Kind, port: Input, makes_picture: bool = False) -> float | None:
    """0 where the input takes the kind, the cost of a conversion where it takes what that becomes, else None.

    A video does not become pictures for a task that `makes_picture`: who asks for a brighter film wants a film.
    """
    if port.takes(kind):
        return 0.0
    if any((kind, wanted) in CONVERTERS for wanted in port.kinds):
        return None if (kind, port.kinds) == ("video", ("image",)) and makes_picture else _CONVERSION
    return 2 * _CONVERSION if "text" in port.kinds and kind in ("image", "audio", "video") else None


def fit_cost(name: str, at_hand: Sequence[Kind], named: Sequence[Kind]) -> float | None:
    """What it costs to give a meaning its data; None where what is at hand does not fit. `named`: data in its clause."""
    meaning = meaning_of(name)
    if meaning.kinds and not set(meaning.kinds) & set(at_hand):
        return None
    if meaning.is_out_of_reach:
        return 0.0
    if meaning.first:
        return fit_cost(meaning.first, at_hand, named)
    ports = _ports(meaning)
    if meaning.task_type in FROM_WORDS and not ports:
        return _UNUSED_DATA if any(kind != "text" for kind in named) else 0.0
    costs = []
    picture = VOCABULARY[meaning.task_type].outputs[0].kind == "image"
    for port in ports:
        usable = [cost for kind in at_hand if (cost := step_cost(kind, port, picture)) is not None]
        if len(usable) < (
            2 if port.many and port.kinds == ("text",) and len(ports) == 1 and meaning.name == "join-text" else 1
        ):
            return None
        costs.append(min(usable))
    steps = {kind: [cost for port in ports if (cost := step_cost(kind, port, picture)) is not None] for kind in named}
    if named and not any(steps.values()):
        return None
    return max([*costs, min((min(found) for found in steps.values() if found), default=0.0)])


def _ports(meaning: Meaning) -> tuple[Input, ...]:
    ports = data_ports(meaning.task_type)
    if meaning.name in ("question-answering", "text-generation/continue") or meaning.name.startswith("text2text"):
        return (Input(name="text", kinds=("text",)),)
    return ports

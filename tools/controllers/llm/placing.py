"""`place`: which value is which input or parameter of a task type, by kind and meaning, where a model gave no names."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

from ....graph.references import only_references, parse_references
from ....graph.resource import Kind
from ....graph.task_type import Input, TaskType
from ...languages import NAMES, iso1
from .file_names import Files, find_file
from .references import references_in

_MOST_VALUES = 6
"""More values are not placed: no task type has so many inputs."""
_QUESTIONS = {"who", "what", "where", "when", "why", "which", "how", "is", "are", "does", "do", "can"}


class Value(NamedTuple):
    """A value of a task as the model wrote it, and the kinds of data that it may be."""

    raw: Any
    kinds: frozenset[Kind]
    literal: bool
    """Text that stands for itself, and neither for a file nor for a result."""


class Placement(NamedTuple):
    """Where each value goes, and what has no place."""

    names: tuple[str, ...] = ()
    """Of an input or a parameter, for each value in order."""
    problem: str = ""
    direct: bool = True
    """Every required input has a value, and every value is of a kind that its input takes."""


def value_of(raw: Any, made_by: Mapping[int, frozenset[Kind]], files: Files) -> Value:
    """A value with its kinds. `made_by`: the kinds of what each task makes, by its id."""
    members = raw if isinstance(raw, list) and raw else [raw]
    kinds = frozenset[Kind]()
    literal = True
    for member in members:
        file = find_file(member, files) if isinstance(member, str) else None
        references = list(references_in(member))
        literal = literal and not file and not references
        if file:
            kinds |= {file.kind}
        elif references and _only_reference(member):
            kinds |= {kind for number in references for kind in made_by.get(number, frozenset())}
        else:
            kinds |= {"text"}
    return Value(raw, kinds, literal)


def place(row: TaskType, values: Sequence[Value], taken: Iterable[str] = ()) -> Placement:
    """Each value as an input or a parameter that is not `taken` yet; a question, a language, labels by what they say."""
    taken = set(taken)
    names: dict[int, str] = {}
    for number, value in enumerate(values):
        name = _parameter_for(row, value, alone=len(values) == 1)
        if name and name not in {*names.values(), *taken}:
            names[number] = name
    free = [port for port in row.inputs if port.name not in taken]
    rest = [number for number in range(len(values)) if number not in names]
    if len(rest) in (1, 2) and {"question", "context"} <= {port.name for port in free}:
        question = _question(values, rest)
        if question is None:
            problem = f"{row.name}: it is open what is the question and what the context; name them in args"
            return Placement(problem=problem, direct=False)
        names |= {number: "question" if number == question else "context" for number in rest}
        rest = []
    assigned = _assigned([values[number] for number in rest], free)
    if assigned is None:
        shown = ", ".join(repr(values[number].raw) for number in rest)
        ports = ", ".join(port.name for port in row.inputs) or "nothing"
        problem = f"{row.name} has no place for all of {shown}; it takes {ports}: name them in args"
        return Placement(problem=problem, direct=False)
    names |= {number: port.name for number, port in zip(rest, assigned, strict=True)}
    fits = all(_takes(values[number], port) for number, port in zip(rest, assigned, strict=True))
    missing = any(port.required and port.name not in names.values() for port in free)
    return Placement(tuple(names[number] for number in range(len(values))), "", fits and not missing)


def _parameter_for(row: TaskType, value: Value, *, alone: bool) -> str | None:
    """The parameter that a value is by what it says: a language, or labels in a list."""
    if isinstance(value.raw, list) and value.literal and row.parameter("candidate_labels"):
        return "candidate_labels"
    language = next((name for name in ("target_language", "language") if row.parameter(name)), None)
    return language if language and value.literal and not alone and names_language(value.raw) else None


def names_language(raw: Any) -> bool:
    """Whether a text is the name or the code of a language, and nothing else."""
    text = str(raw).strip().lower()
    return isinstance(raw, str) and (text in NAMES or (len(text) > 3 and " " not in text and iso1(text) is not None))


def _question(values: Sequence[Value], numbers: Sequence[int]) -> int | None:
    """Which value is the question, the other being the context: the only one that asks, or that is written out."""
    literal = [number for number in numbers if values[number].literal]
    asking = [number for number in literal if _is_question(values[number].raw)]
    return next((only[0] for only in (asking, literal) if len(only) == 1), None)


def _is_question(raw: Any) -> bool:
    text = str(raw).strip().strip("'\"")
    return text.endswith(("?", "\uff1f")) or text.partition(" ")[0].lower() in _QUESTIONS


def _assigned(values: Sequence[Value], ports: Sequence[Input]) -> list[Input] | None:
    """An input for each value: kinds fit as far as they can, required inputs come first, the order of both is kept."""
    if not values:
        return []
    if len(values) > _MOST_VALUES:
        return list(ports[:1]) * len(values) if len(ports) == 1 and ports[0].many else None
    choices = [choice for choice in product(range(len(ports)), repeat=len(values)) if _allowed(choice, values, ports)]
    if not choices:
        return None
    return [ports[number] for number in min(choices, key=lambda choice: _cost(choice, values, ports))]


def _allowed(choice: Sequence[int], values: Sequence[Value], ports: Sequence[Input]) -> bool:
    """One value an input; an optional one only for what a required one does not take."""
    for place, number in enumerate(choice):
        port = ports[number]
        if not port.many and choice.count(number) > 1:
            return False
        if not port.required:
            other = [each for each in ports if each.required and set(each.kinds) & set(port.kinds)]
            beyond = {kind for kind in values[place].kinds if not any(each.takes(kind) for each in other)}
            if not any(kind in port.kinds for kind in beyond):
                return False
    return True


def _cost(choice: Sequence[int], values: Sequence[Value], ports: Sequence[Input]) -> tuple[int, int, Sequence[int]]:
    uncovered = sum(port.required and number not in choice for number, port in enumerate(ports))
    return (sum(not _takes(v, ports[n]) for v, n in zip(values, choice, strict=True)), uncovered, choice)


def _takes(value: Value, port: Input) -> bool:
    return any(port.takes(kind) for kind in value.kinds)


def _only_reference(member: Any) -> bool:
    return isinstance(member, str) and only_references(parse_references(member, lenient=True))


def kinds_made(row: TaskType) -> Iterator[Kind]:
    """The kinds of what a task type makes."""
    for output in row.outputs:
        yield output.kind

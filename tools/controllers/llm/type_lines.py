"""`type_lines`, `names_line`: the task types as a plan's prompt lists them: some with inputs, all others by name alone."""

from collections.abc import Collection, Iterable, Iterator

from ....graph.converters import CONVERTERS
from ....graph.task_type import Input, TaskType
from ....graph.vocabulary import VOCABULARY

_INSERTED = {converter.task_type for converter in CONVERTERS.values()}
"""Inserted by rule wherever a plan needs them, so the prompt does not list them."""
PLANNED = tuple(name for name in VOCABULARY if name not in _INSERTED)
"""The types that a model plans with."""
_SHORT_TYPES = {"integer": "int", "strings": "list"}
_TEXT_INPUTS = ("prompt", "question", "query", "context")
"""Inputs that are text, as the prompt says."""


def type_line(name: str) -> str:
    """`summarization(text; max_words?: int) -> text: shorten a text to what matters`."""
    row = VOCABULARY[name]
    return f"{name}{_signature(row)}: {row.description}"


def names_line(described: Collection[str]) -> str:
    """The types that are not described; of ControlNet's pairs each condition once."""
    left = [name for name in PLANNED if name not in described]
    families: dict[str, list[str]] = {}
    for name in left:
        if VOCABULARY[name].domain == "control":
            condition, _, family = name.partition("-")
            families.setdefault(family, []).append(condition)
    by_members: dict[tuple[str, ...], list[str]] = {}
    for family, members in families.items():
        by_members.setdefault(tuple(members), []).append(f"X-{family}")
    shown = [name for name in left if VOCABULARY[name].domain != "control"]
    shown += [f"{' and '.join(names)} (X: {' '.join(members)})" for members, names in by_members.items()]
    return ", ".join(shown)


def type_lines(names: Iterable[str], characters: float) -> Iterator[str]:
    """The lines of the types, in their order, as long as they fit into so many characters."""
    for name in names:
        line = type_line(name)
        characters -= len(line) + 1
        if characters < 0:
            return
        yield line


def _signature(row: TaskType) -> str:
    """`(text; source_language?, target_language?) -> text`; an input's kind is added where its name does not imply it."""
    inputs = ", ".join(f"{port.name}{'' if port.required else '?'}{_kind(port)}" for port in row.inputs)
    types = (
        f"{p.name}?" + ("" if p.type == "string" else f": {_SHORT_TYPES.get(p.type, p.type)}") for p in row.parameters
    )
    parameters = "; ".join(filter(None, (inputs, ", ".join(types))))
    return f"({parameters}) -> {', '.join(output.kind for output in row.outputs)}"


def _kind(port: Input) -> str:
    kinds = "/".join(port.kinds) + (" list" if port.many else "")
    implied = port.name in (kinds, f"{kinds.removesuffix(' list')}s") or (kinds == "text" and port.name in _TEXT_INPUTS)
    return "" if implied else f": {kinds}"

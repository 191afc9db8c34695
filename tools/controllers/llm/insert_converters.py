"""`insert_converters` repairs a model's plan: a task between two whose kinds do not fit, where one type converts them.

Not covered: files of the wrong kind. A wrong name is likelier there than a missing step, so the plan is sent back.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from ....graph.references import format_parts, format_reference, free_ids, only_references, parse_references
from ....graph.task import Ref
from ....graph.task_type import Input, TaskType
from ....graph.vocabulary import VOCABULARY
from .entry import Entries, Entry, Repaired
from .references import map_texts, references_in, texts_in

_ConverterKey = tuple[int, str]
"""(source task, converter type): one converter serves all tasks that need it."""


def insert_converters(entries: Entries) -> Repaired:
    """Insert converters where references need them: alone, in a list, and within a sentence, which takes text."""
    by_id = {entry.id: entry for entry in entries if isinstance(entry.id, int)}
    converters: dict[_ConverterKey, Entry] = {}
    new_ids = free_ids(by_id)
    result, repairs = list[Entry](), list[str]()
    for entry in entries:
        for source_id, task_type in _needed(entry, by_id):
            if (source_id, task_type.name) not in converters:
                number = next(new_ids)
                args = {task_type.inputs[0].name: format_reference(source_id)}
                converter = Entry(task=task_type.name, id=number, dep=[-1], args=args, goal=str(entry.goal or ""))
                converters[source_id, task_type.name] = converter
                result.append(converter)
                repairs.append(
                    f"task {number}, {task_type.name}, was inserted between task {source_id} and task {entry.id}"
                )
        result.append(_connect(entry, by_id, converters))
    return Repaired(tuple(result), repairs)


def _needed(entry: Entry, by_id: dict[int, Entry]) -> Iterator[tuple[int, TaskType]]:
    """(source task, converter) for each reference of an entry that needs one."""
    for key, value in entry.named_args.items():
        if (row := entry.task_type) and (port := row.input(key)):
            for text in texts_in(value):
                yield from _conversions(text, port, row, by_id)


def _connect(entry: Entry, by_id: dict[int, Entry], converters: dict[_ConverterKey, Entry]) -> Entry:
    row = entry.task_type
    if row is None or not isinstance(entry.args, dict):
        return entry

    def change(text: str, *, port: Input) -> str:
        converted = {
            source_id: Ref(task_id=converters[source_id, task_type.name].id)
            for source_id, task_type in _conversions(text, port, row, by_id)
        }
        parts = parse_references(text)
        return format_parts(part if isinstance(part, str) else converted.get(part.task_id, part) for part in parts)

    args = {
        key: map_texts(value, partial(change, port=port)) if (port := row.input(key)) else value
        for key, value in entry.args.items()
    }
    replaced = set(references_in(entry.args)) - set(references_in(args))
    return replace(entry, args=args, dep=[dep for dep in entry.dep_list if dep not in replaced] or [-1])


def _conversions(text: str, port: Input, row: TaskType, by_id: dict[int, Entry]) -> Iterator[tuple[int, TaskType]]:
    """(source task, converter) for each reference in a text whose output `port` does not take."""
    parts = parse_references(text)
    expected = port if only_references(parts) else Input(name=port.name, kinds=("text",))
    for ref in (part for part in parts if isinstance(part, Ref)):
        source = by_id.get(ref.task_id)
        made = source.task_type if source else None
        if made and not made.output_for(expected) and (converter := _converting_type(made, expected, row)):
            yield ref.task_id, converter


def _converting_type(source: TaskType, port: Input, task_type: TaskType) -> TaskType | None:
    """The one task type that makes text, which `port` takes, from an output of `source` and nothing else.

    An image or a sound that is made from a text is invented, and stands for no data that a task was meant to get. Nor does
    a task that makes pictures from words get those of a picture: its type is likelier wrong.
    """
    found: list[TaskType] = []
    kinds = {output.kind for output in source.outputs}
    if "text" not in port.kinds or kinds <= {output.kind for output in task_type.outputs}:
        return None
    for row in VOCABULARY.values():
        single = row.inputs and [each for each in row.inputs if each.required] == list(row.inputs[:1])
        if not single or row.inputs[0].many or row.domain == "deterministic":
            continue
        takes = any(output.kind in row.inputs[0].kinds for output in source.outputs)
        if takes and any(output.kind in port.kinds for output in row.outputs):
            found.append(row)
    return found[0] if len(found) == 1 else None

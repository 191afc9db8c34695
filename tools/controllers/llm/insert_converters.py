"""Bridging: the converter between a task and an input of another kind, where one task type only makes this of that.

Not covered: files of another kind than is wanted. A wrong name is likelier there than a missing step, so the model is asked.
"""

import re
from collections.abc import Iterable
from functools import partial

from ....graph.task_type import Input, TaskType
from ....graph.vocabulary import VOCABULARY
from .references import Entry, Told, each_text, references

_REFERENCE = re.compile(r"<resource>-(\d{1,9})(?!\d)")


def bridge(entries: list[Entry], tell: Told) -> None:
    """Put converters where references need them: alone, in a list, and within a sentence, which takes text."""
    by_id = {entry["id"]: entry for entry in entries if isinstance(entry["id"], int)}
    made: dict[tuple[int, str], int] = {}

    def bridged(entry: Entry, source_id: int, port: Input) -> int:
        """The task to refer to: the source itself, or what converts its result."""
        source = by_id.get(source_id)
        giver = VOCABULARY.get(str(source.get("task"))) if source else None
        converter = _converter(giver, port) if giver and not giver.output_for(port) else None
        if converter is None:
            return source_id
        if (source_id, converter.name) not in made:
            number = made[source_id, converter.name] = max(by_id) + 1
            by_id[number] = _step(converter, number, source_id, str(entry.get("goal") or ""))
            entries.insert(entries.index(entry), by_id[number])
            tell(f"task {number}, {converter.name}, was put between task {source_id} and task {entry['id']}")
        return made[source_id, converter.name]

    for entry in list(entries):
        row, args = VOCABULARY.get(str(entry.get("task"))), entry.get("args")
        if row is None or not isinstance(args, dict):
            continue
        before = set(references(args))

        def change(text: str, *, port: Input, entry: Entry = entry) -> str:
            whole = not re.sub(r"[\s,]", "", _REFERENCE.sub("", text))
            wanted = port if whole else Input(name=port.name, kinds=("text",))
            return _REFERENCE.sub(lambda match: f"<resource>-{bridged(entry, int(match[1]), wanted)}", text)

        for key, value in args.items():
            if port := row.input(key):
                args[key] = each_text(value, partial(change, port=port))
        gone = before - set(references(args))
        entry["dep"] = [dep for dep in entry["dep"] if dep not in gone] or [-1]


def _step(converter: TaskType, number: int, source_id: int, goal: str) -> Entry:
    args = {converter.inputs[0].name: f"<resource>-{source_id}"}
    return {"task": converter.name, "id": number, "dep": [-1], "args": args, "goal": goal}


def _converter(giver: TaskType, port: Input) -> TaskType | None:
    """The one task type that makes, of what `giver` gives and nothing else, what `port` wants."""
    fitting = list(_converters(giver, port))
    return fitting[0] if len(fitting) == 1 else None


def _converters(giver: TaskType, port: Input) -> Iterable[TaskType]:
    for row in VOCABULARY.values():
        alone = row.inputs and [each for each in row.inputs if each.required] == list(row.inputs[:1])
        if not alone or row.inputs[0].many or row.domain == "deterministic":
            continue
        takes = any(output.kind in row.inputs[0].kinds for output in giver.outputs)
        if takes and any(output.kind in port.kinds for output in row.outputs):
            yield row

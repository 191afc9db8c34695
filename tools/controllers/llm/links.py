"""The links of TaskBench's plans: `sources_by_task` resolves their ends; `add_links` makes an order without data of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from .entry import Entries, Repaired, Step
from .references import as_number, references_in, upstream
from .type_names import find_type_name
from .unwrap import Link


def sources_by_task(entries: Entries, links: Sequence[Link]) -> Mapping[int, tuple[int, ...]]:
    """The ids of the tasks that each task comes after, by links and by `dep`; by the id of the task."""
    found: dict[int, list[int]] = {entry.id: [] for entry in entries}
    for source, target in _resolved(entries, links):
        found[entries[target].id].append(entries[source].id)
    for entry in entries:
        numbers = map(as_number, entry.dep_list)
        found[entry.id] += [number for number in numbers if number in found and number != entry.id]
    return {target: tuple(dict.fromkeys(sources)) for target, sources in found.items()}


def add_links(links: Iterable[Link]) -> Step:
    """The step that adds TaskBench's links, by a task's position or unique name, where no argument expresses them.

    A task whose arguments take data from one task, and whose links are from another, is in doubt.
    """

    def step(entries: Entries) -> Repaired:
        sources: dict[int, list[Any]] = {}
        expressed = set[int]()
        repairs, problems = list[str](), list[str]()
        references = {entry.id: set(references_in(entry.args)) for entry in entries if isinstance(entry.id, int)}
        for source, target in _resolved(entries, tuple(links)):
            before, after = entries[source], entries[target]
            if isinstance(before.id, int) and after.id in upstream(before.id, references):
                problems.append(f"a link puts task {before.id} before task {after.id}, from which it takes data")
            elif before.id not in references_in(after.args):
                sources.setdefault(target, []).append(before.id)
                repairs.append(f"task {after.id} comes after task {before.id}, as a link requires")
            else:
                expressed.add(target)
        doubts = [
            f"task {entries[target].id} takes what task {taken[0]} makes, but the links put task {others[0]} before it:"
            " make both say the same"
            for target, others in sources.items()
            if target not in expressed and (taken := list(references_in(entries[target].args)))
        ]
        linked = (
            replace(entry, dep=[*entry.dep_list, *sources[position]]) if position in sources else entry
            for position, entry in enumerate(entries)
        )
        return Repaired(tuple(linked), repairs, problems, doubts)

    return step


def _resolved(entries: Entries, links: Sequence[Link]) -> list[tuple[int, int]]:
    """Links as positions. Names that several tasks have are resolved only where the links name all tasks in their order."""
    named = [tuple(find_type_name(end) or end for end in link) for link in links]
    names = [find_type_name(str(entry.task)) or str(entry.task) for entry in entries]
    if named == list(pairwise(names)):
        return [(position, position + 1) for position in range(len(named))]
    positions = _positions_by_name(names)
    ends = [[positions.get(name) or positions.get(end, []) for name, end in zip(*pair, strict=True)]
            for pair in zip(named, links, strict=True)]  # fmt: skip
    return [(source[0], target[0]) for source, target in ends if len(source) == len(target) == 1]


def _positions_by_name(names: Sequence[str]) -> Mapping[str, list[int]]:
    """Where the tasks are that a name, or a position as text, may mean."""
    positions: dict[str, list[int]] = {}
    for position, name in enumerate(names):
        for key in {str(position), name}:
            positions.setdefault(key, []).append(position)
    return positions

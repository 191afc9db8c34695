"""`report_of`: F1 of plans against TaskBench's labels, pooled over all requests (micro) or averaged (macro).

Nodes are task names, edges (source, target) names, argument types (name, kind) with kind image, audio, video or text, by a
file's suffix or by what the named task makes. Argument values are (name, value): of a file the last part of its path, of
`<node-i>` or a reference the name of the task that makes it, else the text with case folded and whitespace squeezed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...graph.plan import Plan
from ...graph.resource import Resource
from ...graph.task import Ref, Single, Template, singles_in
from .taskbench import NAMES, TOOLS, Record

_MAKES_MEDIA = {
    **dict.fromkeys(("Image-to-Image", "Image Editing", "Text-to-Image", "Image Segmentation"), "image"),
    **{"Depth Estimation": "image", "Text-to-Video": "video", "Text-to-Speech": "audio", "Audio-to-Audio": "audio"},
}
"""What TaskBench's tools make; the others make text."""
_SUFFIXES = {"jpg": "image", "jpeg": "image", "png": "image", "wav": "audio", "mp3": "audio", "mp4": "video"}
_NODE = re.compile(r"<node-(\d+)>")
_FILE = re.compile(r"\S*?([^\s/\\]+\.[a-z][a-z0-9]{1,4})", re.IGNORECASE)

METRICS = ("node_f1", "edge_f1", "argument_type_f1", "argument_value_f1")
Names = frozenset[str]
Edges = frozenset[tuple[str, str]]
Sets = tuple[frozenset[Any], ...]
"""Nodes, edges, argument types, argument values: in the order of `METRICS`."""


@dataclass
class Score:
    """True positives, false positives and false negatives, pooled."""

    true_positives: int = 0
    false_positives: int = 0
    false_negatives: int = 0

    def add(self, predicted: frozenset[Any], labelled: frozenset[Any]) -> None:
        """Add one request."""
        self.true_positives += len(predicted & labelled)
        self.false_positives += len(predicted - labelled)
        self.false_negatives += len(labelled - predicted)

    @property
    def f1(self) -> float:
        """2 TP / (2 TP + FP + FN); 1 where both sets are empty."""
        whole = 2 * self.true_positives + self.false_positives + self.false_negatives
        return 2 * self.true_positives / whole if whole else 1.0


def labels_of(record: Record) -> tuple[Names, Edges]:
    """The labelled nodes and edges, without names outside the tool list."""
    nodes = frozenset(name for name, _ in record.tasks) & NAMES
    return nodes, frozenset(link for link in record.links if set(link) <= NAMES)


def labelled_arguments(record: Record) -> frozenset[tuple[str, str, str]]:
    """(name, kind, value) of every labelled argument of a tool in the list."""
    tasks = record.tasks
    found = set()
    for name, arguments in tasks:
        for value in arguments if name in NAMES else ():
            node = _NODE.search(value)
            maker = tasks[int(node[1])][0] if node and int(node[1]) < len(tasks) else ""
            suffix = value.rsplit(".", 1)[-1].lower()
            kind = _MAKES_MEDIA.get(maker, "text") if node else _SUFFIXES.get(suffix, "text")
            found.add((name, kind, maker or normalised(value)))
    return frozenset(found)


def planned_arguments(plan: Plan) -> frozenset[tuple[str, str, str]]:
    """(name, kind, value) of every input of a plan."""
    names = {task.id: TOOLS.get(task.type, task.type) for task in plan.tasks}
    return frozenset(
        (names[task.id], _kind(single, names), _value(single, names))
        for task in plan.tasks
        for value in task.inputs.values()
        for single in singles_in(value)
    )


def normalised(text: str) -> str:
    """The form in which texts are compared: the last part of a path, else case folded and whitespace squeezed."""
    file = _FILE.fullmatch(text.strip())
    return (file[1] if file else " ".join(text.split())).casefold()


def prediction_of(plan: Plan) -> dict[str, Any]:
    """A plan as `{"tasks": names, "links": pairs of names}`, by TaskBench's names where it has one."""
    name = {task.id: TOOLS.get(task.type, task.type) for task in plan.tasks}
    links = [[name[source], name[task.id]] for task in plan.tasks for source in task.depends_on]
    return {"tasks": [name[task.id] for task in plan.tasks], "links": links}


def report_of(pairs: Sequence[tuple[Record, Mapping[str, Any]]]) -> dict[str, Any]:
    """Micro and macro scores of (record, prediction) pairs, and by type of request.

    Names outside the tool list are ignored on both sides. The mean (macro) is over the requests in which either side has
    something; without any such request a score is None.
    """
    sets = [(_labelled(record), _predicted(prediction)) for record, prediction in pairs]
    types = sorted({record.type for record, _ in pairs} - {""})
    of_type = {
        kind: [both for both, (record, _) in zip(sets, pairs, strict=True) if record.type == kind] for kind in types
    }
    return _scores(sets) | {"by_type": {kind: _scores(some) for kind, some in of_type.items()}}


def _scores(sets: Sequence[tuple[Sets, Sets]]) -> dict[str, Any]:
    micro: dict[str, float | None] = {}
    macro: dict[str, float | None] = {}
    for index, metric in enumerate(METRICS):
        pooled, each = Score(), []
        for labelled, predicted in sets:
            one = Score()
            for score in (pooled, one):
                score.add(predicted[index], labelled[index])
            if one != Score():
                each.append(one.f1)
        micro[metric] = round(pooled.f1, 4) if each else None
        macro[metric] = round(sum(each) / len(each), 4) if each else None
    return {"requests": len(sets), "micro": micro, "macro": macro}


def _labelled(record: Record) -> Sets:
    return (*labels_of(record), *_both(labelled_arguments(record)))


def _predicted(prediction: Mapping[str, Any]) -> Sets:
    links = frozenset((source, target) for source, target in prediction["links"] if {source, target} <= NAMES)
    return (frozenset(prediction["tasks"]) & NAMES, links, *_both(prediction["arguments"]))


def _both(arguments: Iterable[Sequence[str]]) -> tuple[Edges, Edges]:
    known = [(name, kind, value) for name, kind, value in arguments if name in NAMES]
    return frozenset((name, kind) for name, kind, _ in known), frozenset((name, value) for name, _, value in known)


def _kind(value: Single, names: Mapping[int, str]) -> str:
    if isinstance(value, Ref):
        return _MAKES_MEDIA.get(names[value.task_id], "text")
    return value.kind if isinstance(value, Resource) and value.kind in ("image", "audio", "video") else "text"


def _value(value: Single, names: Mapping[int, str]) -> str:
    match value:
        case Ref():
            return names[value.task_id]
        case Template():
            return next(names[part.task_id] for part in value.parts if isinstance(part, Ref))
        case Resource():
            return normalised(value.name or value.text or value.sha256 or "")
    return normalised(value)

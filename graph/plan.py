"""`Plan`: the tasks of a request as a checked, ordered graph, so that a plan that exists can be run."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import islice
from typing import Any, Self

from pydantic import ValidationError, field_validator

from . import paper
from .converters import with_converters
from .errors import InvalidPlan
from .paper import LONGEST_TYPE, MAX_TASKS
from .resource import Frozen, Resource
from .task import Ref, Single, Task, Template, in_order, resources_in, singles_in
from .task_type import Input
from .vocabulary import VOCABULARY

MOST_PROBLEMS = 50
"""Problems listed for one plan: the search for more takes longer than anyone reads."""


class Plan(Frozen):
    """Tasks in an order in which each comes after those it depends on. Making one raises `InvalidPlan`."""

    tasks: tuple[Task, ...] = ()

    @field_validator("tasks")
    @classmethod
    def _check(cls, tasks: tuple[Task, ...]) -> tuple[Task, ...]:
        if problems := list(islice(_problems(tasks), MOST_PROBLEMS)):
            raise InvalidPlan(problems)
        by_id = {task.id: task for task in tasks}
        return tuple(in_order([_resolved(task, by_id) for task in tasks]))

    @classmethod
    def from_hugginggpt(
        cls, tasks: str | Iterable[Mapping[str, Any]], resources: Iterable[Resource] | None = None
    ) -> Self:
        """Read the JSON of the paper or of JARVIS (`paper.py`), and insert the converters that it leaves out.

        A file name that is one of `resources` becomes that resource; any other, one that is missing. With `resources`,
        data that is none of them is refused: a plan from outside must not name a stranger's files. Raises `InvalidPlan`.
        """
        try:
            return cls(tasks=tuple(with_converters(paper.read_tasks(tasks, resources))))
        except ValidationError as error:
            raise InvalidPlan(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()) from None

    def to_hugginggpt(self) -> list[dict[str, Any]]:
        """Write the paper's JSON; fields that it lacks (parameters, goal) are further keys."""
        return [paper.write_task(task) for task in self.tasks]

    @cached_property
    def by_id(self) -> dict[int, Task]:
        """The tasks by id."""
        return {task.id: task for task in self.tasks}

    def unused(self, files: Iterable[Resource]) -> tuple[Resource, ...]:
        """Those of the files that no task takes."""
        taken = {
            (resource.name, resource.sha256)
            for task in self.tasks
            for value in task.inputs.values()
            for resource in resources_in(value)
        }
        return tuple(file for file in files if (file.name, file.sha256) not in taken)

    @cached_property
    def digest(self) -> str:
        """Sixteen hex digits that name this plan's content."""
        return hashlib.sha256(json.dumps(self.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()[:16]


def _problems(tasks: tuple[Task, ...]) -> Iterable[str]:
    if len(tasks) > MAX_TASKS:
        yield f"{len(tasks)} tasks are more than the {MAX_TASKS} that a plan may have"
        return
    by_id: dict[int, Task] = {}
    for task in tasks:
        if task.id in by_id:
            yield f"two tasks have the id {task.id}"
        by_id[task.id] = task
        if task.type not in VOCABULARY:
            yield f"task {task.id}: there is no task type {task.type!r}{_did_you_mean(task.type)}"
    sources = [task.depends_on for task in tasks]
    for task, needed in zip(tasks, sources, strict=True):
        for missing in (source for source in needed if source not in by_id):
            yield f"task {task.label} refers to task {missing}, which is not in the plan"
        if task.type in VOCABULARY:
            yield from _input_problems(task, by_id)
            yield from _parameter_problems(task)
    yield from _cycle({task.id: needed for task, needed in zip(tasks, sources, strict=True)})


def _did_you_mean(name: str) -> str:
    near = get_close_matches(name[:LONGEST_TYPE], VOCABULARY, n=3)
    return f"; near it: {', '.join(near)}" if near else ""


def _input_problems(task: Task, by_id: Mapping[int, Task]) -> Iterable[str]:
    row = VOCABULARY[task.type]
    known = {port.name: port for port in row.inputs}
    for port in row.inputs:
        if port.required and task.inputs.get(port.name) in (None, "", ()):
            yield f"task {task.label} needs {port.name} ({' or '.join(port.kinds)}), and gets none"
    for name, value in task.inputs.items():
        if name not in known:
            yield f"task {task.label} has no input {name!r}; it takes {', '.join(known) or 'nothing'}"
            continue
        for member in singles_in(value):
            if problem := _kind_problem(task, known[name], member, by_id):
                yield problem


def _kind_problem(task: Task, port: Input, value: Single, by_id: Mapping[int, Task]) -> str | None:
    required = " or ".join(port.kinds)
    match value:
        case str() | Template() if not port.takes("text"):
            return f"task {task.label} needs {required} for {port.name}, but is given text"
        case Resource() if not port.takes(value.kind):
            return f"task {task.label} needs {required} for {port.name}, but {value.label} is {value.kind}"
        case Ref() if value.task_id in by_id and by_id[value.task_id].type in VOCABULARY:
            return _ref_problem(task, port, value, by_id[value.task_id])
        case Template():
            text = Input(name=port.name, kinds=("text",))
            made = (_kind_problem(task, text, part, by_id) for part in value.parts if isinstance(part, Ref))
            return next((problem for problem in made if problem), None)
    return None


def _ref_problem(task: Task, port: Input, ref: Ref, source: Task) -> str | None:
    row = VOCABULARY[source.type]
    required = " or ".join(port.kinds)
    if ref.output and not (output := row.output(ref.output)):
        return f"task {source.label} makes {', '.join(o.name for o in row.outputs)}, not {ref.output!r}"
    if ref.output and output and port.takes(output.kind):
        return None
    if not ref.output and row.output_for(port):
        return None
    made = ", ".join(o.kind for o in row.outputs)
    return f"task {task.label} needs {required} for {port.name}, but task {source.label} makes {made}"


def _parameter_problems(task: Task) -> Iterable[str]:
    row = VOCABULARY[task.type]
    for name, value in task.parameters.items():
        parameter = row.parameter(name)
        if parameter is None:
            known = ", ".join(p.name for p in row.parameters) or "none"
            yield f"task {task.label} has no parameter {name!r}; it has {known}"
        elif problem := parameter.problem_with(value):
            yield f"task {task.label}: {name} {problem}"


def _cycle(sources: Mapping[int, Iterable[int]]) -> Iterable[str]:
    try:
        TopologicalSorter(sources).prepare()
    except CycleError as error:
        yield f"tasks wait for each other in a circle: {' -> '.join(map(str, error.args[1]))}"


def _resolved(task: Task, by_id: Mapping[int, Task]) -> Task:
    """The task with the output named in every reference, so that no later step has to guess it."""

    def name_output(value: Single, port: Input) -> Single:
        match value:
            case Ref(output="") if output := VOCABULARY[by_id[value.task_id].type].output_for(port):
                return Ref(task_id=value.task_id, output=output.name)
            case Template():
                text = Input(name=port.name, kinds=("text",))
                parts = (name_output(part, text) if isinstance(part, Ref) else part for part in value.parts)
                return Template(parts=tuple(parts))  # type: ignore[arg-type]  # name_output keeps the variant
        return value

    ports = {port.name: port for port in VOCABULARY[task.type].inputs}
    return task.with_inputs(lambda name, value: name_output(value, ports[name]))

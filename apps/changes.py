"""`Changes`: what a fork does otherwise than its parent, with the names of outputs: `2`, `2.text`, `3[1].image`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from os import PathLike
from typing import Any, Self

from typing_extensions import TypedDict

from ..graph.advice import output
from ..graph.errors import UsageError
from ..graph.options import Options
from ..graph.plan import Plan
from ..nodes.run_options import raised_limits

_NAME = re.compile(r"(\d{1,9})((?:\[\d{1,9}\])*)(?:\.([\w-]+))?")


def form_of_outputs() -> str:
    """How outputs are given, by examples."""
    return f"e.g. {output('2.text', 'new text')}, {output('2', '@picture.png')}, {output('3[1]', '@page.png')}"


class GivenChanges(TypedDict, total=False):
    """Changes as arguments; see `Changes`."""

    outputs: Mapping[Any, "str | PathLike[str]"]
    models: Mapping[Any, str]
    redo: "Sequence[int | str] | int | str"
    plan: "Plan | str | Sequence[Mapping[str, Any]] | None"
    at: str | None
    thread_id: str | None
    options: "Options | Mapping[str, Any] | None"


@dataclass(frozen=True)
class Changes:
    """All are checked before anything is recorded; a `UsageError` names what can't be changed."""

    outputs: Mapping[str, "str | PathLike[str]"] = field(default_factory=dict)
    """By task, `TASK[MEMBER].OUTPUT`: its text, or the path of a file; member and output only where there are several."""
    models: Mapping[str, str] = field(default_factory=dict)
    """Model id by task id or task type."""
    redo: Sequence[int] = ()
    """Ids of tasks to be done again, though their results are known."""
    plan: "Plan | str | Sequence[Mapping[str, Any]] | None" = None
    """Another plan, or the paper's JSON of one. Tasks that are the same as before are not done again."""
    at: str | None = None
    """The checkpoint of the parent to fork from, or the beginning of its id; by default its newest."""
    limits: Mapping[str, Any] = field(default_factory=dict)
    """`max_llm_calls`, `max_cost`, ...; by default those of the parent."""
    thread_id: str | None = None
    """The conversation of the fork; by default a new one."""

    @classmethod
    def of(cls, given: GivenChanges) -> Self:
        """As Python's callers give them: a task may be named by its number too. Raises `UsageError`."""
        named = {f.name for f in fields(cls)} - {"limits"} | {"options"}
        if unknown := sorted(set(given) - named):
            raise UsageError(f"a fork has no {', '.join(unknown)}", hint=f"it has {', '.join(sorted(named))}")
        kept: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        for name in kept.keys() & {"outputs", "models"}:
            kept[name] = _by_task(name, kept[name])
        for name in kept.keys() & {"at", "thread_id"}:
            if not isinstance(kept[name], str) or not kept[name].strip():
                raise UsageError(f"{name} is {kept[name]!r}, and must be a text", hint=f"e.g. {name}='5f0c1a'")
        if "redo" in kept:
            kept["redo"] = _task_ids(kept["redo"])
        if not isinstance(kept.get("plan"), Plan | Iterable | None):
            raise UsageError(f"the plan is of type {type(kept['plan']).__name__}", hint="give the paper's JSON list")
        if "options" in kept:
            kept["limits"] = raised_limits(kept.pop("options"))
        return cls(**kept)

    def check_tasks(self, plan: Plan) -> None:
        """Raises `UsageError` for tasks that the plan does not have, and for changes that exclude each other."""
        types = {task.type for task in plan.tasks}
        named = [int(name) for name in self.models if name.isdecimal()]
        edited = {read_name(name)[0] for name in self.outputs}
        there = ", ".join(task.label for task in plan.tasks)
        if unknown := sorted({*edited, *self.redo, *named} - plan.by_id.keys()):
            raise UsageError(
                f"the plan has no task {', '.join(map(str, unknown))}", hint=f"it has {there or 'no task'}"
            )
        if absent := sorted(name for name in self.models if not name.isdecimal() and name not in types):
            raise UsageError(f"the plan has no task of type {', '.join(absent)}", hint=f"it has {there or 'no task'}")
        if twice := sorted(edited & {*self.redo, *named}):
            raise UsageError(
                f"task {twice[0]} is given its output, and is to be done too",
                hint="leave out the one or the other",
            )


def _by_task(name: str, given: Any) -> dict[str, Any]:
    """`outputs` or `models` by the name of a task as text. Raises `UsageError`."""
    types: tuple[type, ...] = (str,) if name == "models" else (str, PathLike)
    example = "models={0: 'owner/model'}" if name == "models" else form_of_outputs()
    if not isinstance(given, Mapping):
        raise UsageError(f"{name} is {given!r}, and must be an object that names tasks", hint=example)
    found = dict[str, Any]()
    for task, value in given.items():
        if not isinstance(value, types):
            kind = "the id of a model" if name == "models" else "a text or a path"
            raise UsageError(f"{name}: {value!r} is given to {task}, and must be {kind}", hint=example)
        if str(task) in found:
            raise UsageError(f"{name} names {task} twice", hint="leave one of them out")
        found[str(task)] = value
    return found


def _task_ids(given: Any) -> tuple[int, ...]:
    """`redo`: one number, or several. Raises `UsageError`."""
    each = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    for one in each:
        if isinstance(one, bool) or not isinstance(one, int | str) or not str(one).strip().isdecimal():
            raise UsageError(f"redo: {one!r} is no number of a task", hint="e.g. redo=[0, 2]")
    return tuple(int(one) for one in each)


def read_name(name: str) -> tuple[int, str, str]:
    """Task id, member key (empty for the whole task) and output name (empty where none is named). Raises `UsageError`."""
    found = _NAME.fullmatch(name.strip())
    if not found:
        raise UsageError(f"{name!r} names no output of a task", hint=form_of_outputs())
    return int(found[1]), found[1] + found[2] if found[2] else "", found[3] or ""

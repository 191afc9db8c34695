"""`with_files_reread`: a run for a retry, with files that can be used now, or were read in part and have changed since."""

from collections.abc import Mapping
from pathlib import Path

from ..graph.errors import InvalidInput
from ..graph.plan import Plan
from ..graph.ports import Fetcher
from ..graph.resource import Resource
from ..graph.result import Run
from ..graph.state import epoch_of
from ..graph.task import Single, Task, Value, resources_in

_AGAIN = "it was read again from"


async def with_files_reread(run: Run, fetcher: Fetcher) -> Run:
    """The run with its files, plan and epoch changed; the same one where no file can be used that could not be before.

    Its repairs name the files. Raises `InvalidPlan` where one is of a kind that its task can't take.
    """
    run = run.model_copy(update={"repairs": tuple(each for each in run.repairs if _AGAIN not in each)})  # each once
    in_part = {row.task_id for row in run.results if any(member.key == row.key for member in row.missing)}
    named = {
        resource.name: resource
        for task in run.plan.tasks
        for value in task.inputs.values()
        for resource in resources_in(value)
        if resource.name and (resource.missing or (resource.producer is None and task.id in in_part))
    }
    read = dict[str, Resource]()
    for name, before in named.items():
        try:
            now = await fetcher.fetch(name)
        except InvalidInput:
            continue
        if now.sha256 != before.sha256:
            read[name] = now
    if not read:
        return run
    plan = Plan(tasks=tuple(_with(read, task) for task in run.plan.tasks))
    given = {file.name: file for file in run.request.files} | read  # an edited plan may name others
    why = {name: "could not be used" if named[name].missing else "was read in part" for name in read}
    repairs = tuple(f"{name} {why[name]} before; {_AGAIN} {_place(name)}" for name in read)
    changed = run.model_copy(
        update={
            "plan": plan,
            "request": run.request.model_copy(update={"files": tuple(given.values())}),
            "repairs": tuple(dict.fromkeys((*run.repairs, *repairs))),
        }
    )
    return changed.model_copy(update={"epoch": epoch_of(run, plan, [row for row in run.results if row.edited])})


def _with(read: Mapping[str, Resource], task: Task) -> Task:
    def single(value: Single) -> Single:
        return read.get(value.name or "", value) if isinstance(value, Resource) and value.producer is None else value

    inputs: dict[str, Value] = {
        name: tuple(single(member) for member in value) if isinstance(value, tuple) else single(value)
        for name, value in task.inputs.items()
    }
    return task.model_copy(update={"inputs": inputs})


def _place(name: str) -> str:
    return name if "://" in name else str(Path(name).expanduser().resolve())

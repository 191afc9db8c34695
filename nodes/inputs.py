"""`gather_inputs`: a task's inputs as local files: references resolved, templates filled; lists split for mapping."""

from collections.abc import Mapping

from ..graph.call import Material
from ..graph.errors import ExpertError
from ..graph.plan import Plan
from ..graph.ports import Store
from ..graph.resource import INLINE_LIMIT, Resource
from ..graph.result import Result
from ..graph.task import Ref, Single, Task, Template, Value
from ..graph.vocabulary import VOCABULARY

Inputs = dict[str, tuple[Material, ...]]
"""By input name of the task type."""


async def gather_inputs(task: Task, rows: Mapping[str, Result], store: Store) -> Inputs:
    """Every input of the task. `rows`: the results it depends on, all succeeded. Raises `ExpertError`."""
    found = {name: await _materials(value, rows, store) for name, value in task.inputs.items()}
    return {name: materials for name, materials in found.items() if materials}


def members_of(task: Task, inputs: Inputs) -> list[Inputs] | None:
    """The inputs of each member, where a list was given to an input that takes one thing; None where none was.

    Several lists are paired and must be equally long; single inputs go to every member.
    """
    one_at_a_time = {port.name for port in VOCABULARY[task.type].inputs if not port.many}
    lists = {name: values for name, values in inputs.items() if name in one_at_a_time and len(values) > 1}
    if not lists:
        return None
    lengths = {len(values) for values in lists.values()}
    if len(lengths) > 1:
        named = ", ".join(f"{name}: {len(values)}" for name, values in lists.items())
        raise ExpertError(f"task {task.label} is given lists of different lengths ({named})", input_fault=True)
    return [inputs | {name: (values[number],) for name, values in lists.items()} for number in range(lengths.pop())]


async def _materials(value: Value, rows: Mapping[str, Result], store: Store) -> tuple[Material, ...]:
    if isinstance(value, tuple):
        return tuple([material for single in value for material in await _materials(single, rows, store)])
    return tuple([Material(resource=r, path=store.path(r)) for r in await _resources(value, rows, store)])


async def _resources(value: Single, rows: Mapping[str, Result], store: Store) -> tuple[Resource, ...]:
    match value:
        case str():
            return (await store.put_text(value),)
        case Template():
            parts = [p if isinstance(p, str) else _text(_made(p, rows), store) for p in value.parts]
            return (await store.put_text("".join(parts)),)
        case Ref():
            return _made(value, rows)
        case Resource() if value.missing:
            raise ExpertError(
                f"{value.name} is not there", hint="attach it with -f, or check its name", input_fault=True
            )
    return (value,)


def _made(ref: Ref, rows: Mapping[str, Result]) -> tuple[Resource, ...]:
    made = rows[str(ref.task_id)].outputs.get(ref.output)
    if made is None:
        raise ExpertError(f"task {ref.task_id} made no {ref.output}", input_fault=True)
    return made


def _text(resources: tuple[Resource, ...], store: Store) -> str:
    return ", ".join(Material(resource=r, path=store.path(r)).text() for r in resources)


async def long_texts_stored(plan: Plan, store: Store) -> Plan:
    """The plan with long literal texts moved to the store: a checkpoint carries references, not content."""

    async def stored(value: Single) -> Single:
        if isinstance(value, str) and len(value.encode("utf-8", "replace")) > INLINE_LIMIT:
            return await store.put_text(value)
        return value

    async def with_stored_inputs(task: Task) -> Task:
        inputs: dict[str, Value] = {
            name: tuple([await stored(v) for v in value]) if isinstance(value, tuple) else await stored(value)
            for name, value in task.inputs.items()
        }
        return task if inputs == task.inputs else task.model_copy(update={"inputs": inputs})

    tasks = tuple([await with_stored_inputs(task) for task in plan.tasks])
    return plan if tasks == plan.tasks else Plan(tasks=tasks)

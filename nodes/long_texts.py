"""`long_texts_stored`: moves long texts of a plan to the store, so that checkpoints carry references and not content."""

from ..graph.plan import Plan
from ..graph.ports import Store
from ..graph.resource import INLINE_LIMIT
from ..graph.task import Single, Task, Value


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

"""`start_fork`: records a run that goes on from another one with changes, and the checkpoint that it begins with.

All is checked first. Then its rows are committed at once, then its checkpoint: killed in between, a resume makes that from
the rows.
"""

from uuid import uuid4

from langchain_core.messages import AnyMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple

from ..checkpoints.history import History
from ..graph.advice import again, command
from ..graph.clock import now
from ..graph.errors import UsageError
from ..graph.plan import Plan
from ..graph.result import EDITED, PLAN_EDITED, Run
from ..graph.world import World
from ..nodes.feasibility import refuse_unable
from ..nodes.forks import BY_HAND, begin_fork, fork_of, state_of_fork
from ..nodes.given_plan import with_tasks
from ..nodes.known_data import known_data
from ..nodes.long_texts import long_texts_stored
from ..tools.redaction.configured_secrets import redactor_of
from .changes import Changes
from .given_outputs import edited_results
from .run_at import checkpoints_with_plan, run_at


async def start_fork(world: World, parent: Run, changes: Changes) -> Run:
    """The recorded fork. Raises `UsageError` for what can't be changed; then nothing is recorded."""
    # 1. what it goes on from
    recorded = await world.ledger.runs.recorded(parent.run_id)
    _check(recorded or parent)  # the caller may have read it before its retry began
    run_id = uuid4().hex[:10]
    thread_id = changes.thread_id or run_id
    await History(world.ledger).check_finished(thread_id)
    if recorded is None:
        await world.graph.restore(_config(parent.thread_id))
    base = parent if changes.at is None else await _at(world, parent, changes.at)
    # 2. what differs
    plan = await _plan(world, base, changes)
    changes.check_tasks(plan)
    edited = await edited_results(changes, plan, base, world)
    models = {
        name: model for name, model in base.options.models.items() if not name.isdecimal() or int(name) in plan.by_id
    }
    given = {str(int(name)) if name.isdecimal() else name: model for name, model in changes.models.items()}
    await refuse_unable(plan, world.catalog, given, base.options.where)
    redo = tuple(sorted(set(changes.redo)))
    options = base.options.model_copy(
        update={"models": {**models, **given}, "redo": redo}
        | dict(await world.ledger.runs.kept_limits(thread_id))
        | {name: limit for name, limit in changes.limits.items() if limit is not None}
    ).begun(now())
    said = [PLAN_EDITED] if plan.digest != base.plan.digest else []
    by_hand = [row for row in edited if row not in base.results]
    said += [f"the result of task {plan.by_id[row.task_id].label} was {EDITED}" for row in by_hand]
    for name, model in given.items():
        which = f"task {plan.by_id[int(name)].label}" if name.isdecimal() else f"every {name} task"
        said.append(f"{which} was given to {model} {BY_HAND}")
    fork = fork_of(
        base, run_id=run_id, thread_id=thread_id, plan=plan, options=redactor_of(world.settings).record(options),
        edited=edited, changes=said,
    )  # fmt: skip
    # 3. the rows, then the checkpoint
    await begin_fork(base, fork, world.ledger, world.store)
    made = await world.ledger.runs.recorded(run_id) or fork
    await write_first_checkpoint(world, made)
    return made


async def write_first_checkpoint(world: World, fork: Run) -> None:
    """The checkpoint from which a fork goes on, made from its rows; `review` comes next."""
    config, request = _config(fork.thread_id), HumanMessage(fork.request.text)
    parent = await world.ledger.runs.recorded(fork.parent or "")
    messages: list[AnyMessage] = await _conversation(world, parent) if parent else []
    messages = messages or [request]
    if await world.graph.newest(config):  # a conversation that goes on
        messages = [messages[-1].model_copy(update={"id": None})]
    await world.graph.aupdate_state(config, {**state_of_fork(fork), "messages": messages}, as_node="plan")


def _check(parent: Run) -> None:
    if parent.status in {"running", "cancelling"}:
        raise UsageError(
            f"run {parent.run_id} is {parent.status}; it can be forked once it has stopped",
            hint=f"wait for it, or end it: {command(f'cancel {parent.run_id}')}",
        )
    if parent.status == "damaged":
        raise UsageError(f"run {parent.run_id} is damaged: {parent.answer}", hint=f"make the request again: {again()}")


async def _plan(world: World, base: Run, changes: Changes) -> Plan:
    """The plan of the fork, with its files read. Raises `InvalidPlan`."""
    given = changes.plan
    if given is None:
        if not base.plan.tasks:
            raise UsageError(
                f"run {base.run_id} planned nothing", hint=f"give it a plan, or make the request again: {again()}"
            )
        return base.plan
    tasks = given.to_hugginggpt() if isinstance(given, Plan) else given
    if not isinstance(tasks, str):
        tasks = list(tasks)
    plan = with_tasks(Plan.from_hugginggpt(tasks, await known_data(base, base.plan, tasks, world.fetcher)))
    return await long_texts_stored(redactor_of(world.settings).record(plan), world.store)


async def _at(world: World, parent: Run, name: str) -> Run:
    """The run as a checkpoint has it, with what is recorded for the plan of then. Raises `UnknownRun`."""
    then = await run_at(world, parent, name)
    rows = await world.ledger.results(then.epoch, [task.key for task in then.plan.tasks])
    known = {name: getattr(then, name) for name in ("plan", "options", "epoch", "repairs")}
    return parent.model_copy(update={**known, "results": tuple(rows[t.key] for t in then.plan.tasks if t.key in rows)})


async def _conversation(world: World, run: Run) -> list[AnyMessage]:
    """The messages up to the request of a run; none where its checkpoints are gone."""
    first: CheckpointTuple | None = None
    async for saved in checkpoints_with_plan(world, run):
        first = saved
    messages = list(first.checkpoint["channel_values"].get("messages") or []) if first else []
    while messages and messages[-1].type != "human":
        messages.pop()
    return messages


def _config(thread_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread_id}}

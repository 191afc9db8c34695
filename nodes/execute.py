"""The stage `execute`: does a task by its expert, records the result in the ledger, wakes tasks that wait, reports it."""

from collections.abc import Mapping

from ..graph.errors import ExpertError
from ..graph.events import TaskFinished, emit
from ..graph.expert import NO_EXPERT, Assignment
from ..graph.ports import Catalog, Cutter, Ledger, Store
from ..graph.result import Result
from ..graph.state import Json, Node, TaskState
from ..graph.task import Task
from .execution import current
from .expert_calls import ExpertCalls
from .feasibility import why_no_expert
from .inputs import causes_of, gather_inputs, missing_files, required_by
from .list_results import result_of
from .lists import Given, given_to
from .recorded_inputs import wait_for_inputs
from .task_execution import TaskExecution

_FATES = {"failed": "failed", "skipped": "was skipped", "cancelled": "was cancelled"}


def execute_node(
    *, catalog: Catalog, expert_calls: ExpertCalls, ledger: Ledger, store: Store, cut: Cutter
) -> Node[TaskState]:
    """The stage after `select`, once all inputs are recorded. An expert's failure is a result, no exception."""

    async def execute(state: TaskState) -> Json:
        task, run = Task.model_validate(state["task"]), state["run"]
        known = current().rows
        row = await known.own(run["epoch"], task.key, ledger)
        recorded = row is not None
        if (
            row is None
        ):  # `select` has waited, or on another host, which ended before the results were in the checkpoint
            rows = await wait_for_inputs(task, run["epoch"], ledger, known)
            async with current().working(run["run_id"]):
                made = await do(task, state, rows)
                made = made.model_copy(update={"notes": (*made.notes, run["again"])}) if "again" in run else made
                row = await ledger.put(run["run_id"], run["thread_id"], run["epoch"], made)
            known.add(run["epoch"], row)
            ledger.board.wake(run["epoch"], row.key)
        paths = {resource.sha256: str(store.path(resource)) for resource in row.resources if resource.sha256}
        emit(TaskFinished(run_id=run["run_id"], result=row, recorded=recorded, paths=paths))
        return {"results": {row.key: row.model_dump(mode="json")}}

    async def do(task: Task, state: TaskState, rows: Mapping[str, Result]) -> Result:
        """The task's own result. `rows`: the results it depends on."""
        run, chosen = state["run"], state.get("assignment")
        required = {str(task_id) for task_id in required_by(task)}
        if broken := next((row for key, row in rows.items() if key in required and not row.ok), None):
            why = f"needs task {broken.task_id} ({broken.task_type}), which {_FATES[broken.status]}"
            return result_of(task, task.key, "skipped", error=why, name=broken.name, members=causes_of(broken))
        if chosen is None:
            obstacle = await why_no_expert(task, catalog, run["models"], run.get("where", []))
            reasons = filter(None, (missing_files(task), f"{NO_EXPERT}: {obstacle}"))
            return result_of(task, task.key, "failed", error="; ".join(reasons))
        try:
            given = given_to(task, await gather_inputs(task, rows, store))
        except ExpertError as error:
            return result_of(task, task.key, "failed", error=error.line)
        execution = TaskExecution(task, Assignment.model_validate(chosen), run, expert_calls, ledger, store, cut)
        return await (execution.whole(task.key, given) if isinstance(given, Given) else execution.mapped(given))

    return execute

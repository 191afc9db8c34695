"""`fork_of` makes a run of its own from another one and what was changed; `begin_fork` records it, with its first state.

What a fork certainly has in common with its parent is copied into its own epoch: tasks that are the same, by the same
choice, from results that are the same. Every other task is sent, and finds a call of the same fingerprint in the line of
runs, or is done. Nothing of the parent is written.
"""

import asyncio
from collections.abc import Sequence

from langgraph.types import Overwrite

from ..graph.clock import now
from ..graph.options import Options
from ..graph.plan import Plan
from ..graph.ports import Ledger, Store
from ..graph.result import Result, Run
from ..graph.state import Json, epoch_of
from ..graph.task import Task
from ..graph.version import GRAPH_VERSION
from .given_plan import refusals_with

BY_HAND = "by hand"
"""How a sentence about a change that a user made ends; it is among the repairs of a run."""
_REDONE = f"was set to be done again {BY_HAND}"
_GONE = "is not in this home: the task is done again"


def fork_of(
    parent: Run,
    *,
    run_id: str,
    thread_id: str,
    plan: Plan,
    options: Options,
    edited: Sequence[Result] = (),
    changes: Sequence[str] = (),
) -> Run:
    """`edited`: results by hand, which are its `results`. `changes`: what differs from the parent, a sentence each."""
    kept = (line for line in parent.repairs if not line.endswith((_REDONE, _GONE)))
    redone = (f"task {plan.by_id[task_id].label} {_REDONE}" for task_id in options.redo if task_id in plan.by_id)
    run = Run(
        run_id=run_id,
        thread_id=thread_id,
        parent=parent.run_id,
        request=parent.request.model_copy(update={"thread_id": thread_id, "history": (), "resources": ()}),
        options=options,
        controller=parent.controller,
        plan=plan,
        results=tuple(edited),
        refusals=parent.refusals if plan.digest == parent.plan.digest else refusals_with(plan, parent),
        repairs=tuple(dict.fromkeys((*kept, *changes, *redone))),
        started_at=now(),
        version=GRAPH_VERSION,
    )
    return run.model_copy(update={"epoch": epoch_of(run, plan, edited)})


async def begin_fork(parent: Run, fork: Run, ledger: Ledger, store: Store) -> Json:
    """Record the fork, once; returns the channels of the state before `review`. Raises `UsageError` where it can't begin.

    `parent`: its plan, options and results are those of its `epoch`. A result whose file is gone is made again.
    """
    taken = unaffected(parent, fork)
    gone = await asyncio.to_thread(_without_files, [row for row in parent.results if row.task_id in taken], store)
    if gone:
        redo = tuple(sorted({*fork.options.redo, *gone}))
        lost = (f"a file that task {fork.plan.by_id[task_id].label} made {_GONE}" for task_id in gone)
        options = fork.options.model_copy(update={"redo": redo})
        fork = fork.model_copy(update={"options": options, "repairs": (*fork.repairs, *lost)})
        fork = fork.model_copy(update={"epoch": epoch_of(fork, fork.plan, fork.results)})
        taken = unaffected(parent, fork)
    rows = await ledger.fork(fork, fork.results, taken - {row.task_id for row in fork.results}, parent.epoch)
    recorded = await ledger.runs.recorded(fork.run_id)
    return state_of_fork(recorded or fork, list(rows.values()))


def state_of_fork(fork: Run, rows: Sequence[Result] | None = None) -> Json:
    """The channels of a fork's state before `review`. `rows`: of its epoch; by default its results."""
    own = {task.key for task in fork.plan.tasks}
    bare = fork.model_copy(update={"plan": Plan(), "results": (), "answer": "", "status": "running"})
    found = fork.results if rows is None else rows
    return {
        "run": bare.model_dump(mode="json"),
        "plan": fork.plan.model_dump(mode="json"),
        "results": Overwrite({row.key: row.model_dump(mode="json") for row in found if row.key in own}),
        "problems": [],
        "answer": "",
    }


def unaffected(parent: Run, fork: Run) -> set[int]:
    """Ids of the tasks whose results in the parent are certainly those of the fork: no call can differ."""
    rows, edited = {row.task_id: row for row in parent.results}, {row.task_id: row for row in fork.results}
    if (parent.options.where, parent.options.select) != (fork.options.where, fork.options.select):
        return set()
    found = set[int]()
    for task in fork.plan.tasks:
        row = rows.get(task.id)
        if task.id in edited:
            same = row == edited[task.id]
        else:
            same = (
                row is not None
                and row.status == "succeeded"
                and not row.edited
                and task.id not in fork.options.redo
                and parent.plan.by_id.get(task.id) == task
                and _model(parent, task) == _model(fork, task)
            )
        if same and found.issuperset(task.depends_on):
            found.add(task.id)
    return found


def _model(run: Run, task: Task) -> str | None:
    """The model that the user chose for a task."""
    return run.options.models.get(task.key) or run.options.models.get(task.type)


def _without_files(rows: Sequence[Result], store: Store) -> list[int]:
    """Ids of the tasks of which a result has a file that is not in the home."""
    return [
        row.task_id
        for row in rows
        if not all(store.path(made).is_file() for made in row.resources if made.sha256 and made.text is None)
    ]

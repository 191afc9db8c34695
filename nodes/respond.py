"""Respond: tell the user what came of it, and close the run."""

import asyncio
from typing import Any

from langchain_core.messages import AIMessage

from ..graph.events import AnswerDelta, RunFinished, emit
from ..graph.plan import Plan
from ..graph.ports import Controller, Ledger, Store
from ..graph.resource import Resource
from ..graph.result import Result, Run, status_of
from ..graph.state import State, epoch_of
from .llm_budget import Spending
from .plan import turns_of

REFUSED = "The plan was refused; nothing was run."


async def respond(state: State, *, controller: Controller, ledger: Ledger, store: Store) -> dict[str, Any]:
    """Have the controller write the answer from what the ledger holds, piece by piece."""
    run = _whole(state)
    await ledger.own(run.run_id)
    spending = Spending(ledger, run.run_id)
    pieces: list[str] = []
    if run.status == "cancelled":
        pieces.append(REFUSED)
        emit(AnswerDelta(run_id=run.run_id, text=REFUSED))
    else:
        made = [resource for result in run.results for resource in result.resources]
        paths = {r.sha256: store.path(r) for r in (*run.request.files, *made) if r.sha256}
        earlier = [turn for turn in turns_of(state) if turn != ("user", run.request.text)]
        told = run.request.model_copy(update={"history": tuple(earlier)})
        try:
            async for piece in controller.answer(run.model_copy(update={"request": told}), paths, spending):
                pieces.append(piece)
                emit(AnswerDelta(run_id=run.run_id, text=piece))
        except BaseException:
            await asyncio.shield(ledger.interrupt(run.run_id))
            raise
    ended = {
        "answer": "".join(pieces).strip(),
        "usage": await spending.usage(),
    }
    run = run.model_copy(update=ended)
    await ledger.finish_run(run)
    emit(finished(run, store))
    return {"answer": run.answer, "messages": [AIMessage(run.answer)], "run": _without_results(run)}


def _whole(state: State) -> Run:
    """The run with its plan and results, and the status that follows from them."""
    run, plan = Run.model_validate(state["run"]), Plan.model_validate(state["plan"])
    results = {int(key): Result.model_validate(row) for key, row in state.get("results", {}).items()}
    status = run.status if run.status == "cancelled" else status_of(plan, results, run.refusals)
    return run.model_copy(
        update={
            "plan": plan,
            "epoch": epoch_of(run.run_id, plan.digest),
            "results": tuple(results[task.id] for task in plan.tasks if task.id in results),
            "status": status,
        }
    )


def _without_results(run: Run) -> dict[str, Any]:
    return run.model_copy(update={"plan": Plan(), "results": ()}).model_dump(mode="json")


def finished(run: Run, store: Store) -> RunFinished:
    """The last event of a run, with everything in it."""
    made = [resource for result in run.results for resource in result.resources]

    def told(resource: Resource) -> dict[str, Any]:
        path = None if resource.missing else str(store.path(resource))
        return resource.model_dump(mode="json") | {"path": path}

    return RunFinished(
        run_id=run.run_id,
        thread_id=run.thread_id,
        status=run.status,
        answer=run.answer,
        plan=run.plan.to_hugginggpt(),
        results=[result.model_dump(mode="json") for result in run.results],
        resources=[told(resource) for resource in (*run.request.files, *made)],
        usage=run.usage,
    )

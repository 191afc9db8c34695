"""The stage `respond`: has the controller write the answer from what the tasks made, and closes the run."""

from collections.abc import Sequence

from langchain_core.messages import AIMessage, AIMessageChunk
from langgraph.graph.message import push_message

from ..graph.caveats import collecting, lacks
from ..graph.events import AnswerDelta, RunFinished, emit
from ..graph.plan import Plan
from ..graph.ports import ControllerOf, Ledger, Store
from ..graph.resource import Resource
from ..graph.result import EDITED, REFUSED, Result, Run, status_of
from ..graph.state import Json, Node, State, epoch_in
from .controller_here import ControllerHere
from .execution import current
from .llm_budget import LlmBudget
from .plan import turns_of
from .result_media import media_of


def respond_node(
    *, controllers: ControllerOf, here: ControllerHere, ledger: Ledger, store: Store, files_url: str = ""
) -> Node[State]:
    """The last stage. The answer is sent piece by piece while it is written; what was made stands in its message.

    `files_url`: under which a server has the files of the home.
    """

    async def respond(state: State) -> Json:
        run = complete(state, doubts=())
        await current().own(run.run_id)
        budget = LlmBudget(ledger, run.run_id)
        pieces: list[str] = []
        answer_id = f"answer-{run.run_id}"

        def send(piece: str) -> None:
            pieces.append(piece)
            emit(AnswerDelta(run_id=run.run_id, text=piece))
            push_message(AIMessageChunk(content=piece, id=answer_id), state_key=None)

        if refusal := _refusal(run, state.get("problems") or []):
            send(refusal)
        else:
            paths = {r.sha256: store.path(r) for r in run.resources if r.sha256}
            earlier = [turn for turn in turns_of(state) if turn != ("user", run.request.text)]
            request = run.request.model_copy(update={"history": tuple(earlier)})
            controller = await controllers(run.options.llm)
            with collecting() as heard:
                if other := here.instead_of(run):
                    send(f"{other}.\n\n")
                    if here.lacks_model_of(run):
                        lacks(other)
                async for piece in controller.answer(run.model_copy(update={"request": request}), paths, budget):
                    send(piece)
            run = _doubted(run, tuple(heard.lacks))
            edited = [row.key for row in run.results if row.edited]
            if edited and EDITED not in "".join(pieces):
                send(f"\n\n{', '.join(f'[{key}]' for key in edited)} {EDITED}")
        run = run.model_copy(update={"answer": "".join(pieces).strip(), "usage": await budget.usage()})
        await ledger.runs.finish(run)
        emit(finished(run, store))
        recorded = run.model_copy(update={"plan": Plan(), "results": ()})  # these have channels of their own
        if media := media_of(run, files_url):
            push_message(AIMessageChunk(content=list[str | Json](media), id=answer_id), state_key=None)
        content: list[str | Json] = [{"type": "text", "text": run.answer}, *media]
        message = AIMessage(content if media else run.answer, id=answer_id)
        return {"answer": run.answer, "messages": [message], "run": recorded.model_dump(mode="json")}

    return respond


def _refusal(run: Run, problems: Sequence[str]) -> str:
    """Why nothing was run; empty where something was."""
    if problems:
        return f"The edit was refused, and nothing was run: {'; '.join(problems)}."
    return (run.answer or REFUSED) if run.status == "refused" else ""


def complete(state: State, doubts: tuple[str, ...] | None = None) -> Run:
    """The run in a state, with its plan and results; `doubts`: those about its answer, where they are not the state's."""
    run, plan = Run.model_validate(state["run"]), Plan.model_validate(state["plan"])
    results = {int(key): Result.model_validate(row) for key, row in state.get("results", {}).items()}
    refused = run.status in {"refused", "cancelled"}  # the latter in the checkpoint of an earlier version
    status = "refused" if refused else status_of(plan, results, run.refusals)
    status = "failed" if state.get("problems") else status
    whole = {
        "plan": plan,
        "epoch": epoch_in(state["run"], plan),
        "results": tuple(results[task.id] for task in plan.tasks if task.id in results),
        "status": status,
    }
    return _doubted(run.model_copy(update=whole), run.doubts if doubts is None else doubts)


def _doubted(run: Run, doubts: tuple[str, ...]) -> Run:
    """A run about whose answer there are doubts is done in part."""
    status = "partial" if doubts and run.status == "succeeded" else run.status
    return run.model_copy(update={"doubts": doubts, "status": status})


def finished(run: Run, store: Store) -> RunFinished:
    """The last event of a run, with everything in it."""

    def with_path(resource: Resource) -> Json:
        path = None if resource.missing else str(store.path(resource))
        return resource.model_dump(mode="json") | {"path": path}

    return RunFinished(
        run_id=run.run_id,
        thread_id=run.thread_id,
        status=run.status,
        answer=run.answer,
        plan=run.plan.to_hugginggpt(),
        results=[result.model_dump(mode="json") for result in run.results],
        resources=[with_path(resource) for resource in run.resources],
        usage=run.usage,
    )

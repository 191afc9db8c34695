"""The stage `plan`: starts a run from the request, has the controller turn it into tasks, and records both."""

from collections.abc import Sequence
from uuid import uuid4

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, RemoveMessage
from langgraph.config import get_config
from langgraph.graph.message import REMOVE_ALL_MESSAGES
from langgraph.runtime import get_runtime
from langgraph.types import Overwrite

from ..graph.clock import now
from ..graph.errors import InvalidInput
from ..graph.events import RunStarted, emit
from ..graph.ports import Controller, Fetcher, Ledger, Store
from ..graph.redactor import Redactor
from ..graph.result import Options, Request, Run
from ..graph.state import Json, Node, State, conversation_of, epoch_of, run_id_of
from ..graph.version import GRAPH_VERSION
from .execution import current
from .llm_budget import LlmBudget
from .long_texts import long_texts_stored


def plan_node(
    *,
    controller: Controller,
    fetcher: Fetcher,
    ledger: Ledger,
    store: Store,
    redact: Redactor,
    where: Sequence[str] = (),
) -> Node[State]:
    """The first stage. `where`: places for a run whose options name none; kept with the run, so that a resume keeps them."""

    async def plan(state: State) -> Json:
        # 1. the request
        text, history = _request_of(state)
        if unsaved := await _unsaved_answer(state, ledger):
            history = (*history, ("assistant", unsaved))
        run_id, thread_id = _ids()
        run_id = state.get("run_id") or run_id
        files = await fetcher.gather(text, state.get("files") or [])
        typed, text = text, redact.text(text)  # nothing below holds a secret that the user typed
        request = Request(
            text=text,
            files=tuple(files),
            thread_id=thread_id,
            history=tuple((role, redact.text(turn)) for role, turn in history),
            resources=tuple(await ledger.thread_resources(thread_id)),
        )
        options = redact.record(Options.model_validate(state.get("options") or {}))
        # 2. recorded before anything is spent, so that a run killed while planning can be resumed
        run = Run(
            run_id=run_id,
            thread_id=thread_id,
            request=request,
            options=options.model_copy(update={"where": options.where or tuple(where)}),
            controller=controller.name,
            started_at=now(),
            version=GRAPH_VERSION,
        )
        await current().start(run)
        await ledger.given(run_id, thread_id, request.files)
        emit(RunStarted(run_id=run_id, thread_id=thread_id, request=text))
        # 3. the plan
        proposal = await controller.plan(request, LlmBudget(ledger, run_id))
        refusals = (*current().edits_left, *proposal.refusals)
        proposal = proposal.model_copy(
            update={"plan": await long_texts_stored(proposal.plan, store), "refusals": refusals}
        )
        epoch = epoch_of(run, proposal.plan)
        await ledger.runs.planned(run_id, epoch, proposal, controller.name)
        run = run.model_copy(
            update={
                "epoch": epoch,
                "refusals": proposal.refusals,
                "repairs": proposal.repairs,
                "usage": proposal.usage,
                "request": request.model_copy(update={"history": (), "resources": ()}),
            }
        )
        return {
            "run": run.model_dump(mode="json"),
            "plan": proposal.plan.model_dump(mode="json"),
            "results": Overwrite({}),
            "problems": [],
            "answer": "",
            "messages": _turns_to_add(state, text, unsaved) if state.get("request") or unsaved or text != typed else [],
        }

    return plan


async def _unsaved_answer(state: State, ledger: Ledger) -> str:
    """The answer of the turn before, where its process was killed after it was sent and before its state was saved."""
    before = state.get("run") or {}
    if not before or state.get("answer"):
        return ""
    recorded = await ledger.runs.recorded(str(before.get("run_id")))
    return recorded.answer if recorded and not recorded.unfinished else ""


def _turns_to_add(state: State, text: str, unsaved: str) -> list[BaseMessage]:
    """The request as a turn of the conversation; it replaces the message that brought it, if one did."""
    answer = [AIMessage(unsaved)] if unsaved else []
    if state.get("request"):
        return [*answer, HumanMessage(text)]
    *earlier, brought = state.get("messages") or []
    request = HumanMessage(text, id=brought.id)
    return [RemoveMessage(REMOVE_ALL_MESSAGES), *earlier, *answer, request] if answer else [request]


def _request_of(state: State) -> tuple[str, tuple[tuple[str, str], ...]]:
    turns = turns_of(state)
    text = state.get("request") or ""
    if not text and turns and turns[-1][0] == "user":
        _, text = turns.pop()
    text = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates can't be stored anywhere
    if not text.strip():
        raise InvalidInput("the request is empty", hint="say what is to be done, e.g. 'summarise notes.txt'")
    return text, tuple(turns)


def turns_of(state: State) -> list[tuple[str, str]]:
    """The conversation as (role, text), oldest first."""
    roles = {"human": "user", "ai": "assistant"}
    turns = [(message.type, str(message.text)) for message in state.get("messages") or []]
    return [(roles[role], text) for role, text in turns if role in roles]


def _ids() -> tuple[str, str]:
    """Run and thread id. The run id follows from the checkpoint, where there is one."""
    here = get_runtime().execution_info
    conversation, thread_id = conversation_of(get_config()), get_config().get("configurable", {}).get("thread_id")
    if here is None or thread_id is None or conversation is None:
        return (run_id := uuid4().hex[:10]), conversation or run_id
    return run_id_of(str(thread_id), here.checkpoint_ns, here.checkpoint_id), conversation

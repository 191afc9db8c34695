"""The stage `plan`: starts a run from the request, has the controller turn it into tasks, and records both."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, RemoveMessage
from langgraph.config import get_config
from langgraph.graph.message import REMOVE_ALL_MESSAGES
from langgraph.runtime import get_runtime
from langgraph.types import Overwrite

from ..graph.clock import now
from ..graph.content_blocks import referred, text_of
from ..graph.errors import InvalidInput
from ..graph.events import RunStarted, emit
from ..graph.ports import Backend, Beside, Catalog, ControllerOf, Fetcher, Ledger, Store
from ..graph.redactor import Redactor
from ..graph.resource import Resource
from ..graph.result import Proposal, Request, Run
from ..graph.settings import PLACES
from ..graph.state import RUN_ID, Json, Node, State, conversation_of, epoch_of, run_id_of
from ..graph.version import GRAPH_VERSION
from .controller_here import ControllerHere
from .early_start import EarlyStart
from .execution import current
from .feasibility import refuse_early, refuse_planned
from .given_media import media_in, words_of
from .given_plan import files_named_in, read_given_plan, unused_files, with_attached, with_files
from .llm_budget import LlmBudget
from .long_texts import long_texts_stored
from .run_options import idle_choices, options_of, with_limits
from .turn_before import turn_before


def plan_node(
    *,
    controllers: ControllerOf,
    here: ControllerHere,
    fetcher: Fetcher,
    ledger: Ledger,
    store: Store,
    redact: Redactor,
    backends: Mapping[str, Backend],
    catalog: Catalog | None = None,
    where: Sequence[str] = (),
    limits: Mapping[str, Any] = MappingProxyType({}),
    places: Collection[str] = PLACES,
) -> Node[State]:
    """The first stage. `where`, `limits`: for a run whose options name none; kept with the run, so that a resume keeps them.

    `places`: those that exist here, with or without experts. `catalog`: for what begins while a plan is written; None for
    nothing, as in a recording, which keeps each question in its order.
    """

    async def plan(state: State) -> Json:
        # 1. the request
        run_id, thread_id = _ids()
        given_options = options_of(state.get("options"), current().context, places)
        options = with_limits(given_options, limits, await ledger.runs.kept_limits(thread_id))
        options = redact.record(options)
        await _check_taken_up(ledger)
        controller = await controllers(options.llm)
        text, history = _request_of(state)
        if unsaved := await _unsaved_answer(state, ledger):
            history = (*history, ("assistant", unsaved))
        attached, earlier = _files_of(state)
        given_plan = with_attached(
            await asyncio.to_thread(read_given_plan, state.get("given_plan"), attached), attached
        )
        await refuse_early(given_plan, options.models, catalog, backends, options.where or where)
        gathered = await fetcher.gather(text, [*attached, *files_named_in(given_plan, attached)])
        typed, text = text, redact.text(text)  # nothing below holds a secret that the user typed
        known = await ledger.thread_resources(thread_id)
        given = {resource.name: resource for resource in (*known, *earlier) if resource.producer is None}
        files = [given.get(file.name, file) if file.missing and not file.problem else file for file in gathered]
        hashes = {resource.sha256 for resource in (*known, *files)}
        unknown = [resource for resource in earlier if resource.sha256 not in hashes]
        brought = await asyncio.to_thread(_stored, unknown, store) if unknown else ()
        request = Request(
            text=text,
            files=tuple(files),
            thread_id=thread_id,
            history=tuple((role, redact.text(turn)) for role, turn in history),
            resources=(*known, *brought),
            **turn_before(state),
        )
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
        began = run.model_copy(update={"controller": await current().start(run, beside=_beside())})
        await ledger.given(run_id, thread_id, (*brought, *request.files))
        emit(RunStarted(run_id=run_id, thread_id=thread_id, request=text))
        # 3. the plan
        if given_plan:
            read = with_files(given_plan, files, request.resources)
            proposal = Proposal(plan=read, refusals=unused_files(read, files, attached))
        else:
            async with EarlyStart(catalog, backends, run.options.where) as early:
                proposal = await controller.plan(request, LlmBudget(ledger, run_id, on_drafted=early.of))
            await refuse_planned(proposal, run, catalog, ledger)
        other = (here.instead_of(began),) if here.instead_of(began) else ()
        lacking = other if here.lacks_model_of(began) else ()
        refusals = (*lacking, *current().left, *proposal.refusals, *idle_choices(options.models, proposal.plan))
        proposal = proposal.model_copy(
            update={"plan": await long_texts_stored(proposal.plan, store), "refusals": refusals}
        )
        repairs = (*proposal.repairs, *current().unused, *(other if not lacking else ()))
        proposal = proposal.model_copy(update={"repairs": repairs})
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


async def _check_taken_up(ledger: Ledger) -> None:
    """Raises `InvalidInput` for a run to be taken up by its id that is not an unfinished one of this conversation."""
    if (run_id := get_config().get("configurable", {}).get(RUN_ID)) is None:
        return
    run = await ledger.runs.recorded(str(run_id))
    if run is None or not run.resumable or run.thread_id != conversation_of(get_config()):
        raise InvalidInput(
            f"{RUN_ID} is {run_id!r}, and is no unfinished run of this conversation", hint="leave it out"
        )


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
        return [*answer, _turn(text, [file for file in state.get("files") or [] if not isinstance(file, str)])]
    *earlier, brought = state.get("messages") or []
    blocks = brought.content if isinstance(brought.content, list) else []
    request = _turn(text, [block for block in blocks if text_of(block) is None], brought.id)
    return [RemoveMessage(REMOVE_ALL_MESSAGES), *earlier, *answer, request] if answer else [request]


def _stored(resources: Sequence[Resource], store: Store) -> tuple[Resource, ...]:
    """Those whose files are here still: the runs that brought them may have been deleted."""
    return tuple(resource for resource in resources if store.path(resource).is_file())


def _turn(text: str, media: Sequence[Any], id: str | None = None) -> HumanMessage:
    """A message with a text, and with references to the files that came with it."""
    return HumanMessage([{"type": "text", "text": text}, *media] if media else text, id=id)


def _files_of(state: State) -> tuple[list[str | Resource], list[Resource]]:
    """The files of the request, and those that earlier messages refer to."""
    messages = state.get("messages") or []
    files: list[str | Json] = list(state.get("files") or [])
    if not state.get("request") and messages and messages[-1].type == "human":
        *messages, last = messages
        files += media_in(last)
    read = [file if isinstance(file, str) else referred(file) for file in files]
    earlier = [referred(block) for message in messages for block in media_in(message)]
    return [file for file in read if file], [resource for resource in earlier if resource]


def _request_of(state: State) -> tuple[str, tuple[tuple[str, str], ...]]:
    turns = turns_of(state)
    text = state.get("request") or ""
    if not text and turns and turns[-1][0] == "user":
        _, text = turns.pop()
    text = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates can't be stored anywhere
    if not text.strip():
        what = "the request has files and no words" if any(_files_of(state)) else "the request is empty"
        raise InvalidInput(what, hint="say what is to be done, e.g. 'summarise notes.txt'")
    return text, tuple(turns)


def turns_of(state: State) -> list[tuple[str, str]]:
    """The conversation as (role, text), oldest first."""
    roles = {"human": "user", "ai": "assistant"}
    turns = [
        (message.type, words_of(message) if message.type == "human" else str(message.text))
        for message in state.get("messages") or []
    ]
    return [(roles[role], text) for role, text in turns if role in roles]


def _beside() -> Beside:
    """None where the conversation is the checkpoint thread itself: of two runs there at once, one would lose its turn.

    Inside a parent graph on that thread those of its step, all of one process; for a tool with a thread for each call any.
    """
    here, configured = get_runtime().execution_info, get_config().get("configurable", {})
    if configured.get("thread_id") != conversation_of(get_config()):
        return "any"
    return "of_this_process" if here is not None and "|" in (here.checkpoint_ns or "") else "none"


def _ids() -> tuple[str, str]:
    """Run and thread id. The run id follows from the checkpoint, where there is one."""
    here = get_runtime().execution_info
    configured = get_config().get("configurable", {})
    conversation, thread_id, known = conversation_of(get_config()), configured.get("thread_id"), configured.get(RUN_ID)
    if here is None or thread_id is None or conversation is None:
        return (run_id := known or uuid4().hex[:10]), conversation or run_id
    return known or run_id_of(str(thread_id), here.checkpoint_ns, here.checkpoint_id), conversation

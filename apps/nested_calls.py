"""`nested`: a call of the tool inside a parent graph: its own place among the parent's checkpoints, and one at a time.

LangGraph numbers the graphs that a node calls in the order in which they begin. That order may be another one when two
calls side by side are resumed, and each would go on with the other's run: so a call has the id that the model gave it.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import replace
from threading import Lock
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver

from ..graph.builder import Graph
from ..nodes.attempts import SCRATCHPAD, at_its_place, first
from ..nodes.next_stages import stages_left

# LangGraph's names for what a parent lends; `tests/apps/test_shared_tool.py` notices when they change
_CHECKPOINTER = "__pregel_checkpointer"
_RESUMING = "__pregel_resuming"

_call_id: ContextVar[str | None] = ContextVar("hugginggpt_tool_call", default=None)
_lock = Lock()
_in_progress: dict[tuple[str, str], "Future[None]"] = {}
"""Calls of this process, by thread and place."""


@contextmanager
def called(tool_call_id: str | None) -> Iterator[None]:
    """The body serves that call of a model."""
    token = _call_id.set(tool_call_id)
    try:
        yield
    finally:
        _call_id.reset(token)


def call_id() -> str | None:
    """The id that the model gave the call that is served."""
    return _call_id.get()


async def has_unfinished(graph: Graph, config: RunnableConfig) -> bool:
    """Whether a run of the call was left unfinished: the agent calls it again after an error (`ToolRetryMiddleware`)."""
    saved = await graph.newest(config)
    return saved is not None and bool(stages_left(saved))


def going_on(config: RunnableConfig) -> RunnableConfig:
    """The config of a call that goes on with the run at its place, as one that a parent resumes does."""
    return {**config, "configurable": {**config["configurable"], _RESUMING: True}} if is_lent(config) else config


def is_lent(config: RunnableConfig) -> bool:
    """Whether a parent graph keeps the state of what it calls."""
    return isinstance(config.get("configurable", {}).get(_CHECKPOINTER), BaseCheckpointSaver)


@asynccontextmanager
async def nested(config: RunnableConfig, given: Any) -> AsyncIterator[RunnableConfig]:
    """The config for the graph; `given`: what the call gives it.

    Waits until an earlier execution of the same call has ended: where one of two calls side by side asks a question, the
    parent stops, and the other one is still at work when the answer comes.
    """
    configured = dict(config.get("configurable", {}))
    if (call_id := _call_id.get()) is not None:
        place = f"call{hashlib.sha256(call_id.encode()).hexdigest()[:12]}"
        configured["checkpoint_ns"] = f"{configured.get('checkpoint_ns', '')}|{place}"
        configured[SCRATCHPAD] = replace(configured[SCRATCHPAD], subgraph_counter=first)
    else:
        configured = dict((at_its_place(config, given) or config).get("configurable", {}))
    key = str(configured.get("thread_id")), str(configured.get("checkpoint_ns"))
    mine: Future[None] = Future()
    while True:
        with _lock:
            earlier = _in_progress.setdefault(key, mine)
        if earlier is mine or call_id is None:
            break
        with suppress(asyncio.InvalidStateError):
            await asyncio.shield(asyncio.wrap_future(earlier))
    try:
        yield {**config, "configurable": configured}
    finally:
        with _lock:
            if _in_progress.get(key) is mine:
                del _in_progress[key]
        mine.set_result(None)

"""`RunGraph`: the compiled graph; what comes before the first and after the last stage, at every entry point.

Whatever drives the graph (the command, a tool, a parent graph, LangGraph Server) calls its `astream`: `ainvoke` and
`astream_events` do; `stream`, and so `invoke`, does on the event loop of `graph/background.py`.
"""

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import ensure_config
from langgraph.checkpoint.base import CheckpointTuple
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, StateUpdate

from ..graph.advice import form
from ..graph.background import blocking, iterated
from ..graph.errors import LimitReached
from ..graph.events import RunFinished
from ..graph.options import Options
from ..graph.ports import Fetcher, Ledger, Store
from ..graph.resource import Resource
from ..graph.state import GraphInput, State, conversation_of
from ..graph.traces import end_in_time
from .attempts import at_its_place
from .checked_calls import (
    check_input,
    check_thread,
    check_update,
    is_nested,
    known_context,
    options_inside,
    refuse_reply,
    refuse_to_go_on,
    with_readable_reply,
    without_nothing,
)
from .edited_fields import before_edits
from .execution import Execution, current_execution
from .given_media import Intake, message_passed_over
from .lent_savers import having_read, usable_here
from .next_stages import asks, stages_left
from .respond import complete, finished
from .result_media import with_small_files
from .run_options import options_of
from .run_progress import add_progress
from .shown_graph import ShownGraph
from .take_up import BEFORE_PLAN, edits_in, edits_left_by, question_left_by, restore, take_up

EDITABLE = {"run", "plan", "results"}
"""Channels that a command may update as `update_state` does."""


class RunGraph(ShownGraph):
    """LangGraph's compiled graph, made from one that `StateGraph.compile` returned."""

    def __init__(
        self, *, ledger: Ledger, fetcher: Fetcher, store_of_files: Store, places: Sequence[str], **attributes: Any
    ) -> None:
        super().__init__(store_of_files=store_of_files, **attributes)
        self.ledger = ledger
        self.fetcher = fetcher
        self.places = places

    @classmethod
    def of(
        cls,
        graph: CompiledStateGraph[State, Options, GraphInput, State],
        *,
        ledger: Ledger,
        fetcher: Fetcher,
        store_of_files: Store,
        places: Sequence[str],
    ) -> "RunGraph":
        """A copy of the graph, as `Pregel.copy` makes them."""
        attributes = {name: value for name, value in vars(graph).items() if name != "__orig_class__"}
        ports: Any = {"ledger": ledger, "fetcher": fetcher, "store_of_files": store_of_files, "places": places}
        return cls(**ports, **attributes)

    async def astream(
        self, input: Any, config: RunnableConfig | None = None, **options: Any
    ) -> AsyncGenerator[Any, None]:
        """Stream the graph; see `Pregel.astream`. Raises `RunChanged` for a run of another version of the graph.

        Among the options `saved`: the checkpoint from which it goes on, where the caller has just read it (`newest`).
        """
        end_in_time()
        execution = Execution(self.ledger.runs)
        # a parent keeps what it gets, which is references; events hold no messages
        as_is = ensure_config(config)["configurable"].get("checkpoint_ns") or options.get("stream_mode") == "custom"
        nested = is_nested(config)
        given, served, read = options.pop("context", None), form() == "server", options.pop("saved", None)
        try:
            check_input(input, nested=nested)
            check_thread(config)
            execution.inside = options_inside(options, self.builder.nodes)
            execution.context, execution.unused = known_context(given, served=served)
            options_of(None, execution.context, self.places)  # refused before anything is stored
            config = at_its_place(config, input)
            if isinstance(input, Command) and isinstance(input.update, Mapping) and input.update.keys() & EDITABLE:
                input, config = await self._updated(input, config)
            if isinstance(input, Mapping):
                input = await self._without_data(input, config)
                execution.left = () if nested else message_passed_over(input)
            elif isinstance(input, Command):
                input = with_readable_reply(input)
                if isinstance(input.update, Mapping):
                    input = replace(input, update=await self._without_data(input.update, config))
            config = await self._taken_up(input, config, execution, read)
            stream = cast(AsyncGenerator[Any, None], super().astream(input, config, **options))
            async with aclosing(stream) as parts:
                while True:
                    try:
                        with execution.entered():  # at each step: the caller's context must not keep it
                            async with execution.cancellable():
                                part = await anext(parts)
                    except StopAsyncIteration:
                        return
                    yield part if as_is else await with_small_files(part, self.store_of_files)
        except LimitReached as error:
            await add_progress(error, self.ledger.runs)
            raise
        finally:
            await execution.end()

    def stream(self, input: Any, config: RunnableConfig | None = None, **options: Any) -> Iterator[Any]:
        """The same for callers that are not asynchronous, also inside a running event loop, which waits meanwhile."""
        return iterated(lambda: self.astream(input, config, **options))

    def _resolve_checkpointer(self, config: RunnableConfig) -> Any:
        saver = usable_here(super()._resolve_checkpointer(config))
        execution = current_execution.get(None)
        return having_read(saver, execution.read.pop()) if execution and execution.read else saver

    async def abulk_update_state(
        self, config: RunnableConfig, supersteps: Sequence[Sequence[StateUpdate]]
    ) -> RunnableConfig:
        """As LangGraph does it; data in the values of an update is stored as that of an input is."""
        return await super().abulk_update_state(config, await self._checked(supersteps, config))

    def bulk_update_state(self, config: RunnableConfig, supersteps: Sequence[Sequence[StateUpdate]]) -> RunnableConfig:
        """The same for callers that are not asynchronous."""
        return super().bulk_update_state(config, blocking(lambda: self._checked(supersteps, config)))

    async def _checked(
        self, supersteps: Sequence[Sequence[StateUpdate]], config: RunnableConfig
    ) -> list[list[StateUpdate]]:
        """The updates without data. Raises `InvalidInput` for values that can't be written into a state."""
        for each in (each for updates in supersteps for each in updates):
            check_update(each.values)
        return [
            [
                each._replace(values=dict(await self._without_data(each.values, config)))
                if isinstance(each.values, Mapping)
                else each
                for each in updates
            ]
            for updates in supersteps
        ]

    async def restore(self, config: RunnableConfig) -> None:
        """Record what the newest checkpoint has of its run and the ledger lacks. Raises `RunBusy`."""
        saved = await self._resolve_checkpointer(config).aget_tuple(config)
        execution = Execution(self.ledger.runs)
        try:
            if saved:
                await restore(saved, execution, self.ledger, self.store_of_files)
        finally:
            await execution.end()

    async def edits_in(self, config: RunnableConfig) -> tuple[str, ...]:
        """What a client has edited in the newest checkpoint and was not run, a sentence each."""
        saver = self._resolve_checkpointer(config)
        saved = await saver.aget_tuple(config)
        return (
            await edits_in(saved, await before_edits(saver, saved), self.ledger, self.store_of_files) if saved else ()
        )

    async def end_in(self, config: RunnableConfig) -> RunFinished:
        """The last event of the run that ended in the newest checkpoint.

        A parent that was killed before it recorded what this graph returned continues it, and no event is left to emit.
        """
        state = cast(State, (await self.aget_state(config)).values)
        return finished(complete(state), self.store_of_files)

    async def newest(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The newest checkpoint, or the one that `config` names, as the saver has it; None where there is none."""
        named = ensure_config(config)
        saver = self._resolve_checkpointer(named)
        return await saver.aget_tuple(named) if saver and "thread_id" in named["configurable"] else None

    async def _without_data(self, values: Mapping[str, Any], config: RunnableConfig | None) -> Mapping[str, Any]:
        """The values of an input or update with their data in the store, and references in its place."""
        values = without_nothing(values)
        if values.keys().isdisjoint({"request", "files", "messages"}):
            return values
        conversation = conversation_of(ensure_config(config))

        async def known() -> Sequence[Resource]:
            return () if conversation is None else await self.ledger.thread_resources(conversation)

        return await Intake(self.fetcher, known).without_data(values)

    async def _updated(
        self, command: Command[Any], config: RunnableConfig | None
    ) -> tuple[Command[Any] | None, RunnableConfig]:
        """The command without its update, which is an edit by hand like any other, and where to go on."""
        check_update(command.update)
        if await self.newest(ensure_config(config)) is None:
            refuse_to_go_on(ensure_config(config))
        new = await self.aupdate_state(ensure_config(config), command.update, as_node="plan")
        rest = replace(command, update=None)
        return None if rest == Command() else rest, _at(config, new["configurable"]["checkpoint_id"])

    async def _taken_up(
        self, input: Any, config: RunnableConfig | None, execution: Execution, read: CheckpointTuple | None
    ) -> RunnableConfig | None:
        named = ensure_config(config)
        saved = read or await self.newest(named)
        if saved is None:
            if isinstance(input, Command) or input is None:
                refuse_to_go_on(named)
            return config
        if isinstance(input, Command) and input.resume is not None and not stages_left(saved):
            refuse_reply(named, saved)
        before = await before_edits(self._resolve_checkpointer(named), saved)
        if not (input is None or isinstance(input, Command) or named["configurable"].get("checkpoint_ns")):
            execution.left += await edits_left_by(saved, before, self.ledger, self.store_of_files)
            execution.left += await question_left_by(saved, self.ledger)
            execution.read = [saved]
            return config
        execution.asked = asks(saved) or (isinstance(input, Command) and input.resume is not None)
        latest = await self.newest(_newest_of(named)) if "checkpoint_id" in named["configurable"] else saved
        is_newest = bool(latest and latest.checkpoint["id"] == saved.checkpoint["id"])
        is_nested = bool(named["configurable"].get("checkpoint_ns"))  # its parent says from where it goes on
        new = await take_up(
            self, saved, before, named, execution, self.ledger, self.store_of_files, is_newest=is_newest or is_nested
        )
        run = saved.checkpoint["channel_values"].get("run")
        if not execution.timed and isinstance(run, Mapping) and stages_left(saved) - BEFORE_PLAN:
            await execution.keep_time(str(run.get("run_id")))
        return config if new is None else _at(config, new)


def _newest_of(config: RunnableConfig) -> RunnableConfig:
    """The config without its checkpoint."""
    named = {name: value for name, value in config["configurable"].items() if name != "checkpoint_id"}
    return {**config, "configurable": named}


def _at(config: RunnableConfig | None, checkpoint_id: str) -> RunnableConfig:
    """The config of an execution that goes on from a new checkpoint, which is the newest."""
    config = config or {}
    named = config.get("configurable", {})
    return {**config, "configurable": {**named, "checkpoint_id": checkpoint_id}} if "checkpoint_id" in named else config

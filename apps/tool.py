"""`as_tool`: the graph as one tool of a larger agent, with the answer as content; artifact is the event `run_finished`.

Its progress is forwarded to the parent's `custom` stream as `{"hugginggpt": event}`. With a parent that has a checkpointer
questions and crashes are resumed there, and what was recorded is not run again. Without one, runs are kept in the home.

What an agent may read as a failed call and pass over: a wrong request or file, a controller that can't be reached, a limit,
a run that is busy, cancelled, of another version, or failed. What ends the agent, as an exception: `StorageError` and
`LedgerLost`, since nothing that it does from then on would be kept, and defects.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Annotated, Any, Self
from uuid import uuid4

from langchain_core.messages import ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import StructuredTool, ToolException
from langgraph.config import get_stream_writer
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, WithJsonSchema

from ..graph.advice import call_advises
from ..graph.approval import checked_approval
from ..graph.background import blocking
from ..graph.builder import Graph
from ..graph.errors import HuggingGPTError, InvalidInput, LedgerLost, StorageError, UsageError
from ..graph.events import RunFinished, read_event
from ..graph.options import Options
from ..graph.settings import Settings, settings_for_others, settings_given
from ..graph.state import CONVERSATION, conversation_of
from ..graph.traces import end_in_time
from ..nodes.run_options import options_of
from ..tools.chat_models.models import ChatModel
from .given_files import as_graph_files
from .nested_calls import call_id, called, going_on, has_unfinished, is_lent, nested
from .own_files import OwnFiles
from .shared_world import Share

DESCRIPTION = (
    "Solve a request that needs several AI models for text, images, sound or video: it plans the steps, picks an expert "
    "model for each, runs them, and answers with what each one made. Give files by path or URL."
)
ENDS_AN_AGENT = (StorageError, LedgerLost)
FAILED = frozenset(("failed", "refused"))
"""Statuses of runs that made nothing: the tool's message says `error`."""
AnyFile = Annotated[str | bytes | dict[str, Any], WithJsonSchema({"type": "string"})]


def _files(value: Any) -> Any:
    try:
        return as_graph_files(value)
    except InvalidInput as error:
        raise ValueError(str(error)) from None


class Arguments(BaseModel):
    """The arguments of the tool. A model gives paths and URLs; programs may give bytes and content blocks as well."""

    model_config = ConfigDict(extra="forbid")

    request: str = Field(description="what is to be done, in plain words, with the names of the files it is about")
    files: Annotated[list[AnyFile], BeforeValidator(_files)] = Field(
        default_factory=list, description="paths, URLs or data URLs of files it needs"
    )


class HuggingGPTTool(StructuredTool):
    """The tool that `as_tool` makes: closable, and a context manager."""

    _share: Share = PrivateAttr()

    def run(self, *args: Any, tool_call_id: str | None = None, **named: Any) -> Any:
        """See `BaseTool.run`."""
        with called(tool_call_id):
            return _with_status(super().run(*args, tool_call_id=tool_call_id, **named))

    async def arun(self, *args: Any, tool_call_id: str | None = None, **named: Any) -> Any:
        """See `BaseTool.arun`."""
        with called(tool_call_id):
            return _with_status(await super().arun(*args, tool_call_id=tool_call_id, **named))

    def close(self) -> None:
        """Give back what this process keeps open for it: worker processes, the database. A later call is refused."""
        self._share.close()

    def __deepcopy__(self, memo: object = None) -> Self:
        """As `copy`: what a copy calls is what this process keeps open for both, and can't be doubled."""
        return self.model_copy()

    def __getstate__(self) -> Any:
        raise TypeError("a tool of HuggingGPT can't be pickled: make it with as_tool() in the process that uses it")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def as_tool(
    graph: Graph | None = None,
    *,
    settings: Settings | None = None,
    llm: str | None = None,
    where: str | Iterable[str] | None = None,
    approve: str | None = None,
    file_roots: Iterable[str | Path] | None = None,
    thread: str | None = None,
    options: Options | Mapping[str, Any] | None = None,
    name: str = "hugginggpt",
    description: str = DESCRIPTION,
) -> HuggingGPTTool:
    """A LangChain tool. Content: the answer. Artifact: the `run_finished` event as a dict, with local paths.

    `settings`: by default those of the environment. `llm`, `where`: controller and places, as in `Settings`. `approve`:
    `always`, or where the estimate is over an amount (`cost>0.10`), asks in the parent graph before a plan is run; it is
    answered with `Command(resume=True)`. `file_roots`: the
    folders whose files a request may name, by default the working folder; what the tool made itself may always be named.
    `options`: of each run, e.g. its limits: `{"max_cost": 0.5, "thread_max_cost": 2, "deadline": "10m"}`.
    `thread`: the conversation of its runs, whose later requests may name what earlier ones made; by default the parent's.
    `graph`: one made with `build_graph`, instead of a shared one of these settings.

    Raises `UsageError` for a wrong option. Nothing is opened before the first call.
    """
    try:
        approve = None if approve is None else checked_approval(approve)
    except ValueError as error:
        raise UsageError(f"approve is {approve!r}, and {error}") from None
    if graph is not None and (settings is not None or llm is not None or file_roots is not None):
        raise UsageError(
            "as_tool(graph=...) takes no settings, llm or file_roots: its graph has them",
            hint="give them to build_graph, or leave the graph out",
        )
    if not isinstance(thread, str | None) or (thread is not None and not thread.strip()):
        raise UsageError(f"thread is {thread!r}, and must be a text that names a conversation", hint="thread='trip'")
    if not isinstance(graph, Graph | None):
        raise UsageError(f"as_tool(graph=...) is of type {type(graph).__name__}", hint="give one made with build_graph")
    settings = (settings_given(settings) or settings_for_others()).with_given(
        llm=llm, where=where, file_roots=_folders(file_roots)
    )
    if llm is not None and settings.chat_model:
        ChatModel.of(settings.chat_model, settings)
    settings = settings if settings.file_roots is not None else settings.with_given(file_roots=(Path.cwd(),))
    given = options_of(options, None)
    asked = {} if approve is None else {"approve": approve}
    places = {} if where is None else {"where": settings.where}
    chosen = given.model_copy(update={**asked, **places})
    end_in_time()  # before the agent is traced, which makes LangSmith's client
    share = Share(settings)
    calls = _Calls(graph, share, chosen, thread)
    tool = HuggingGPTTool.from_function(
        func=calls.synchronous,
        coroutine=calls.asynchronous,
        name=name,
        description=description,
        args_schema=Arguments,
        response_format="content_and_artifact",
        handle_tool_error=True,
    )
    assert isinstance(tool, HuggingGPTTool)
    tool._share = share
    return tool


class _Calls:
    """The calls of one tool."""

    def __init__(self, graph: Graph | None, share: Share, options: Options, thread: str | None) -> None:
        self._graph, self._share, self._options, self._thread = graph, share, options, thread
        self._own = OwnFiles()
        self._failed: dict[tuple[str, str], str] = {}
        """Checkpoint threads of calls that an exception ended, by the id that the model gave and the request."""

    def synchronous(self, request: str, config: RunnableConfig, files: Any = ()) -> tuple[str, dict[str, Any]]:
        """For callers that are not asynchronous; also inside a running event loop, which waits meanwhile."""
        return blocking(lambda: self.asynchronous(request, config, files))

    async def asynchronous(self, request: str, config: RunnableConfig, files: Any = ()) -> tuple[str, dict[str, Any]]:
        """One run: content and artifact."""
        lent = is_lent(config)
        if self._options.approve != "never" and not lent:
            raise UsageError(  # no fault of the model that calls the tool: it ends the agent
                f"approve={self._options.approve!r} asks whoever runs the agent, which has no checkpointer to wait with",
                hint="give it one, e.g. create_agent(..., checkpointer=InMemorySaver()), or leave approve out",
            )
        with call_advises("tool"):
            return await self._call(request, config, files, lent)

    async def _call(self, request: str, config: RunnableConfig, files: Any, lent: bool) -> tuple[str, dict[str, Any]]:
        try:
            if lent:
                async with nested(_in_parent(config, self._thread), (request, files)) as inner:
                    last = await self._end_of(request, files, inner)
            else:
                last = await self._end_alone(request, files, config)
        except ENDS_AN_AGENT:
            raise
        except HuggingGPTError as error:
            raise ToolException(str(error)) from error
        self._own.remember(last)
        return _content(last), last.model_dump(mode="json")

    async def _end_alone(self, request: str, files: Any, config: RunnableConfig) -> RunFinished:
        """The same without a parent's checkpointer; what an exception ended goes on when it is called again."""
        called_as = call_id() or uuid4().hex, request
        own_thread = self._failed.pop(called_as, "") or uuid4().hex[:10]
        try:
            return await self._end_of(request, files, _alone(config, self._thread, own_thread))
        except Exception:
            self._failed |= {called_as: own_thread} if call_id() else {}
            raise

    async def _end_of(self, request: str, files: Any, config: RunnableConfig) -> RunFinished:
        """The last event of a run; all of them go to the parent."""
        graph = self._graph or (await asyncio.to_thread(self._share.open)).graph
        if goes_on := call_id() is not None and await has_unfinished(graph, config):
            config = going_on(config)
        files = await self._own.given(request, list(files), graph, conversation_of(config))
        graph_input = {"request": request, "files": files, "options": self._options.model_dump(mode="json")}
        send, last = _parent_stream(), None
        stream = graph.astream(None if goes_on else graph_input, config, stream_mode="custom", subgraphs=True)
        async with aclosing(stream) as parts:
            async for _, part in parts:
                send({"hugginggpt": part})
                event = read_event(part)
                last = event if isinstance(event, RunFinished) else last
        return last or await graph.end_in(config)


def _in_parent(config: RunnableConfig, thread: str | None) -> RunnableConfig:
    """The config of a run inside the call of a parent that keeps its state."""
    return {**config, "configurable": {**config["configurable"], CONVERSATION: thread}} if thread else config


def _alone(config: RunnableConfig, thread: str | None, own_thread: str) -> RunnableConfig:
    """The config of a run of its own: nothing of a parent but its callbacks, and whose conversation it is.

    A checkpoint thread for each call: two calls side by side may belong to one conversation.
    """
    own = {"thread_id": own_thread, CONVERSATION: thread or config.get("configurable", {}).get("thread_id")}
    kept = {key: value for key, value in config.items() if key in ("callbacks", "tags", "metadata", "max_concurrency")}
    return {**kept, "configurable": own}  # type: ignore[typeddict-item]


def _parent_stream() -> Callable[[Any], None]:
    """The writer of the parent graph's stream; outside of a graph one that does nothing."""
    try:
        return get_stream_writer()
    except (KeyError, RuntimeError):
        return lambda _: None


def _content(last: RunFinished) -> str:
    return f"The run failed.\n\n{last.answer}" if last.status == "failed" else last.answer


def _with_status(returned: Any) -> Any:
    """The tool's message, which says `error` where nothing was made; content alone as it is."""
    if isinstance(returned, ToolMessage) and isinstance(returned.artifact, dict):
        returned.status = "error" if returned.artifact.get("status") in FAILED else returned.status
    return returned


def _folders(names: Iterable[str | Path] | None) -> tuple[Path, ...] | None:
    """Folders as settings hold them. One name alone is one folder."""
    if names is None:
        return None
    folders = tuple(
        Path(name).expanduser().absolute() for name in ([names] if isinstance(names, str | Path) else names)
    )
    if missing := [str(folder) for folder in folders if not folder.is_dir()]:
        raise UsageError(f"file_roots: there is no folder {', '.join(missing)}", hint="make it, or leave it out")
    return folders

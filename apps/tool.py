"""`as_tool`: the graph as one tool of a larger agent, with the answer as content; artifact is the event `run_finished`.

Its progress is forwarded to the parent's `custom` stream as `{"hugginggpt": event}`. With a parent that has a checkpointer
a crash is resumed there: what was recorded is not run again.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool, StructuredTool, ToolException
from langgraph.config import get_stream_writer
from pydantic import BaseModel, Field

from ..graph.builder import Graph
from ..graph.errors import HuggingGPTError
from ..graph.events import RunFinished, read_event
from ..graph.settings import settings_for_others

DESCRIPTION = (
    "Solve a request that needs several AI models for text, images, sound or video: it plans the steps, picks an expert "
    "model for each, runs them, and answers with what each one made. Give files by path or URL."
)


class Arguments(BaseModel):
    """The arguments of the tool."""

    request: str = Field(description="what is to be done, in plain words, with the names of the files it is about")
    files: list[str] = Field(default_factory=list, description="paths or URLs of files it needs")


def _parent_stream() -> Callable[[Any], None]:
    """The writer of the parent graph's stream; outside of a graph one that does nothing."""
    try:
        return get_stream_writer()
    except (KeyError, RuntimeError):
        return lambda _: None


def as_tool(graph: Graph | None = None, *, name: str = "hugginggpt", description: str = DESCRIPTION) -> BaseTool:
    """A LangChain tool over `graph`; without one over a new graph that reads files of the working folder only.

    Content: the answer. Artifact: the `run_finished` event as a dict (plan, results, resources with local paths). An error
    of this package (for instance a missing file) becomes a `ToolException` that the agent may read.
    """
    from ..graph.world import build_graph

    inner = graph or build_graph(settings_for_others())

    async def hugginggpt(
        request: str, config: RunnableConfig, files: list[str] | None = None
    ) -> tuple[str, dict[str, Any]]:
        send = _parent_stream()
        last: RunFinished | None = None
        try:
            graph_input: Any = {"request": request, "files": files or []}
            async for _, part in inner.astream(graph_input, config, stream_mode="custom", subgraphs=True):
                send({"hugginggpt": part})
                event = read_event(part)
                last = event if isinstance(event, RunFinished) else last
        except HuggingGPTError as error:
            raise ToolException(str(error)) from error
        last = last or await inner.end_in(config)
        return last.answer, last.model_dump(mode="json")

    def synchronous(request: str, config: RunnableConfig, files: list[str] | None = None) -> tuple[str, dict[str, Any]]:
        return asyncio.run(hugginggpt(request, config, files))

    return StructuredTool.from_function(
        func=synchronous,
        coroutine=hugginggpt,
        name=name,
        description=description,
        args_schema=Arguments,
        response_format="content_and_artifact",
        handle_tool_error=True,
    )

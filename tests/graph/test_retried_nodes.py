"""A node of a parent graph that has a `RetryPolicy`: its next attempt goes on with the runs of the one before."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from hugginggpt import as_tool
from hugginggpt.checkpoints.open import open_checkpointer, url_of
from hugginggpt.graph.state import State
from hugginggpt.tools.scripted import ScriptedBackend
from paths import SUPPORT
from retried_child import THREAD, Broken, graph_of, parent_of


async def asynchronous(parent: Any, given: Any) -> Any:
    return await parent.ainvoke(given, THREAD)


async def synchronous(parent: Any, given: Any) -> Any:
    return await asyncio.to_thread(parent.invoke, given, THREAD)


Driven = Callable[[Any, Any], Any]
both = pytest.mark.parametrize("driven", [asynchronous, synchronous])


@both
async def test_an_attempt_after_an_error_of_the_sub_graph_repeats_no_recorded_call(home: Path, driven: Driven) -> None:
    backend = Broken()
    state = await driven(parent_of(graph_of(home, backend), InMemorySaver()), {"request": "go"})
    assert state["answer"] == "did go"
    assert backend.calls == ["0", "1", "1", "1", "2"]


@both
@pytest.mark.parametrize("called", ["graph", "tool"])
async def test_an_attempt_after_an_error_of_its_own_node_gets_the_answers_that_are_recorded(
    home: Path, driven: Driven, called: str
) -> None:
    """Each call its own, whatever order they are made in; a call that the attempt before did not make is made."""
    backend, attempts = ScriptedBackend(), list[list[str]]()
    graph = graph_of(home, backend)
    tool = as_tool(graph)
    orders = [["one", "two"], ["two", "one", "one", "three"]]

    def given(text: str) -> dict[str, str]:
        return {"request": text}

    def answer(made: Any) -> str:
        return str(made if isinstance(made, str) else made["answer"])

    def ended(answers: list[str]) -> dict[str, str]:
        attempts.append(answers)
        return {"answer": " | ".join(answers)} if len(attempts) == 2 else {"answer": str(1 // 0)}

    async def node(state: State) -> Any:
        call = graph.ainvoke if called == "graph" else tool.ainvoke
        return ended([answer(await call(given(text))) for text in orders[len(attempts)]])

    def in_a_thread(state: State) -> Any:
        call = graph.invoke if called == "graph" else tool.invoke
        return ended([answer(call(given(text))) for text in orders[len(attempts)]])

    parent = parent_of(node if driven is asynchronous else in_a_thread, InMemorySaver())
    state = await driven(parent, {"request": "go"})
    assert state["answer"] == "did two | did one | did one | did three"
    assert backend.calls == ["0", "1", "2"] * 4  # the second `one` is a call of its own


@both
@pytest.mark.parametrize("lent", [True, False], ids=["a parent with a checkpointer", "one without"])
async def test_a_call_of_the_tool_that_is_made_again_after_an_error_goes_on(
    home: Path, driven: Driven, lent: bool
) -> None:
    """As LangChain's `ToolRetryMiddleware` does, within one attempt of the node; a later call of that id is a new one."""
    backend = Broken()
    tool = as_tool(graph_of(home, backend, None if lent else InMemorySaver()))
    call = {"type": "tool_call", "name": tool.name, "id": "call0", "args": {"request": "go"}}

    async def node(state: State) -> Any:
        for _ in range(2):
            with suppress(ZeroDivisionError):
                await tool.ainvoke(call)
        return {"answer": (await tool.ainvoke(call)).content}

    def in_a_thread(state: State) -> Any:
        for _ in range(2):
            with suppress(ZeroDivisionError):
                tool.invoke(call)
        return {"answer": tool.invoke(call).content}

    parent = parent_of(node if driven is asynchronous else in_a_thread, InMemorySaver() if lent else None)
    assert (await driven(parent, {"request": "go"}))["answer"] == "did go"
    assert backend.calls == ["0", "1", "1", "1", "2"]
    if not lent:
        assert (await tool.ainvoke(call)).content == "did go"
        assert backend.calls[5:] == ["0", "1", "2"]


@pytest.mark.crash
async def test_a_process_that_is_killed_in_the_second_attempt_leaves_what_both_have_recorded(home: Path) -> None:
    command = [sys.executable, str(SUPPORT / "retried_child.py"), str(home)]
    ended = await asyncio.to_thread(subprocess.run, command, timeout=60, check=False)
    assert ended.returncode == -signal.SIGKILL
    backend = ScriptedBackend()
    async with open_checkpointer(url_of(home / "outer")) as saver:
        state = await parent_of(graph_of(home, backend), saver).ainvoke(None, THREAD)
    assert state["answer"] == "did go"
    assert backend.calls == ["1", "2"]

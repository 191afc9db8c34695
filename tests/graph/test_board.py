"""Board: waiters are woken from any thread, get an error for lost tasks, and end when a task is suspended."""

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.errors import GraphInterrupt
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, Send, interrupt
from typing_extensions import TypedDict

from hugginggpt.graph.board import Board
from hugginggpt.graph.errors import LedgerLost
from hugginggpt.nodes.precedence import Precedence


class Rows:
    """A ledger of keys only; `was_read` is set when it is first read."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.was_read = asyncio.Event()

    async def __call__(self) -> Iterable[str]:
        self.was_read.set()
        return set(self.keys)


async def test_a_waiter_returns_when_the_last_row_is_recorded() -> None:
    board, rows = Board(), Rows()
    tokens = {key: board.enter("e", key) for key in "ab"}
    waiting = asyncio.create_task(board.wait("e", "ab", rows))
    for key in "ab":
        await asyncio.sleep(0)
        assert not waiting.done()
        rows.keys.add(key)
        board.wake("e", key)
    await waiting
    for key, token in tokens.items():
        board.leave("e", key, token)
    assert not board._waiters
    assert not board._running


def test_a_task_runs_until_it_leaves() -> None:
    board = Board()
    token = board.enter("e", "a")
    assert board.runs("e", ["b", "a"])
    assert not board.runs("e", ["b"])
    board.leave("e", "a", token)
    assert not board.runs("e", ["a"])


async def test_a_recorded_result_is_not_waited_for() -> None:
    rows = Rows()
    rows.keys.add("a")
    await Board().wait("e", ["a"], rows)


async def test_a_task_that_is_neither_recorded_nor_running_is_lost() -> None:
    board, rows = Board(), Rows()
    board.enter("another epoch", "a")
    with pytest.raises(LedgerLost, match="task a is neither recorded nor running"):
        await board.wait("e", ["a"], rows)


async def test_a_task_that_ends_without_a_row_is_reported_as_lost_to_its_waiters() -> None:
    board, rows = Board(), Rows()
    token = board.enter("e", "a")
    waiting = asyncio.create_task(board.wait("e", ["a"], rows))
    await rows.was_read.wait()
    board.leave("e", "a", token)
    with pytest.raises(LedgerLost):
        await waiting


async def test_waiters_for_a_suspended_task_suspend_too() -> None:
    board, rows = Board(), Rows()
    token = board.enter("e", "a")
    waiting = asyncio.create_task(board.wait("e", ["a"], rows))
    await rows.was_read.wait()
    board.leave("e", "a", token, "suspended")
    with pytest.raises(GraphInterrupt):
        await waiting
    with pytest.raises(GraphInterrupt):
        await board.wait("e", ["a"], rows)


async def test_a_suspended_task_that_runs_again_is_waited_for_again() -> None:
    board, rows = Board(), Rows()
    board.leave("e", "a", board.enter("e", "a"), "suspended")
    board.enter("e", "a")
    waiting = asyncio.create_task(board.wait("e", ["a"], rows))
    await rows.was_read.wait()
    rows.keys.add("a")
    board.wake("e", "a")
    await waiting


async def test_the_end_of_an_older_instance_does_not_end_the_newer_one() -> None:
    board, rows = Board(), Rows()
    old = board.enter("e", "a")
    board.enter("e", "a")
    board.leave("e", "a", old)
    waiting = asyncio.create_task(board.wait("e", ["a"], rows))
    await rows.was_read.wait()
    assert not waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert not board._waiters


def test_waiters_on_many_loops_are_woken_by_another_thread() -> None:
    board, keys, all_there = Board(), set[str](), Barrier(5)
    token = board.enter("e", "a")

    async def recorded() -> Iterable[str]:
        return set(keys)

    async def wait() -> str:
        waiting = asyncio.create_task(board.wait("e", ["a"], recorded))
        await asyncio.sleep(0)
        await asyncio.to_thread(all_there.wait)
        await waiting
        return "woken"

    with ThreadPoolExecutor(4) as threads:
        waiters = [threads.submit(lambda: asyncio.run(wait())) for _ in range(4)]
        all_there.wait()
        keys.add("a")
        board.leave("e", "a", token)
        assert [each.result() for each in waiters] == ["woken"] * 4


def test_a_waiter_whose_event_loop_is_closed_does_not_affect_others() -> None:
    board = Board()

    async def leave_a_future_behind() -> None:
        board._subscribe("e", frozenset("a"))

    asyncio.run(leave_a_future_behind())
    board.wake("e", "a")
    assert not board._waiters


class Fan(TypedDict):
    """State of the graph below."""

    done: str


async def test_langgraph_takes_an_empty_interrupt_as_a_pause_without_a_question() -> None:
    """We raise what its documentation calls "never raised directly": this test notices when LangGraph changes it."""
    ran: list[str] = []
    answered: list[bool] = []

    async def work(state: Any) -> dict[str, Any]:
        ran.append(state["name"])
        if state["name"] == "asks":
            answered.append(bool(interrupt("may I?")))
        if state["name"] == "waits" and not answered:
            raise GraphInterrupt()
        return {}

    graph = StateGraph(Fan)
    graph.add_node("begin", lambda _: {})
    graph.add_node("work", work)
    graph.add_node("end", lambda _: {"done": "yes"})
    graph.add_edge(START, "begin")
    graph.add_conditional_edges("begin", lambda _: [Send("work", {"name": n}) for n in ("asks", "waits", "works")])
    graph.add_edge("work", "end")
    graph.add_edge("end", END)
    compiled = graph.compile(checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "t"}}

    paused = await compiled.ainvoke({"done": ""}, config)
    state = await compiled.aget_state(config)
    assert [asked.value for asked in paused["__interrupt__"]] == ["may I?"]
    assert [asked.value for asked in state.interrupts] == ["may I?"]
    assert state.next  # the others are not done: nothing after them ran
    first, ran[:] = sorted(ran), []
    assert first == ["asks", "waits", "works"]

    done = await compiled.ainvoke(Command(resume=True), config)
    assert done["done"] == "yes"
    assert sorted(ran) == ["asks", "waits"]  # what was done is not done again


async def test_a_task_that_must_wait_is_prepared_once_the_calls_of_those_that_can_begin_have_begun() -> None:
    order, first = Precedence(), ["0", "1"]
    for key in first:
        order.begin(key)
    behind = asyncio.create_task(order.let_pass())
    for key in first:
        await asyncio.sleep(0)
        assert not behind.done()
        order.end(key)
    await behind
    await order.let_pass()  # nothing is ahead: at once

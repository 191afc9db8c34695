"""Checkpointers: LangGraph's conformance kit on each kind of store, and the strict serializer that we add."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from langgraph.checkpoint.base import BaseCheckpointSaver, empty_checkpoint
from langgraph.checkpoint.conformance import checkpointer_test, validate
from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

from hugginggpt.checkpoints.open import open_checkpointer, open_storage, url_of
from hugginggpt.checkpoints.serializer import strict_serializer
from hugginggpt.graph.errors import UsageError
from paths import SUPPORT

STORES = ["sqlite"]
"""Kinds of store; a new one joins here."""


def url(store: str, folder: Path) -> str:
    return {"sqlite": url_of(folder)}[store]


async def test_of_many_tasks_that_lead_to_one_stage_one_write_says_so(home: Path) -> None:
    """LangGraph compares each task with each write; what a task with an error wrote is kept, so that it is known whole."""
    config: Any = {"configurable": {"thread_id": "t", "checkpoint_ns": ""}}
    async with open_storage(home) as storage:
        saver = await storage.checkpointer({"leads"})
        config = await saver.aput(config, empty_checkpoint(), {}, {})
        for task in "abcd":
            await saver.aput_writes(config, [("results", task), ("leads", None), ("other", None)], task)
        await saver.aput_writes(config, [("__error__", "cut off")], "c")
        saved = await saver.aget_tuple(config)
    assert saved is not None
    assert saved.pending_writes is not None
    assert [task for task, channel, _ in saved.pending_writes if channel == "leads"] == ["a", "c"]
    for channel in ("results", "other"):
        assert [task for task, written, _ in saved.pending_writes if written == channel] == list("abcd")


async def test_a_checkpoint_that_was_just_read_is_handed_on_once_and_to_its_thread_only(home: Path) -> None:
    def place(thread: str) -> Any:
        return {"configurable": {"thread_id": thread, "checkpoint_ns": ""}}

    async with open_storage(home) as storage:
        saver = await storage.checkpointer()
        first, other = [await saver.aput(place(thread), empty_checkpoint(), {}, {}) for thread in ("t", "other")]
        read = await saver.aget_tuple(place("t"))
        assert read is not None
        handed = saver.having_read(read)
        assert (await handed.aget_tuple(place("other"))).config == other  # type: ignore[union-attr]
        assert await handed.aget_tuple(first) is not read  # named: as it is kept
        assert await handed.aget_tuple(place("t")) is read
        assert await handed.aget_tuple(place("t")) is not read
        assert await saver.aget_tuple(place("t")) is not read


@pytest.mark.parametrize("store", STORES)
async def test_every_store_passes_langgraph_s_conformance_kit(store: str) -> None:
    @checkpointer_test(name=store)
    async def saver() -> AsyncGenerator[BaseCheckpointSaver[str], None]:
        with TemporaryDirectory() as folder:
            async with open_checkpointer(url(store, Path(folder))) as opened:
                yield opened

    report = await validate(saver)
    failures = [f"{name}: {why}" for name, result in report.results.items() for why in result.failures]
    assert failures == []
    assert {name for name, result in report.results.items() if not result.passed} == set()


class Counted(TypedDict):
    """State of a graph that counts."""

    count: int


def counting(saver: BaseCheckpointSaver[str]) -> Any:
    graph = StateGraph(Counted)
    for name in ("one", "two"):
        graph.add_node(name, lambda state: {"count": state["count"] + 1})
    graph.add_edge(START, "one")
    graph.add_edge("one", "two")
    graph.add_edge("two", END)
    return graph.compile(checkpointer=saver)


@pytest.mark.parametrize("store", STORES)
async def test_saved_checkpoints_are_there_when_the_store_is_opened_again(store: str, home: Path) -> None:
    config = {"configurable": {"thread_id": "t"}}
    async with open_checkpointer(url(store, home)) as saver:
        await counting(saver).ainvoke({"count": 0}, config)
    async with open_checkpointer(url(store, home)) as saver:
        graph = counting(saver)
        seen = [snapshot async for snapshot in graph.aget_state_history(config)]
        assert [snapshot.values.get("count") for snapshot in seen] == [2, 1, 0, None]
        fork = await graph.aupdate_state(seen[1].config, {"count": 10}, as_node="one")
        assert (await graph.ainvoke(None, fork))["count"] == 11
        assert len([snapshot async for snapshot in graph.aget_state_history(config, limit=2)]) == 2
        await saver.adelete_thread("t")
        assert await saver.aget_tuple(config) is None


@pytest.mark.parametrize("store", STORES)
async def test_graphs_of_many_loops_share_one_store(store: str, home: Path) -> None:
    async with open_checkpointer(url(store, home)) as saver:

        async def one(thread: str) -> int:
            done = await counting(saver).ainvoke({"count": 0}, {"configurable": {"thread_id": thread}})
            return int(done["count"])

        loops = [asyncio.to_thread(lambda n=n: asyncio.run(one(f"t{n}"))) for n in range(6)]
        assert await asyncio.gather(*loops) == [2] * 6
        assert len([each async for each in saver.alist(None)]) == 6 * 4


@pytest.mark.crash
@pytest.mark.parametrize("where", ["here", "there"], ids=["in the thread of the loop", "in another thread"])
def test_a_synchronous_graph_continues_after_its_process_was_killed(home: Path, where: str) -> None:
    command = [sys.executable, str(SUPPORT / "sync_child.py")]
    with subprocess.Popen([*command, "ask", str(home), where], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        assert [child.stdout.readline() for _ in range(2)] == ["first\n", "asked\n"]
        child.kill()
    again = subprocess.run([*command, "answer", str(home), where], capture_output=True, text=True, check=True)
    assert again.stdout.splitlines() == ["[11, 1, 0, None]", "{}"]


class Stranger(BaseModel):
    """A type of ours that must never enter a checkpoint."""

    word: str


def test_no_type_of_this_package_is_read_from_a_checkpoint() -> None:
    serde = strict_serializer()
    assert serde.loads_typed(serde.dumps_typed({"a": [1, "two", None]})) == {"a": [1, "two", None]}
    assert not isinstance(serde.loads_typed(serde.dumps_typed(Stranger(word="hi"))), Stranger)


async def test_a_value_that_is_no_json_is_an_error_and_never_a_pickle(home: Path) -> None:
    with pytest.raises(TypeError):
        strict_serializer().dumps_typed(object())
    async with open_checkpointer(url_of(home)) as saver:
        config: Any = {"configurable": {"thread_id": "t", "checkpoint_ns": ""}}
        with pytest.raises(TypeError):
            await saver.aput(config, {**empty_checkpoint(), "channel_values": {"x": object()}}, {}, {})
        assert await saver.aget_tuple(config) is None


@pytest.mark.parametrize("given", ["postgres://host/db", "sqlite:////tmp/some/other.db"])
async def test_an_unknown_kind_of_store_is_refused_with_a_url_that_works(given: str) -> None:
    with pytest.raises(UsageError) as caught:
        async with open_checkpointer(given):
            pass
    assert "sqlite:///" in caught.value.hint

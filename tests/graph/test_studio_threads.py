"""LangGraph Server deletes, copies and rolls back threads: our rows and files follow the checkpoints."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from studio_server import called, calls, client_of, served, started

TABLES = ("runs", "tasks", "resources", "assignments", "llm_calls", "states", "state_writes", "namespaces")
pytestmark = pytest.mark.studio


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("threads")
    (folder / "home").mkdir()  # a server makes it with its first run, which a test may precede
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    with served(folder) as (client, _):
        yield str(client.http.client.base_url)


def query(folder: Path, sql: str, *values: str) -> list[Any]:
    with closing(sqlite3.connect(folder / "home" / "hugginggpt.db")) as db:
        return db.execute(sql, values).fetchall()


def files(folder: Path) -> list[Path]:
    return [path for path in (folder / "home" / "resources").rglob("*") if path.is_file()]


def rows(folder: Path) -> dict[str, int]:
    return {table: query(folder, f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}


async def test_a_deleted_thread_leaves_neither_rows_nor_files(server: str, folder: Path) -> None:
    client = client_of(server)
    before = rows(folder), set(files(folder))
    thread = (await client.threads.create())["thread_id"]
    await client.runs.wait(thread, "scripted", input={"request": "go and leave no trace"})
    assert rows(folder) != before[0]
    await client.threads.delete(thread)
    assert (rows(folder), set(files(folder))) == before


async def test_a_run_that_is_rolled_back_leaves_the_thread_as_it_was(server: str, folder: Path) -> None:
    client = client_of(server)
    thread = (await client.threads.create())["thread_id"]
    await client.runs.wait(thread, "scripted", input={"request": "go"})
    before = await client.threads.get_state(thread), rows(folder)
    (folder / "home" / "hang").touch()
    run = await started(client, thread)
    await called(folder, "1")
    await client.runs.cancel(thread, run, wait=True, action="rollback")
    (folder / "home" / "hang").unlink()
    assert (await client.threads.get_state(thread), rows(folder)) == before
    assert (await client.threads.get(thread))["status"] == "idle"
    values = await client.runs.wait(thread, "scripted", input={"request": "again"})
    assert values["answer"] == "done"
    assert [message["type"] for message in values["messages"]] == ["human", "ai"] * 2


async def test_a_copied_thread_has_resources_and_runs_of_its_own(server: str, folder: Path) -> None:
    client = client_of(server)
    thread = (await client.threads.create())["thread_id"]
    (folder / "home" / "hang").touch()
    run = await started(client, thread)
    before = await called(folder, "1")
    await client.runs.cancel(thread, run, wait=True, action="interrupt")
    (folder / "home" / "hang").unlink()
    copy = (await client.threads.copy(thread))["thread_id"]

    values = await client.runs.wait(copy, "scripted", input=None)
    assert values["answer"] == "done"
    assert values["run"]["thread_id"] == copy
    assert calls(folder)[before:] == ["1", "2"]
    known = "SELECT key FROM resources WHERE thread_id = ? ORDER BY key"
    assert query(folder, known, copy) == [("0",), ("1",), ("2",)]
    assert query(folder, known, thread) == [("0",)]
    assert query(folder, "SELECT status FROM runs WHERE thread_id = ?", copy) == [("succeeded",)]

    await client.threads.delete(copy)
    values = await client.runs.wait(thread, "scripted", input=None)
    assert values["run"]["thread_id"] == thread
    assert [result["status"] for result in values["results"].values()] == ["succeeded"] * 3

"""What a process of `entry_child.py` left: calls begun, results recorded, and the end, which must be right."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dags import Dag
from entry_child import CONFIG, LOG, SERVER, SERVER_CONFIG, SYNCHRONOUS, outcome
from hugginggpt.checkpoints.open import open_checkpointer, url_of
from scripting import step

DIAMOND = Dag([step(0), step(1, 0), step(2, 0), step(3, 1, 2)], {})


def marks(among: bool) -> list[pytest.MarkDecorator]:
    return [pytest.mark.nightly, *([pytest.mark.crash] if among else [])]


def started(folder: Path) -> list[str]:
    """Keys of the calls of experts begun, in order."""
    log = folder / LOG
    lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    return [line["key"] for line in lines if line["event"] == "started"]


def rows(folder: Path, query: str) -> list[Any]:
    file = folder / "home" / "hugginggpt.db"
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as db:
        has_tables = db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'tasks'").fetchone()
        return db.execute(query).fetchall() if has_tables else []


async def recorded(entry: str, folder: Path) -> set[str]:
    """The tasks whose results a killed process recorded, and `plan` where a checkpoint of the conversation has the plan."""
    async with open_checkpointer(url_of(folder / "home")) as saver:
        saved = await saver.aget_tuple(SERVER_CONFIG if entry == SERVER else CONFIG)
    kept = dict(saved.checkpoint["channel_values"]) if saved else {}
    texts = dict(kept.get("texts") or {})
    for _, channel, value in (saved.pending_writes or []) if saved else []:
        kept[channel] = value
        texts |= value if channel == "texts" else {}
    keys = {key for (key,) in rows(folder, "SELECT key FROM tasks WHERE status = 'succeeded'")}
    return keys | set(texts) | ({"plan"} if kept.get("plan") else set())


def is_right(entry: str, folder: Path, dag: Dag) -> None:
    """The outcome is that of a run that was never killed, and there is one run."""
    end = outcome(folder)
    assert (end["status"], end["answer"]) == ("succeeded", "done")
    assert end["texts"] == {str(n): text for n, text in dag.texts.items()}
    if entry != SYNCHRONOUS:
        assert rows(folder, "SELECT status, owner FROM runs") == [("succeeded", None)]

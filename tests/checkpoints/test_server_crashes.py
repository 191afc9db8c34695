"""LangGraph Server, killed at every kind of call to saver, ledger and store, and started again: the end is right."""

import signal
from pathlib import Path

import pytest

from crash_server import enter_server
from entry_child import SERVER
from entry_outcomes import DIAMOND, is_right, marks, recorded, started
from failpoints import MOMENTS, Failpoint
from pairs import pairwise, possible_rows

CALLS = (
    "saver.put", "saver.put_writes", "runs.start", "runs.planned", "runs.finish", "ledger.given", "ledger.assign",
    "ledger.put", "store.put_text", "store.adopt",
)  # fmt: skip
TABLE = possible_rows([("async", "sync"), CALLS, MOMENTS], lambda *_: True)
CHOSEN = {
    ("sync", "saver.put_writes", "during"), ("async", "ledger.put", "after"), ("async", "saver.put", "before"),
}  # fmt: skip
"""A server takes seconds to start, and each row starts two: these run with the tests of crashes, all pairs nightly."""
NIGHTLY = set(pairwise(TABLE)) | CHOSEN


@pytest.mark.parametrize(
    ("durability", "call", "moment"),
    [pytest.param(*row, marks=marks(row in CHOSEN), id=", ".join(row)) for row in sorted(NIGHTLY)],
)
@pytest.mark.filterwarnings("ignore:Request failed, attempting reconnect")
async def test_a_run_of_a_server_that_was_killed_ends_right_and_repeats_no_recorded_call(
    tmp_path: Path, durability: str, call: str, moment: str
) -> None:
    nth = 2 if call in ("saver.put", "saver.put_writes", "ledger.put") else 1
    assert await enter_server(durability, tmp_path, Failpoint(call, moment, nth)) == -signal.SIGKILL
    kept, before = await recorded(SERVER, tmp_path), len(started(tmp_path))
    assert await enter_server(durability, tmp_path) == 0
    is_right(SERVER, tmp_path, DIAMOND)
    assert not kept & set(started(tmp_path)[before:])

"""Killed while it waits for approval, within a list or a recording in parts, and while it is retried: the end is right."""

import signal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from entry_child import enter, outcome
from entry_outcomes import marks, recorded, rows, started
from failpoints import MOMENTS, Failpoint
from pairs import pairwise, possible_rows
from scenarios import SCENARIOS

ENTRIES = ("command", "graph", "tool", "sub-graph")
CALLS = {
    "approval": ("saver.put", "saver.put_writes", "runs.planned", "runs.set_status", "runs.finish"),
    "list": ("saver.put_writes", "ledger.put", "store.adopt", "runs.finish"),
    "recording": ("saver.put_writes", "ledger.put", "store.adopt", "store.put_text"),
    "retry": ("saver.put", "saver.put_writes", "ledger.put", "runs.finish"),
}
PLACES = ("first", "middle", "last")


def possible(entry: str, scenario: str, call: str, moment: str, place: str) -> bool:
    """Only the command retries; what is called once has no middle."""
    once = call in ("runs.planned", "runs.finish", "store.put_text")
    return (
        call in CALLS[scenario] and not (scenario == "retry" and entry != "command") and not (once and place != "first")
    )


TABLE = possible_rows(
    [ENTRIES, SCENARIOS, sorted({c for calls in CALLS.values() for c in calls}), MOMENTS, PLACES], possible
)
CHOSEN = set(pairwise(TABLE))


def prepare(entry: str, folder: Path, scenario: str) -> None:
    """What comes before the run that is killed."""
    if SCENARIOS[scenario].retries:
        assert enter(entry, "sync", folder, SCENARIOS[scenario]).code == 0
        assert outcome(folder)["status"] == "partial"


@cache
def undisturbed(entry: str, scenario: str) -> dict[str, Any]:
    """The end of a run that is not killed, and how often each call is made in it."""
    with TemporaryDirectory() as made:
        folder = Path(made)
        prepare(entry, folder, scenario)
        assert enter(entry, "sync", folder, SCENARIOS[scenario], repaired=SCENARIOS[scenario].retries).code == 0
        end = outcome(folder)
    assert end["status"] == SCENARIOS[scenario].status
    return end


@pytest.mark.parametrize(
    ("entry", "scenario", "call", "moment", "place"),
    [pytest.param(*row, marks=marks(row in CHOSEN), id=", ".join(row)) for row in TABLE],
)
async def test_a_run_killed_in_a_scenario_ends_as_if_it_had_not_been_and_repeats_no_recorded_call(
    tmp_path: Path, entry: str, scenario: str, call: str, moment: str, place: str
) -> None:
    case, right = SCENARIOS[scenario], undisturbed(entry, scenario)
    times = right["seen"][call]
    nth = {"first": 1, "middle": (times + 1) // 2, "last": times}[place]
    prepare(entry, tmp_path, scenario)
    failpoint = Failpoint(call, moment, nth)
    assert enter(entry, "sync", tmp_path, case, failpoint, repaired=case.retries).code == -signal.SIGKILL
    kept, before = await recorded(entry, tmp_path), len(started(tmp_path))
    assert enter(entry, "sync", tmp_path, case, repaired=case.retries).code == 0
    end = outcome(tmp_path)
    assert [end[name] for name in ("status", "answer", "texts")] == [
        right[name] for name in ("status", "answer", "texts")
    ]
    assert rows(tmp_path, "SELECT status, owner FROM runs") == [(case.status, None)]
    assert not kept & set(started(tmp_path)[before:])

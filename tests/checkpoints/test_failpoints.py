"""Every entry point, killed at every kind of call to saver, ledger and store: the end is right, nothing is repeated.

The rows of the table that cover all pairs run with the tests of crashes; the others, and more kills at random, nightly.
To replay one kill of those at random: CRASH_SEED=17 pytest -m crash tests/checkpoints/test_failpoints.py
"""

import os
import random
import signal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from dags import random_dag
from entry_child import ENTRIES, SYNCHRONOUS, enter, outcome
from entry_outcomes import DIAMOND, is_right, marks, recorded, started
from failpoints import MOMENTS, WATCHED, Failpoint
from pairs import pairwise, possible_rows

ONCE = {"runs.start", "runs.planned", "runs.finish", "ledger.given", "ledger.assign"}
"""Calls that are made once for this plan."""
CALLS = ["saver.put", "saver.put_writes", *sorted(ONCE), "ledger.put", "store.put_text", "store.adopt"]
PLACES = ("first", "third", "middle", "last")


def possible(entry: str, durability: str, call: str, moment: str, place: str) -> bool:
    """The command always writes synchronously; a graph of someone else's has our saver only."""
    return not (
        (entry == "command" and durability != "sync")
        or (entry == SYNCHRONOUS and not call.startswith("saver."))
        or (call in ONCE and place != "first")
    )


TABLE = possible_rows([ENTRIES, ("async", "sync"), CALLS, MOMENTS, PLACES], possible)
CHOSEN = set(pairwise(TABLE))
RUNS = max(int(os.environ.get("CRASH_RUNS", "0")) // 5, 3)
"""Random kills that run with the tests of crashes; CI runs ten, and those of `test_crash.py`."""
SEEDS = [int(os.environ["CRASH_SEED"])] if "CRASH_SEED" in os.environ else list(range(1000))


@cache
def counted(entry: str, durability: str) -> dict[str, int]:
    """How often each call is made in a run that is not killed."""
    with TemporaryDirectory() as folder:
        assert enter(entry, durability, Path(folder), DIAMOND).code == 0
        return dict(outcome(Path(folder))["seen"])


@pytest.mark.covers(
    "command run, chat: resume after an end by force",
    "Session: resume after an end by force",
    "graph, asynchronous: resume after an end by force",
    "sub-graph: resume after an end by force",
)
@pytest.mark.parametrize(
    ("entry", "durability", "call", "moment", "place"),
    [pytest.param(*row, marks=marks(row in CHOSEN), id=", ".join(row)) for row in TABLE],
)
async def test_a_run_killed_at_a_call_ends_right_and_repeats_no_recorded_call(
    tmp_path: Path, entry: str, durability: str, call: str, moment: str, place: str
) -> None:
    times = counted(entry, durability)[call]
    nth = {"first": 1, "third": min(3, times), "middle": (times + 1) // 2, "last": times}[place]
    assert enter(entry, durability, tmp_path, DIAMOND, Failpoint(call, moment, nth)).code == -signal.SIGKILL
    kept, before = await recorded(entry, tmp_path), len(started(tmp_path))
    assert enter(entry, durability, tmp_path, DIAMOND).code == 0
    is_right(entry, tmp_path, DIAMOND)
    assert not kept & set(started(tmp_path)[before:])


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=marks(seed < RUNS or len(SEEDS) == 1)) for seed in SEEDS])
async def test_a_run_killed_twice_at_random_calls_ends_right_and_repeats_no_recorded_call(
    tmp_path: Path, seed: int
) -> None:
    rng = random.Random(seed)
    entry, dag = rng.choice(ENTRIES), random_dag(seed, rng.randint(1, 9), longest=0.02)
    # LangGraph saves the live set of a node that waits for several (its issue 8748): with "async" a later state of it
    durability = "sync" if entry in ("command", SYNCHRONOUS) else rng.choice(["async", "sync"])
    least = 2 + len(dag.tasks) * (1 if entry == SYNCHRONOUS else 11)
    kept: set[str] = set()
    for calls in (least, least // 2):
        failpoint = Failpoint("", rng.choice(MOMENTS), rng.randint(1, calls))
        before = len(started(tmp_path))
        ended = enter(entry, durability, tmp_path, dag, failpoint).code
        assert ended in ((-signal.SIGKILL,) if calls == least else (-signal.SIGKILL, 0))
        assert not kept & set(started(tmp_path)[before:])
        assert kept <= (kept := await recorded(entry, tmp_path))
    before = len(started(tmp_path))
    assert enter(entry, durability, tmp_path, dag).code == 0
    is_right(entry, tmp_path, dag)
    assert not kept & set(started(tmp_path)[before:])


def test_the_table_s_ports_are_all_that_write() -> None:
    """A call of the ports that is watched and not in the table is one that this plan does not make."""
    watched = {f"{port}.{name}" for port, names in WATCHED.items() for name in names}
    assert watched - set(CALLS) == {"runs.set_status", "store.put_bytes"}

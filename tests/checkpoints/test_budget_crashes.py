"""A run under a limit, killed (SIGKILL) while a model answers: every call that was sent stays counted, whatever goes on."""

import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from budget_child import STOPPED, spend_in_a_process
from hugginggpt.checkpoints.budgets import time_limits
from hugginggpt.checkpoints.row_connection import RowConnection
from hugginggpt.tools.scripted import ScriptedChatModel, serve
from hugginggpt.tools.scripted.server import Received, Reply

pytestmark = pytest.mark.crash
CHAIN = [
    {"task": "summarization", "id": number, "dep": [number - 1], "args": {"text": f"<resource>-{number - 1}"}}
    for number in range(1, 4)
]
PLAN = [{"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "Boats."}}, *CHAIN]
"""A call for the plan, and one for each task."""
TOKENS, DOLLARS = 18, 0.000081
"""Of each call that comes to an end; of one that was killed what it read is estimated, which is more."""


def killing(folder: Path, at: set[int]) -> Callable[[Received], Reply]:
    """The scripted model, at whose calls of these numbers the process that calls is killed before it has the answer."""
    model, numbers = ScriptedChatModel(PLAN, answer="Done [3]."), iter(range(1, 1000))

    def answer(received: Received) -> Reply:
        if next(numbers) in at:
            os.kill(int((folder / "pid").read_text()), signal.SIGKILL)
        return model(received)

    return answer


def spent(home: Path) -> tuple[int, float, float]:
    """Calls, tokens and dollars of all runs."""
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        query = (
            "SELECT count(*), total(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)), total(cost) FROM llm_calls"
        )
        calls, tokens, dollars = db.execute(query).fetchone()
        return calls, tokens, dollars


@pytest.mark.parametrize("of", ["", "thread_"], ids=["run", "conversation"])
@pytest.mark.parametrize(
    ("limit", "most"),
    [({"max_llm_calls": 4}, 4), ({"max_tokens": 3 * TOKENS + 1}, None), ({"max_cost": 3 * DOLLARS + 1e-9}, None)],
    ids=["calls", "tokens", "dollars"],
)
@pytest.mark.parametrize("kills", [{1}, {2, 3}], ids=["planning", "twice"])
def test_a_killed_run_stops_where_its_limit_is_however_often_it_goes_on(
    tmp_path: Path, kills: set[int], limit: dict[str, Any], most: int | None, of: str
) -> None:
    home, limits = tmp_path / "home", {f"{of}{name}": value for name, value in limit.items()}
    with serve(killing(tmp_path, kills)) as server:
        codes = [spend_in_a_process("start", home, server.url, limits)]
        while codes[-1] == -signal.SIGKILL:
            before = spent(home)
            codes.append(spend_in_a_process("resume", home, server.url, limits))
            assert all(now >= then for then, now in zip(before, spent(home), strict=True)), "nothing is forgotten"
        assert codes.count(-signal.SIGKILL) == len([each for each in kills if each <= len(server.requests)])
        assert codes[-1] == STOPPED
        at_stop = spent(home)
        assert at_stop[0] == len(server.requests), "each call that was sent is counted, once"
        assert most is None or at_stop[0] == most
        for verb in ("resume", "fork") if of and 1 not in kills else ("resume",):  # a run without a plan is not forked
            assert spend_in_a_process(verb, home, server.url, limits) == STOPPED
            assert spent(home) == at_stop, f"{verb} frees nothing"
    if most is None:
        with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
            what = "cost" if "max_cost" in limit else "coalesce(input_tokens, 0) + coalesce(output_tokens, 0)"
            each = [amount for (amount,) in db.execute(f"SELECT {what} FROM llm_calls ORDER BY id")]
        assert sum(each[:-1]) < next(iter(limit.values())) <= sum(each), "the last call reached it, and none came after"


@pytest.mark.parametrize("of", ["", "thread_"], ids=["run", "conversation"])
def test_the_seconds_before_a_kill_count_after_it_all_but_those_since_the_last_beat(tmp_path: Path, of: str) -> None:
    home, beat, kills = tmp_path / "home", 0.1, {1, 3}
    limit, seconds = f"{of}max_seconds", 0.0

    def beats() -> int:
        with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
            return int(db.execute("SELECT heartbeat FROM runs").fetchone()[0])

    def left() -> float:
        with closing(sqlite3.connect(home / "hugginggpt.db", factory=RowConnection)) as db:
            (run_id,) = db.execute("SELECT run_id FROM runs").fetchone()
            return (time_limits(run_id, db).run or [0.0])[0]

    model, numbers = ScriptedChatModel(PLAN, answer="Done [3]."), iter(range(1, 1000))

    def answer(received: Received) -> Reply:
        if next(numbers) in kills:
            until = beats() + 3  # two whole beats at least, of which no call and no task that has ended knows
            while beats() < until:
                sleep(beat / 10)
            os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
        return model(received)

    with serve(answer) as server:
        codes = [spend_in_a_process("start", home, server.url, {limit: 3600.0}, beat)]
        while codes[-1] == -signal.SIGKILL:
            seconds, sent = seconds + 2 * beat, len(server.requests)
            assert left() <= 3600.0 - seconds
            assert spend_in_a_process("resume", home, server.url, {limit: seconds}) == STOPPED
            assert len(server.requests) == sent, "no call is made when the time is over"
            codes.append(spend_in_a_process("resume", home, server.url, {limit: 3600.0}, beat))
        assert codes == [-signal.SIGKILL] * len(kills) + [0]
        assert not of or spend_in_a_process("fork", home, server.url, {limit: seconds}) == STOPPED

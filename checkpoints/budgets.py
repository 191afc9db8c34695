"""`check_budget` and `time_limits`: what a run and its conversation have spent, against the limits in the run's row."""

import json
from typing import Any, NamedTuple

from ..graph.advice import form, option
from ..graph.clock import now
from ..graph.deadline import TimeLimits, seconds_until
from ..graph.errors import LimitReached
from ..graph.options import THREAD_LIMITS, Options
from .row_connection import RowConnection
from .work_time import known_seconds

_CONVERSATION = """
    WITH RECURSIVE line(run_id, parent) AS (
        SELECT run_id, parent FROM runs WHERE thread_id = (SELECT thread_id FROM runs WHERE run_id = ?)
        UNION SELECT runs.run_id, runs.parent FROM runs JOIN line ON runs.run_id = line.parent)
    SELECT run_id FROM line"""
"""The runs of a conversation, and those that they descend from: a fork into another conversation frees nothing."""
_SPENT = """
    SELECT count(nullif(stage, 'call')), total(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)), total(cost),
        count(*) - count(cost)
    FROM llm_calls WHERE run_id IN (SELECT value FROM json_each(?))"""


def kept_limits(thread_id: str, db: RowConnection) -> dict[str, Any]:
    """The limits of a conversation that its newest run has, by name: those of its next one, which it does not name."""
    query = "SELECT options FROM runs WHERE thread_id = ? ORDER BY started_at DESC, rowid DESC LIMIT 1"
    row = db.execute(query, [thread_id]).fetchone()
    options = Options.model_validate_json(row[0]) if row and row[0] else Options()
    return options.model_dump(include=set(THREAD_LIMITS), exclude_none=True)


class Limited(NamedTuple):
    """A run's limits, and whose calls are to be made one after the other for that none is exceeded by more than a call."""

    options: Options
    owner: str
    """Of the limit of tokens or dollars: the run or the conversation; empty where there is no such limit."""


def limits_of(run_id: str, db: RowConnection) -> Limited:
    """The limits of a run."""
    row = db.execute("SELECT options, thread_id FROM runs WHERE run_id = ?", [run_id]).fetchone()
    options = Options.model_validate_json(row[0]) if row and row[0] else Options()
    if row and (options.thread_max_tokens, options.thread_max_cost) != (None, None):
        return Limited(options, f"conversation {row[1]}")
    return Limited(options, f"run {run_id}" if (options.max_tokens, options.max_cost) != (None, None) else "")


def check_budget(run_id: str, model: str, cost: float | None, db: RowConnection) -> None:
    """Before a call to a chat model. `cost`: dollars of what it reads; None where its price is not known.

    Raises `LimitReached`.
    """
    options, _ = limits_of(run_id, db)
    _check(options, "", f"run {run_id}", [run_id], run_id, model, cost, db)
    if any(getattr(options, f"thread_{name}") is not None for name in ("max_llm_calls", "max_tokens", "max_cost")):
        thread_id, runs = conversation_of(run_id, db)
        _check(options, "thread_", f"conversation {thread_id}", runs, run_id, model, cost, db)


def check_charge(run_id: str, model: str, cost: float | None, db: RowConnection) -> None:
    """Before a call that is paid by the call, for `cost` dollars. Raises `LimitReached` where that is over a limit."""
    options, _ = limits_of(run_id, db)
    limits = {"max_cost": options.max_cost, "thread_max_cost": options.thread_max_cost}
    for name, most in limits.items():
        if most is None:
            continue
        if cost is None:
            hint = f"state it: HUGGINGGPT_CALL_PRICE={model}=DOLLARS (0 for one that costs nothing)"
            raise LimitReached(
                f"{name} can't be kept: the price of a call to {model} is not known", hint=hint, run_id=run_id
            )
        thread_id, runs = conversation_of(run_id, db) if name in THREAD_LIMITS else ("", [run_id])
        who = f"conversation {thread_id}" if thread_id else f"run {run_id}"
        spent = db.execute(_SPENT, [json.dumps(runs)]).fetchone()[2]
        if spent + cost > most * (1 + 1e-9):  # sums of decimal fractions are not exact
            used = f"{who} has spent ${spent:.6g} of ${most:g} that it may spend, and a call to {model} costs ${cost:g}"
            raise _reached(run_id, used, name, "DOLLARS")


def _check(
    options: Options,
    prefix: str,
    who: str,
    runs: list[str],
    run_id: str,
    model: str,
    cost: float | None,
    db: RowConnection,
) -> None:
    calls_limit, tokens_limit, cost_limit = (
        getattr(options, f"{prefix}{name}") for name in ("max_llm_calls", "max_tokens", "max_cost")
    )
    if (calls_limit, tokens_limit, cost_limit) == (None, None, None):
        return
    calls, tokens, dollars, unpriced = db.execute(_SPENT, [json.dumps(runs)]).fetchone()
    if calls_limit is not None and calls >= calls_limit:
        used = f"{calls} of {calls_limit} calls to the model that it may make"
        raise _reached(run_id, f"{who} has used {used}", f"{prefix}max_llm_calls", "N")
    if tokens_limit is not None and tokens >= tokens_limit:
        used = f"{int(tokens)} of {tokens_limit} tokens that it may use"
        raise _reached(run_id, f"{who} has used {used}", f"{prefix}max_tokens", "N")
    if cost_limit is None:
        return
    name = f"{prefix}max_cost"
    if cost is None:
        price = (
            f"set it: HUGGINGGPT_LLM_PRICE={model}=IN/OUT (dollars for a million tokens; 0/0 for one on this machine)"
        )
        raise LimitReached(f"{name} can't be kept: the price of {model} is not known", hint=price, run_id=run_id)
    if unpriced:
        many = f"what {unpriced} call{'s' * (unpriced != 1)} of {who} cost is not known"
        raise LimitReached(
            f"{name} can't be kept: {many}", hint="begin another run, in another conversation", run_id=run_id
        )
    if dollars >= cost_limit:
        used = f"{who} has spent ${dollars:.6g} of ${cost_limit:g} that it may spend"
        raise _reached(run_id, used, name, "DOLLARS")


def time_limits(run_id: str, db: RowConnection) -> TimeLimits:
    """How much time a run, and a call in it, may take from now on, by the options in its row."""
    row = db.execute("SELECT options FROM runs WHERE run_id = ?", [run_id]).fetchone()
    options = Options.model_validate_json(row[0]) if row and row[0] else Options()
    left = list[tuple[float, LimitReached]]()
    if options.max_seconds is not None:
        error = _reached(run_id, _worked(f"run {run_id}", options.max_seconds), "max_seconds", "SECONDS")
        left.append((options.max_seconds - known_seconds(run_id, db), error))
    if (most := options.thread_max_seconds) is not None:
        thread_id, runs = conversation_of(run_id, db)
        error = _reached(run_id, _worked(f"conversation {thread_id}", most), "thread_max_seconds", "SECONDS")
        left.append((most - sum(known_seconds(each, db) for each in runs), error))
    if options.deadline is not None:
        error = _reached(run_id, f"the deadline of run {run_id} ({options.deadline}) has passed", "deadline", "TIME")
        left.append((seconds_until(options.deadline, now()), error))
    return TimeLimits(options.timeout, min(left, key=lambda each: each[0], default=None))


def reached_limit(run_id: str, db: RowConnection) -> LimitReached | None:
    """The limit at which a run, or its conversation, has stopped; None where it can go on."""
    try:
        check_budget(run_id, "", 0.0, db)
    except LimitReached as error:
        return error
    left = time_limits(run_id, db).run
    return left[1] if left and left[0] <= 0 else None


def conversation_of(run_id: str, db: RowConnection) -> tuple[str, list[str]]:
    """Its id, and its runs with those that they descend from."""
    (thread_id,) = db.execute("SELECT thread_id FROM runs WHERE run_id = ?", [run_id]).fetchone()
    return str(thread_id), [found for (found,) in db.execute(_CONVERSATION, [run_id]).fetchall()]


def _worked(who: str, most: float) -> str:
    return f"{who} was worked on for {most:g} s, which is as long as it may be"


def _reached(run_id: str, what: str, name: str, value: str) -> LimitReached:
    kept = "all runs of a conversation have its limits; " if name in THREAD_LIMITS else ""
    who = "only your user can raise the limit" if form() == "tool" else "raise the limit"
    return LimitReached(what, hint=f"{kept}{who}: {option(name, value)}", run_id=run_id)

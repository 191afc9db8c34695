"""Calls to the controller's model: rows of `llm_calls`, and the limits of the run that makes them.

Each function is one transaction; what a run may spend is in its row, so that a resume knows it too.
"""

import json
import time

from sqlite_utils import Database

from ..graph.errors import LimitReached
from ..graph.result import LlmCall, Options, Stage, Usage


def start(run_id: str, stage: Stage, model: str, db: Database) -> int:
    """Put a call on record before it is made; gives its number. Raises `LimitReached`."""
    row = db.execute("SELECT options FROM runs WHERE run_id = ?", [run_id]).fetchone()
    options = Options.model_validate_json(row[0]) if row and row[0] else Options()
    made, tokens = db.execute(
        "SELECT count(*), total(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)) FROM llm_calls WHERE run_id = ?",
        [run_id],
    ).fetchone()
    for spent, limit, what, option in (
        (made, options.max_llm_calls, "calls to the model that it may make", "--max-llm-calls"),
        (int(tokens), options.max_tokens, "tokens that it may use", "--max-tokens"),
    ):
        if limit is not None and spent >= limit:
            raise LimitReached(f"run {run_id} has used {spent} of {limit} {what}", hint=f"raise the limit: {option} N")
    query = "INSERT INTO llm_calls (run_id, stage, model, started_at) VALUES (?, ?, ?, ?)"
    return int(db.execute(query, [run_id, stage, model, time.time()]).lastrowid or 0)


def end(number: int, call: LlmCall, db: Database) -> None:
    """Record what a call cost."""
    columns = call.usage.model_dump(exclude={"llm_calls"})
    db.table("llm_calls").update(number, columns | call.model_dump(include={"prompt_characters", "started_at"}))


def of_run(run_id: str, db: Database) -> list[LlmCall]:
    """The calls of a run, the first one first; one that never ended (killed, say) cost nothing that we know of."""
    return [
        LlmCall(
            stage=row["stage"],
            model=row["model"],
            usage=Usage(
                llm_calls=1,
                input_tokens=row["input_tokens"] or 0,
                output_tokens=row["output_tokens"] or 0,
                seconds=row["seconds"] or 0.0,
                cost=row["cost"],
            ),
            prompt_characters=row["prompt_characters"] or 0,
            started_at=row["started_at"],
        )
        for row in db.query("SELECT * FROM llm_calls WHERE run_id = ? ORDER BY id", [run_id])
    ]


def set_limits(run_id: str, options: Options, db: Database) -> None:
    """Let a run spend more, or less, from now on; what `options` leaves open stays as it is."""
    limits = options.model_dump(include={"max_llm_calls", "max_tokens"}, exclude_none=True)
    (text,) = db.execute("SELECT options FROM runs WHERE run_id = ?", [run_id]).fetchone()
    db.execute("UPDATE runs SET options = ? WHERE run_id = ?", [json.dumps(json.loads(text) | limits), run_id])

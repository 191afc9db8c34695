"""`read_measured`: mean seconds of calls to experts, and tokens of calls to chat models, of the newest rows of a home."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import cast

from ..graph.estimate import Measured
from ..graph.usage import Stage, Usage
from .row_connection import RowConnection

NEWEST = 1_000
"""Rows that are read: of all, a large home would take longer than the estimate is worth."""
_SECONDS = """
    SELECT task_type, tasks.model_id, json_extract(result, '$.first_call') AS first,
    avg(max(0, duration - coalesce(json_extract(result, '$.queued'), 0)))
    FROM (SELECT * FROM tasks ORDER BY rowid DESC LIMIT ?) AS tasks JOIN runs USING (run_id)
    WHERE tasks.status = 'succeeded' AND fingerprint <> '' AND coalesce(home, ?2) = ?2
    AND tasks.model_id IN (SELECT value FROM json_each(?3)) GROUP BY task_type, tasks.model_id, first"""
"""Rows of calls have a fingerprint, those of whole lists and of edits have none. Without runs imported from elsewhere."""
_USAGE = """
    SELECT stage, model, avg(coalesce(input_tokens, 0)), avg(coalesce(output_tokens, 0)), avg(llm_calls.seconds)
    FROM (SELECT * FROM llm_calls ORDER BY id DESC LIMIT ?) AS llm_calls JOIN runs USING (run_id)
    WHERE output_tokens > 0 AND coalesce(home, ?2) = ?2 GROUP BY stage, model"""


_PREFERRED = (0, None, 1)
"""Calls that were not the first of a process, those of earlier versions, which do not say so, and first ones."""


def read_measured(models: Collection[str], home: Path, db: RowConnection) -> Measured:
    """`models`: the experts whose seconds are wanted. `home`: the folder of the database."""
    seconds = db.execute(_SECONDS, [NEWEST, str(home), json.dumps(sorted(models))]).fetchall() if models else []
    usage = {
        (cast(Stage, stage), model): Usage(
            llm_calls=1, input_tokens=round(read), output_tokens=round(written), seconds=took or 0.0
        )
        for stage, model, read, written, took in db.execute(_USAGE, [NEWEST, str(home)]).fetchall()
    }
    means = dict[tuple[str, str], dict[int | None, float]]()
    for task_type, model_id, is_first, mean in seconds:
        means.setdefault((task_type, model_id), {})[is_first] = mean
    return Measured(
        {of: next(each[kind] for kind in _PREFERRED if kind in each) for of, each in means.items()},
        usage,
        {of: each[1] for of, each in means.items() if 1 in each},
        {of for of, each in means.items() if each.keys() == {1}},
    )

"""`create_views`: `runs_readable` and `tasks_readable`, the tables of runs for people: times as ISO text, names in words."""

from sqlite3 import Connection

_ISO = "strftime('%Y-%m-%dT%H:%M:%fZ', {}, 'unixepoch')"
"""UTC; NULL for no time."""

_COUNT = "(SELECT count(*) FROM tasks WHERE epoch = runs.epoch AND instr(key, '[') = 0 AND tasks.status = '{}')"
"""Tasks of a run that have the status; members of lists are not counted."""

_RUNS = f"""
CREATE VIEW runs_readable AS SELECT
    runs.run_id AS run, thread_id AS conversation, parent AS forked_from, status, request,
    {_ISO.format("nullif(started_at, 0)")} AS started, {_ISO.format("finished_at")} AS finished,
    round(seconds, 2) AS seconds, controller,
    coalesce(json_array_length(plan, '$.tasks'), 0) AS tasks,
    {_COUNT.format("succeeded")} AS done, {_COUNT.format("failed")} AS failed,
    (SELECT count(nullif(stage, 'call')) FROM llm_calls WHERE llm_calls.run_id = runs.run_id) AS llm_calls,
    (SELECT CAST(total(input_tokens) + total(output_tokens) AS INTEGER) FROM llm_calls
        WHERE llm_calls.run_id = runs.run_id) AS tokens,
    (SELECT sum(cost) FROM llm_calls WHERE llm_calls.run_id = runs.run_id) AS dollars,
    answer
FROM runs
"""
_TASKS = f"""
CREATE VIEW tasks_readable AS SELECT
    tasks.run_id AS run, tasks.key AS task, tasks.task_type AS type, tasks.status, tasks.model_id AS model,
    {_ISO.format("nullif(tasks.started_at, 0)")} AS started, round(tasks.duration, 3) AS seconds, tasks.attempts,
    tasks.error, instr(tasks.result, '"edited by hand"') > 0 AS edited_by_hand,
    runs.parent IS NOT NULL AND tasks.started_at > 0 AND tasks.started_at < runs.started_at AS taken_over,
    (SELECT group_concat(coalesce(resources.text, resources.media_type || ' ' || resources.sha256), char(10))
        FROM resources WHERE resources.epoch = tasks.epoch AND resources.key = tasks.key) AS made
FROM tasks JOIN runs ON runs.epoch = tasks.epoch
"""


def create_views(connection: Connection) -> None:
    """Make both; of a run the rows of tasks that count now, and not those of a plan or try before."""
    for view in ("runs_readable", "tasks_readable"):
        connection.execute(f"DROP VIEW IF EXISTS {view}")
    connection.execute(_RUNS)
    connection.execute(_TASKS)

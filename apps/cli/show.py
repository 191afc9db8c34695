"""Does the work of `show`: one of its views of a run; `--at` goes with the tree, a task and the plan."""

from pathlib import Path
from typing import TYPE_CHECKING

from ...graph.errors import UsageError
from ...graph.result import Run
from .console import print_json, report_errors
from .inspect import read_home, read_run_at, show_run

if TYPE_CHECKING:
    from ...checkpoints.history import History
    from ...checkpoints.open import Storage


def show_view(
    name: str | None,
    *,
    home: Path | None,
    as_json: bool,
    task: str | None,
    at: str | None,
    diff: str | None,
    lineage: str | None,
    trace: bool,
    watch: bool,
    plan: bool,
) -> None:
    """`hugginggpt show`. Each view imports what it needs."""
    given = {"--task": task, "--diff": diff, "--lineage": lineage, "--trace": trace, "--watch": watch, "--plan": plan}
    views = [flag for flag, value in given.items() if value]
    with report_errors(started=False):
        if len(views) > 1:
            raise UsageError(f"{views[0]} and {views[1]} exclude each other", hint="show one after the other")
        if at and views and views[0] not in ("--task", "--plan"):
            raise UsageError(
                f"--at and {views[0]} exclude each other", hint="--at goes with --task, --plan, or neither"
            )
        if lineage and name:
            raise UsageError("--lineage is of data, in all runs", hint=f"leave out {name}")
    match views:
        case ["--task"] if task:
            from .show_task import show_task

            show_task(name, task, home=home, as_json=as_json, at=at)
        case ["--diff"] if diff:
            from .show_diff import show_diff

            show_diff(name, diff, home=home, as_json=as_json)
        case ["--lineage"] if lineage:
            from .show_lineage import show_lineage

            show_lineage(lineage, home=home, as_json=as_json)
        case ["--trace"]:
            from .show_trace import show_trace

            show_trace(name, home=home, as_json=as_json)
        case ["--watch"]:
            from .show_watch import show_watch

            show_watch(name, home=home, as_json=as_json)
        case ["--plan"]:
            _print_plan(name, home=home, at=at)
        case _:
            show_run(name, home=home, as_json=as_json, at=at)


def _print_plan(name: str | None, *, home: Path | None, at: str | None) -> None:
    """The paper's JSON, for `fork --edit-plan`."""

    async def read(_: "Storage", history: "History") -> Run:
        return await read_run_at(name, home, at, history)

    print_json(read_home(home, read).plan.to_hugginggpt())

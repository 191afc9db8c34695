"""`plan`: what would be done, without doing it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
from rich.table import Table

from ..graph.plan import Plan
from ..graph.resource import Resource
from ..graph.result import Proposal, Request
from ..graph.settings import Settings
from ..graph.task import Ref, Single, Task, Template, Value
from .console import err, out, plain, print_json, settle, table
from .typed import request_text


def print_plan(request: str | None, files: Sequence[str], *, home: Path | None, llm: str | None, as_json: bool) -> None:
    """Print the checked plan; exit code 1 when nothing could be planned."""
    proposal, warnings = settle(_propose(Settings.from_env(home=home, llm=llm), request, files))
    if as_json:
        print_json(proposal.plan.to_hugginggpt())
    elif proposal.plan.tasks:
        out().print(plan_table(proposal.plan))
    console = err()
    for label, lines in (("mended", proposal.mends), ("not planned", proposal.refusals), ("warning", warnings)):
        for line in lines:
            console.print(f"{label}: {plain(line)}", style="yellow", soft_wrap=True)
    if not proposal.plan.tasks:
        raise typer.Exit(1)


async def _propose(settings: Settings, given: str | None, files: Sequence[str]) -> tuple[Proposal, list[str]]:
    from ..graph.world import open_world
    from ..nodes.obstacles import warnings_of

    text = request_text(given)
    async with open_world(settings) as world:
        found = await world.fetcher.gather(text, list(files))
        proposal = await world.controller.plan(Request(text=text, files=tuple(found)))
        return proposal, await warnings_of(proposal.plan, world.catalog, {})


def plan_table(plan: Plan) -> Table:
    """A plan, a task a row."""
    shown = table("id", "task", "after", "inputs", "parameters", "for")
    for task in plan.tasks:
        shown.add_row(
            str(task.id),
            task.type,
            ", ".join(map(str, task.depends_on)),
            inputs_in_words(task),
            plain(", ".join(f"{name}={value}" for name, value in task.parameters.items())),
            plain(task.goal, 60),
        )
    return shown


def inputs_in_words(task: Task) -> str:
    """The inputs of a task in a line."""
    return plain(", ".join(f"{name}: {_words(value)}" for name, value in task.inputs.items()))


def _words(value: Value) -> str:
    return " + ".join(map(_single, value)) if isinstance(value, tuple) else _single(value)


def _single(value: Single) -> Any:
    match value:
        case str():
            return repr(value if len(value) <= 40 else value[:39] + "…")
        case Resource():
            return value.label
        case Ref():
            return f"{value.output or 'output'} of {value.task_id}"
        case Template():
            parts = (part if isinstance(part, str) else f"<{part.task_id}>" for part in value.parts)
            return repr("".join(parts))

"""Does the work of `plan`: prints the plan of a request without running it; `print_with_estimate` also one that waits."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from ...graph.estimate import Estimate, TaskEstimate
from ...graph.options import Options
from ...graph.plan import Plan
from ...graph.resource import Resource
from ...graph.result import EDITED, Proposal, Request
from ...graph.settings import Settings
from ...graph.task import Ref, Single, Task, Template, singles_in
from .arguments import request_text, settings_of
from .console import err, out, plain, print_json, run_async, table, warn


def print_plan(
    request: str | None, files: Sequence[str], *, home: Path | None, llm: str | None, as_json: bool, explain: bool
) -> None:
    """Print the checked plan; exit code 1 when nothing could be planned."""
    text = request_text(request)
    proposal, warnings, estimate = run_async(_propose(settings_of(home=home, llm=llm), text, files))
    if as_json:
        tasks = proposal.plan.to_hugginggpt()
        print_json(
            {"plan": tasks, **explained(proposal, text), "estimate": estimate.model_dump(mode="json")}
            if explain
            else tasks
        )
    else:
        if proposal.plan.tasks:
            print_with_estimate(out(), proposal.plan, estimate)
        if explain:
            print_explanation(proposal, text)
    for line in (*repair_lines(proposal.repairs), *proposal.refusals, *(f"warning: {each}" for each in warnings)):
        warn(plain(line))
    if not proposal.plan.tasks:
        raise typer.Exit(1)


def repair_lines(repairs: Sequence[str]) -> list[str]:
    """What was changed in a plan, a line each; what a user changed is no repair."""
    return [line if line.endswith(EDITED) else f"repaired: {line}" for line in repairs]


async def _propose(settings: Settings, text: str, files: Sequence[str]) -> tuple[Proposal, list[str], Estimate]:
    from ...graph.world import open_world
    from ...nodes.feasibility import looked_up

    async with open_world(settings) as world:
        found = await world.fetcher.gather(text, list(files))
        with err().status("planning"):
            proposal = await world.controller.plan(Request(text=text, files=tuple(found)))
        warnings, experts = await looked_up(proposal.plan, world.catalog, {}, settings.where)
        estimate = await world.estimates.of(proposal.plan, Options(where=settings.where), text, experts)
        return proposal, warnings, estimate


def explained(proposal: Proposal, text: str) -> dict[str, Any]:
    """`words`: for each task the words that request it, their place, the nearest example; `unused`: those of no task."""
    words = [
        {
            "id": e.task_id,
            "words": text[e.start : e.end],
            "start": e.start,
            "end": e.end,
            "implied": e.implied,
            **({"example": e.example} if e.example else {}),
        }
        for e in proposal.evidence or ()
    ]
    return {"words": words, "unused": [text[start:end] for start, end in proposal.unused]}


def print_explanation(proposal: Proposal, text: str) -> None:
    """Print the words that request each task, and the unused words."""
    if proposal.evidence is None:
        warn("A language model made this plan; it does not report the words of each task.")
        return
    console = out()
    console.print()
    shown = table("id", "task", "requested by")
    for evidence in proposal.evidence:
        words = plain(f"“{text[evidence.start : evidence.end].strip()}”", 100)
        implied = "  (not requested; needed for it)" if evidence.implied else ""
        nearest = f"  (nearest example: “{plain(evidence.example, 80)}”)" if evidence.example else ""
        shown.add_row(str(evidence.task_id), proposal.plan.by_id[evidence.task_id].type, words + nearest + implied)
    if proposal.evidence:
        console.print(shown)
        console.print()
    unused = ", ".join(f"“{plain(text[start:end], 80)}”" for start, end in proposal.unused)
    console.print(f"unused words: {unused or 'none'}", soft_wrap=True)


def print_with_estimate(console: Console, plan: Plan, estimate: Estimate | None) -> None:
    """Print a plan, and what it is expected to spend: by task, for the controller, in all."""
    console.print(plan_table(plan, estimate, console.width))
    if estimate is None:
        return
    if estimate.controller.calls:
        console.print(f"estimate for the controller, at most: {estimate.controller}", soft_wrap=True, markup=False)
    console.print(f"estimate in all: {estimate}", soft_wrap=True, markup=False)


def plan_table(plan: Plan, estimate: Estimate | None, width: int) -> Table:
    """A plan as a table, with a row for each task; one line for each field where its words do not fit into the columns."""
    by_task = {task.task_id: task for task in estimate.tasks} if estimate else {}
    rows = [
        {
            "id": str(task.id),
            "task": task.type,
            "after": ", ".join(map(str, task.depends_on)),
            "inputs": format_inputs(task),
            "parameters": plain(", ".join(f"{name}={value}" for name, value in task.parameters.items())),
            "for": plain(task.goal, 60),
            "estimate": _expected(by_task.get(task.id)) if estimate else "",
        }
        for task in plan.tasks
    ]
    names = [name for name in (rows[0] if rows else ()) if any(row[name] for row in rows)]
    words = {name: max(len(word) for row in rows for word in (name, *row[name].split())) for name in names}
    spare = width - sum(words.values()) - 2 * len(names)  # two blanks between columns
    if spare >= 0:
        whole = {name: max(len(row[name]) for row in rows) for name in names}
        for _ in range(spare):  # rich alone would make a column narrower than its words
            words[max(names, key=lambda name: whole[name] - words[name])] += 1
        shown = table(*names)
        for column in shown.columns:
            column.width = min(words[str(column.header)], max(whole[str(column.header)], len(str(column.header))))
        for row in rows:
            shown.add_row(*(row[name] for name in names))
        return shown
    shown = table("id", "task")
    for row in rows:
        shown.add_row(row["id"], row["task"])
        for name in names[2:]:
            if row[name]:
                shown.add_row("", f"{name}: {row[name]}")
    return shown


def _expected(spends: TaskEstimate | None) -> str:
    if spends is None:
        return "done already"
    return plain(f"{spends.model_id}: {spends}" if spends.model_id else "no expert here")


def format_inputs(task: Task) -> str:
    """The inputs of a task in one line."""
    inputs = {name: " + ".join(map(_format_single, singles_in(value))) for name, value in task.inputs.items()}
    return plain(", ".join(f"{name}: {text}" for name, text in inputs.items()))


def _format_single(value: Single) -> Any:
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

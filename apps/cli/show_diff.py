"""`show_diff`: two runs side by side: plan, experts, outputs; what is equal in both is said once."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...graph.result import Result, Run
from ...graph.task import Task
from .console import out, plain, print_json, table
from .inspect import read_home, read_run_at
from .plan import format_inputs

if TYPE_CHECKING:
    from ...checkpoints.history import History
    from ...checkpoints.open import Storage


def show_diff(name: str | None, other: str, *, home: Path | None, as_json: bool) -> None:
    """`hugginggpt show RUN --diff OTHER`."""

    async def read(_: "Storage", history: "History") -> tuple[Run, Run]:
        return await read_run_at(name, home, None, history), await read_run_at(other, home, None, history)

    one, two = read_home(home, read)
    rows = differences(one, two)
    if as_json:
        print_json({"runs": [one.run_id, two.run_id], "request": one.request.text == two.request.text, "tasks": rows})
        return
    shown = table("task", "differs in", one.run_id, two.run_id)
    for row in rows:
        differs = ", ".join(row["differs"]) or "="
        left, right = ("\n".join(_lines(row[side], row["differs"])) for side in ("one", "two"))
        shown.add_row(plain(row["task"]), differs, left, right if row["differs"] else "")
    for run, against in ((one, two), (two, one)):
        if run.parent == against.run_id:
            out().print(f"run {run.run_id} is a fork of run {against.run_id}")
    if one.request.text != two.request.text:
        out().print(
            f"requests: {plain(one.request.text, 200)}\n          {plain(two.request.text, 200)}", soft_wrap=True
        )
    out().print(shown)


def differences(one: Run, two: Run) -> list[dict[str, Any]]:
    """A row for each task of either run; `differs` is empty where all is equal."""
    rows = []
    results = [{row.task_id: row for row in run.results} for run in (one, two)]
    for task_id in sorted(one.plan.by_id.keys() | two.plan.by_id.keys()):
        tasks = [run.plan.by_id.get(task_id) for run in (one, two)]
        sides = [_side(task, found.get(task_id)) for task, found in zip(tasks, results, strict=True)]
        label = next(task.label for task in tasks if task)
        differs = [part for part in ("plan", "expert", "status", "outputs") if sides[0].get(part) != sides[1].get(part)]
        rows.append({"task": label, "differs": differs, "one": sides[0], "two": sides[1]})
    return rows


def _side(task: Task | None, row: Result | None) -> dict[str, Any]:
    if task is None:
        return {"plan": None}
    expert = row.assignment.expert if row and row.assignment else None
    return {
        "plan": task.model_dump(mode="json", exclude={"goal"}) | {"in_words": f"{task.type}: {format_inputs(task)}"},
        "expert": "edited by hand" if row and row.edited else expert and f"{expert.model_id} {expert.revision}".strip(),
        "status": row.status if row else "not done",
        "outputs": [
            {"output": name, "sha256": made.sha256, "text": made.text, "kind": made.kind}
            for name, resources in (row.outputs if row else {}).items()
            for made in resources
        ],
    }


def _lines(side: dict[str, Any], differs: list[str]) -> list[str]:
    """What of a side is shown: its experts and outputs, and its plan where that differs."""
    if side["plan"] is None:
        return ["[dim]not in the plan[/]"]
    lines = [plain(side["plan"]["in_words"], 200)] if "plan" in differs else []
    if side["status"] != "succeeded":
        lines.append(side["status"])
    lines.append(f"[cyan]{plain(side['expert'] or '')}[/]")
    lines += [
        plain(made["text"] or f"{made['kind']} {(made['sha256'] or '')[:12]}", 120) for made in side["outputs"][:5]
    ]
    return [line for line in lines if line != "[cyan][/]"]

"""`show_trace`: a run in time as a Gantt chart: waiting, queued, running; the critical path is marked."""

from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from ...graph.result import Run
from ...graph.timeline import Span, timeline
from .console import note, out, print_json
from .inspect import read_home, read_run_at
from .printable import clean
from .task_tree import MARKS

if TYPE_CHECKING:
    from ...checkpoints.history import History
    from ...checkpoints.open import Storage

_BAR = 60
"""Columns of the chart at most."""


def show_trace(name: str | None, *, home: Path | None, as_json: bool) -> None:
    """`hugginggpt show --trace`."""

    async def read(_: "Storage", history: "History") -> Run:
        return await read_run_at(name, home, None, history)

    run: Run = read_home(home, read)
    spans = timeline(run)
    own = [span for span in spans if not span.taken_over]
    critical = [span.key for span in spans if span.critical]
    if as_json:
        print_json(
            {"run_id": run.run_id, "critical_path": critical, "tasks": [s.model_dump(mode="json") for s in spans]}
        )
        return
    if not own:
        note(f"run {run.run_id} did no task of its own")
    begin = min((span.sent for span in own), default=0.0)
    length = max((span.ended for span in own), default=0.0) - begin
    console = out()
    columns = max(10, min(_BAR, console.width - 50))
    for span in spans:
        console.print(_row(span, begin, length, columns), soft_wrap=True)
    if own:
        console.print(
            f"[dim]0 s to {length:.1f} s; ·· waits for data, ▒▒ for a slot, ██ runs, blank: not at work; * critical path[/]"
        )


def _row(span: Span, begin: float, length: float, columns: int) -> Text:
    mark, style = MARKS.get(span.status, MARKS["pending"])
    line = Text(f"{mark} ", style=style)
    line.append(f"{'*' if span.critical else ' '}{clean(f'{span.key} {span.task_type}'):<30.30} ", style="bold")
    if span.taken_over:
        return line.append("taken over, or edited by hand", style="dim")
    times = (span.ready, span.started - span.queued, span.started, span.ended)
    ready, queued, started, ended = (_column(t - begin, length, columns) for t in times)
    running = max(1, ended - started)
    line.append("·" * ready, style="dim")
    line.append(" " * (queued - ready))
    line.append("▒" * (started - queued), style="yellow")
    line.append("█" * running, style="red" if span.critical else "green")
    tries = f", {span.attempts} attempts" if span.attempts > 1 else ""
    return line.append(f" {span.ended - span.started:.2f} s{tries} {clean(span.model_id)}", style="dim")


def _column(seconds: float, length: float, columns: int) -> int:
    return min(columns - 1, max(0, round(columns * seconds / length))) if length else 0

"""`LiveTree`: a run's tasks on stderr while it runs, redrawn in place on a terminal, a line for each change elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from ...graph.estimate import Estimate
from ...graph.events import (
    Event,
    ExpertChosen,
    LlmCalled,
    LlmProgress,
    PlanReady,
    RunStarted,
    RunWaiting,
    TaskDrafted,
    TaskFinished,
    TaskProgress,
    TaskQueued,
    TaskStarted,
)
from ...graph.expert import NO_EXPERT
from ...graph.plan import Plan
from ...graph.result import EDITED, PLAN_EDITED, Result
from ...graph.task import Task
from .plan import repair_lines
from .printable import clean
from .task_tree import MARKS, tree_of


class LiveTree:
    """Shows the events of a run. A context manager; the last picture stays on the screen."""

    def __init__(self, console: Console, *, moving: bool | None = None) -> None:
        """`moving`: redraw in place; None for whether `console` is a terminal."""
        self._console = console
        self._moving = console.is_terminal if moving is None else moving
        self.plan: Plan | None = None
        self.estimate: Estimate | None = None
        self._drafts: list[str] | None = None
        """Task types that the controller has written so far; None while it is not planning."""
        self._concerns: tuple[str, ...] = ()
        """What is not planned, and what may fail."""
        self._models: dict[int, str] = {}
        self._queued: dict[str, tuple[str, ...]] = {}
        self._started: dict[str, float] = {}
        self._members: dict[int, set[str]] = {}
        self._progress: dict[int, TaskProgress] = {}
        self._calls: dict[str, LlmProgress] = {}
        """Calls to chat models that take longer than a second: of experts by ledger key, of the controller by stage."""
        self._results: dict[int, Result] = {}
        self._recorded: set[int] = set()
        # what goes to a pipe or a file, JSON say, must not be printed on the screen instead
        shared = sys.stdout.isatty()
        self._live = Live(get_renderable=self.picture, console=console, refresh_per_second=8, redirect_stdout=shared)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def update(self, event: Event) -> None:
        """Show one event."""
        match event:
            case RunStarted():
                self._print(f"run {event.run_id}" + (f", forked from {event.parent}" if event.parent else ""))
                self._drafts = []
                if self._moving:
                    self._live.start()
            case TaskDrafted():
                self._drafts = [*(self._drafts or [])[: event.place], event.task_type]
                self._print_if_static(f"  + {event.task_type}")
            case LlmProgress():
                self._show_call(event)
            case LlmCalled():
                self._calls.pop(event.call.stage, None)
            case PlanReady():
                self._show_plan(event)
            case RunWaiting():
                for concern in self._concerns:  # a run that does not wait says them first in its answer
                    self._print(concern, "yellow")
                self._print(f"run {event.run_id} waits for your approval")
                for reason in event.question.split("; ")[1:]:
                    self._print(reason, "yellow")
            case _:
                self._update_task(event)
        if self._moving and self._live.is_started:
            self._live.refresh()

    def _update_task(self, event: Event) -> None:
        match event:
            case ExpertChosen():
                self._models[event.assignment.task_id] = event.assignment.expert.model_id
            case TaskQueued():
                self._queued[event.key] = event.slots
                self._print_if_static(f"  ~ {event.key} waits for {', '.join(event.slots)}")
            case TaskStarted():
                self._queued.pop(event.key, None)
                self._models[event.task_id] = event.model_id
                self._started.setdefault(str(event.task_id), time.monotonic())
                if event.key != str(event.task_id):
                    self._members.setdefault(event.task_id, set()).add(event.key)
                self._print_if_static(f"  … {event.key} {event.model_id}")
            case TaskProgress():
                self._show_progress(event)
            case TaskFinished():
                self._progress.pop(event.result.task_id, None)
                self._calls = {
                    key: call for key, call in self._calls.items() if key.partition("[")[0] != str(event.result.task_id)
                }
                self._results[event.result.task_id] = event.result
                if event.recorded:
                    self._recorded.add(event.result.task_id)
                self._print_if_static("  " + self._line(event.result.task_id).plain)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Draw nothing while the body runs, for instance while the user is asked something."""
        moving = self._live.is_started
        self._live.stop()
        try:
            yield
        finally:
            if moving:
                self._live.start()

    def stop(self) -> None:
        """Stop drawing: the answer follows, or nothing."""
        self._drafts = None
        self._live.stop()

    def _show_plan(self, event: PlanReady) -> None:
        self.plan, self.estimate, self._drafts = event.plan, event.estimate, None
        number = len(event.plan.tasks)
        planned = PLAN_EDITED if PLAN_EDITED in event.repairs else f"planned by the {event.controller} controller"
        self._print(f"{number} task{'s' * (number != 1)}, {planned}")
        for line in repair_lines([repair for repair in event.repairs if repair != PLAN_EDITED]):
            self._print(line)
        self._concerns = (*event.refusals, *(f"warning: {warning}" for warning in event.warnings))
        if self._moving and event.plan.tasks:
            self._live.start()

    def _show_progress(self, event: TaskProgress) -> None:
        """Show progress in the line of the task; where nothing is redrawn, print a line for every quarter."""
        before = self._progress.get(event.task_id)
        if before is None or before.what != event.what or _quarter(before) != _quarter(event):
            self._print_if_static(f"  … {event.key} {_progress_text(event)}")
        self._progress[event.task_id] = event
        if event.total and event.done >= event.total:
            del self._progress[event.task_id]

    def _show_call(self, event: LlmProgress) -> None:
        """Show what a call waits for; where nothing is redrawn, print a line when that changes and every ten seconds."""
        key, now = event.key or event.progress.stage, event.progress
        before = self._calls.get(key)
        if before is None or (before.progress.phase, before.progress.seconds // 10) != (now.phase, now.seconds // 10):
            self._print_if_static(f"  … {f'{event.key} ' if event.key else ''}{clean(str(now))}")
        self._calls[key] = event

    def _print(self, text: str, style: str = "dim") -> None:
        self._console.print(Text(clean(text), style=style), soft_wrap=True)

    def _print_if_static(self, line: str) -> None:
        if not self._moving:
            self._console.print(Text(line), soft_wrap=True)

    def picture(self) -> RenderableType:
        """The tree of the tasks; while the plan is being written, the tasks so far."""
        if self._drafts is not None:
            drafted = (Text(f"  + {name}", style="dim") for name in self._drafts)
            waits = "; ".join(["planning", *self._waits()])
            return Group(_with_spinner(Spinner("dots", style="cyan"), Text(waits, style="dim")), *drafted)
        if self.plan is None:
            return Group()
        calls = (_with_spinner(Spinner("dots", style="cyan"), Text(line, style="dim")) for line in self._waits())
        return Group(tree_of(self.plan, self._row), *calls)

    def _waits(self) -> list[str]:
        """What calls of the controller wait for."""
        return [clean(str(call.progress)) for call in self._calls.values() if not call.key]

    def _row(self, task: Task) -> RenderableType:
        busy = str(task.id) in self._started or task.id in self._progress
        if busy and task.id not in self._results:
            return _with_spinner(Spinner("dots", style="cyan"), self._line(task.id))
        return self._line(task.id)

    def _line(self, task_id: int) -> Text:
        task = self.plan.by_id[task_id] if self.plan else None
        result = self._results.get(task_id)
        running = str(task_id) in self._started and result is None
        mark, style = MARKS[result.status if result else "pending"]
        line = Text() if running else Text(f"{mark} ", style=style)
        line.append(f"{task_id} {task.type if task else result.task_type if result else ''}", style="bold")
        if task and len(task.depends_on) > 1:
            line.append(f" ← {', '.join(map(str, task.depends_on))}", style="dim")
        if model := self._models.get(task_id) or (result and result.assignment and result.assignment.expert.model_id):
            line.append(f"  {model}", style="cyan")
        if members := self._members.get(task_id):
            line.append(f" ×{len(members)}", style="dim")
        if result and result.edited:
            line.append(f"  {EDITED}", style="dim")
        elif task_id in self._recorded:
            line.append("  recorded", style="dim")
        elif result and result.attempts:
            line.append(f"  {result.duration:.1f} s", style="dim")
        elif not result and (slots := self._queued.get(str(task_id))):
            line.append(f"  waits for {', '.join(slots)}", style="dim")
        elif running:
            line.append(f"  {time.monotonic() - self._started[str(task_id)]:.0f} s", style="dim")
        if not result and (progress := self._progress.get(task_id)):
            line.append(f"  {_progress_text(progress)}", style="dim")
        call = next((call for key, call in self._calls.items() if key.partition("[")[0] == str(task_id)), None)
        if not result and call:
            line.append(f"  {clean(str(call.progress))}", style="dim")
        if result and result.error:
            short = NO_EXPERT if result.error.startswith(NO_EXPERT) else result.error  # the answer says what helps
            line.append(f"  {clean(short)}", style=style)
        return line


def format_bytes(count: int) -> str:
    """A number of bytes: `167 MB`, `2.3 GB`."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(1, round(count / 1e6))} MB"


def _progress_text(event: TaskProgress) -> str:
    shown, unit = (format_bytes, "") if event.unit == "bytes" else (str, f" {event.unit}")
    total = f" of {shown(event.total)}" if event.total else ""
    return f"{clean(event.what)}: {shown(event.done)}{total}{unit}"


def _quarter(event: TaskProgress) -> int:
    return 4 * event.done // event.total if event.total else 0


def _with_spinner(spinner: Spinner, line: Text) -> Table:
    row = Table.grid(padding=(0, 1, 0, 0))
    row.add_row(spinner, line)
    return row

"""`draw_dag`, `draw_time`: where the boxes, lines and bars of a plan and of its Gantt chart are, for the templates."""

from collections import defaultdict
from typing import Final, NamedTuple

from ...graph.plan import Plan
from ...graph.result import Run
from ...graph.timeline import Span, timeline

WIDTH, HEIGHT, ACROSS, DOWN, EDGE = 190, 50, 70, 18, 6
"""Of a box of a task; between columns, between rows, around all. Pixels."""
CHART: Final = 560
"""Pixels from the beginning of a run to its end."""


class Box(NamedTuple):
    """A task in the picture of a plan."""

    task_id: int
    x: int
    y: int


class Dag(NamedTuple):
    """The picture of a plan: tasks from left to right, lines from each to those that need it."""

    width: int
    height: int
    boxes: list[Box]
    lines: list[str]
    """SVG paths."""


class Bar(NamedTuple):
    """A task in time: pixels from the left of the chart."""

    span: Span
    ready: float
    queued: float
    started: float
    ended: float


class Chart(NamedTuple):
    """The Gantt chart of a run."""

    bars: list[Bar]
    seconds: float
    ticks: list[tuple[float, str]]


def draw_dag(plan: Plan) -> Dag:
    """Each task in the column after the last of those that it waits for, near their middle."""
    column, row = dict[int, int](), dict[int, float]()
    columns: dict[int, list[int]] = defaultdict(list)
    for task in plan.tasks:
        column[task.id] = max((column[before] + 1 for before in task.depends_on), default=0)
        columns[column[task.id]].append(task.id)
    for number in sorted(columns):

        def middle(task_id: int) -> float:
            above = [row[before] for before in plan.by_id[task_id].depends_on]
            return sum(above) / len(above) if above else float(columns[0].index(task_id))

        for place, task_id in enumerate(sorted(columns[number], key=middle)):
            row[task_id] = place
    boxes = {
        task.id: Box(task.id, EDGE + column[task.id] * (WIDTH + ACROSS), EDGE + round(row[task.id]) * (HEIGHT + DOWN))
        for task in plan.tasks
    }
    lines = []
    for task in plan.tasks:
        for before in task.depends_on:
            x, y = boxes[before].x + WIDTH, boxes[before].y + HEIGHT // 2
            to_x, to_y = boxes[task.id].x - 5, boxes[task.id].y + HEIGHT // 2
            bend = max(30, (to_x - x) // 2)
            lines.append(f"M{x} {y} C{x + bend} {y} {to_x - bend} {to_y} {to_x} {to_y}")
    width = max((box.x for box in boxes.values()), default=0) + WIDTH + EDGE
    height = max((box.y for box in boxes.values()), default=0) + HEIGHT + EDGE
    return Dag(width, height, list(boxes.values()), lines)


def draw_time(run: Run) -> Chart:
    """What the run did itself; results that it has taken over have no bar."""
    spans = timeline(run)
    own = [span for span in spans if not span.taken_over]
    begin = min((span.sent for span in own), default=0.0)
    seconds = max((span.ended for span in own), default=0.0) - begin
    scale = CHART / seconds if seconds else 0.0
    bars = [
        Bar(span, *(
            0.0 if span.taken_over else round((moment - begin) * scale, 1)
            for moment in (span.ready, span.started - span.queued, span.started, span.ended)
        ))
        for span in spans
    ]  # fmt: skip
    ticks = [(CHART * quarter / 4, f"{seconds * quarter / 4:.2g} s") for quarter in range(5)] if seconds else []
    return Chart(bars, seconds, ticks)

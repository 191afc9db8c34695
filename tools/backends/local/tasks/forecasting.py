"""time-series-forecasting: continues every column of numbers in a table by TimesFM, and dates and counts by arithmetic."""

import re
from collections.abc import Sequence
from typing import Any

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from ....media.series import MIN_LENGTH, extrapolated
from ....media.table_columns import columns
from ...answers import table_answer
from ..loading import Source
from ..registry import local
from ..torch_device import device

OLD, NEW = "TimesFmModelForPrediction", "TimesFm2_5ModelForPrediction"
MAX_STEPS = 512
"""That a task may request."""
DEFAULT_STEPS = 24
"""At most, where the goal names no number."""
_UNIT = "step|value|point|row|hour|day|week|month|quarter|year"
_STEPS = re.compile(rf"\b(?:next|coming|following|further|another) (\d{{1,4}})\b|\b(\d{{1,4}}) (?:{_UNIT})s?\b")
_SLOW = ((re.compile(r"\b(?:quarter|year|annual)"), 2), (re.compile(r"\b(?:week|month)"), 1))
"""The frequency of values, an input of the first TimesFM: 0 is daily or faster."""


@local("time-series-forecasting")
def forecast(call: Call, source: Source) -> Sequence[Artifact]:
    """As many rows as the goal requests ("the next 12 months"), else a quarter of the table's rows."""
    table, goal = columns(call.one("table")), call.task.goal.lower()
    steps = _steps(goal, len(next(iter(table.values()))))
    beside = {name: later for name, cells in table.items() if (later := extrapolated(cells, steps))}
    series = {name: values for name, cells in table.items() if name not in beside and (values := _numbers(cells))}
    if not series:  # only evenly growing numbers: then these are the series
        series = {name: values for name in beside if (values := _numbers(table[name]))}
        beside = {name: later for name, later in beside.items() if name not in series}
    if not series:
        raise ExpertError(
            f"there is no series to continue: a column of {MIN_LENGTH} numbers or more is needed", kind="wrong_task"
        )
    forecasts = _forecast_series(source, list(series.values()), steps, goal)
    beside = beside or {"step": [str(step + 1) for step in range(steps)]}
    whole = beside | {
        name: [float(f"{value:.6g}") for value in values] for name, values in zip(series, forecasts, strict=True)
    }
    return table_answer(call, [{name: values[step] for name, values in whole.items()} for step in range(steps)])


def _steps(goal: str, length: int) -> int:
    if (match := _STEPS.search(goal)) is None:
        return max(1, min(DEFAULT_STEPS, length // 4))
    steps = int(match[1] or match[2])
    if not 1 <= steps <= MAX_STEPS:
        raise ExpertError(f"{steps} steps are requested; 1 to {MAX_STEPS} are possible", input_fault=True)
    return steps


def _numbers(cells: Sequence[str]) -> list[float]:
    """A column as numbers, its gaps filled by linear interpolation; empty where it has too few numbers."""
    import numpy as np

    try:
        values = np.array([float(cell) if cell.strip() else np.nan for cell in cells])
    except ValueError:
        return []
    known = np.isfinite(values)
    if known.sum() < MIN_LENGTH:
        return []
    places = np.arange(len(values))
    filled: list[float] = np.interp(places, places[known], values[known]).tolist()
    return filled


def _forecast_series(source: Source, series: Sequence[Sequence[float]], steps: int, goal: str) -> list[list[float]]:
    """`steps` values for each series; the model's output is appended to its input until there are enough."""
    import torch

    model = source.model(OLD, NEW, exact=True)
    options: dict[str, Any] = {}
    if source.class_for((OLD, NEW)) == OLD:
        options["freq"] = [next((pace for words, pace in _SLOW if words.search(goal)), 0)] * len(series)
    past = [torch.tensor(values, dtype=torch.float32, device=device()) for values in series]
    lengths = [len(values) for values in past]
    while min(len(values) - length for values, length in zip(past, lengths, strict=True)) < steps:
        more = model(past_values=past, **options).mean_predictions
        past = [torch.cat([values, row]) for values, row in zip(past, more, strict=True)]
    made = [values[length : length + steps] for values, length in zip(past, lengths, strict=True)]
    if not all(bool(torch.isfinite(values).all()) for values in made):
        raise ExpertError(f"{source.model_id} returned values that are not finite", kind="garbage")
    return [values.tolist() for values in made]

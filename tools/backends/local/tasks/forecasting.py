"""Series continued: every column of numbers of a table, by TimesFM; dates and counts beside them simply go on."""

import re
from collections.abc import Sequence
from typing import Any

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from ....media.series import FEWEST, continued
from ....media.table_columns import columns
from ...answers import table_answer
from ..loading import Source
from ..registry import local
from ..torch_device import device

OLD, NEW = "TimesFmModelForPrediction", "TimesFm2_5ModelForPrediction"
MOST = 512
"""Steps that may be asked for."""
USUAL = 24
"""Steps at most, where the goal names no number."""
_UNIT = "step|value|point|row|hour|day|week|month|quarter|year"
_STEPS = re.compile(rf"\b(?:next|coming|following|further|another) (\d{{1,4}})\b|\b(\d{{1,4}}) (?:{_UNIT})s?\b")
_SLOW = ((re.compile(r"\b(?:quarter|year|annual)"), 2), (re.compile(r"\b(?:week|month)"), 1))
"""How often values come, as the first TimesFM wants to know it: 0 is daily or faster."""


@local("time-series-forecasting")
def forecast(call: Call, source: Source) -> Sequence[Artifact]:
    """As many rows as the goal says ("the next 12 months"), else a quarter of what there is."""
    table, goal = columns(call.one("table")), call.task.goal.lower()
    steps = _steps(goal, len(next(iter(table.values()))))
    beside = {name: later for name, cells in table.items() if (later := continued(cells, steps))}
    series = {name: values for name, cells in table.items() if name not in beside and (values := _numbers(cells))}
    if not series:  # numbers that grow evenly are all there is: then they are the series
        series = {name: values for name in beside if (values := _numbers(table[name]))}
        beside = {name: later for name, later in beside.items() if name not in series}
    if not series:
        raise ExpertError(
            f"there is no series to continue: a column of {FEWEST} numbers or more is needed", kind="wrong_task"
        )
    made = _continued(source, list(series.values()), steps, goal)
    beside = beside or {"step": [str(step + 1) for step in range(steps)]}
    whole = beside | {
        name: [float(f"{value:.6g}") for value in values] for name, values in zip(series, made, strict=True)
    }
    return table_answer(call, [{name: values[step] for name, values in whole.items()} for step in range(steps)])


def _steps(goal: str, length: int) -> int:
    if (match := _STEPS.search(goal)) is None:
        return max(1, min(USUAL, length // 4))
    asked = int(match[1] or match[2])
    if not 1 <= asked <= MOST:
        raise ExpertError(f"{asked} steps are asked for; 1 to {MOST} can be told", input_fault=True)
    return asked


def _numbers(cells: Sequence[str]) -> list[float]:
    """A column as numbers, its gaps filled in a straight line; empty where it is none."""
    import numpy as np

    try:
        values = np.array([float(cell) if cell.strip() else np.nan for cell in cells])
    except ValueError:
        return []
    known = np.isfinite(values)
    if known.sum() < FEWEST:
        return []
    places = np.arange(len(values))
    filled: list[float] = np.interp(places, places[known], values[known]).tolist()
    return filled


def _continued(source: Source, series: Sequence[Sequence[float]], steps: int, goal: str) -> list[list[float]]:
    """`steps` values for each series: what the model tells at once, put behind it, until there are enough."""
    import torch

    model = source.model(OLD, NEW, exact=True)
    told: dict[str, Any] = {}
    if source.class_for((OLD, NEW)) == OLD:
        told["freq"] = [next((pace for words, pace in _SLOW if words.search(goal)), 0)] * len(series)
    past = [torch.tensor(values, dtype=torch.float32, device=device()) for values in series]
    lengths = [len(values) for values in past]
    while min(len(values) - length for values, length in zip(past, lengths, strict=True)) < steps:
        more = model(past_values=past, **told).mean_predictions
        past = [torch.cat([values, row]) for values, row in zip(past, more, strict=True)]
    made = [values[length : length + steps] for values, length in zip(past, lengths, strict=True)]
    if not all(bool(torch.isfinite(values).all()) for values in made):
        raise ExpertError(f"{source.model_id} told numbers that are none", kind="garbage")
    return [values.tolist() for values in made]

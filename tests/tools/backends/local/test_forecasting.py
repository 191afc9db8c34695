"""Forecasts by tiny models in a real worker process: their values are chance, their number and columns are not."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from hugginggpt.graph.errors import ExpertError
from hugginggpt.tools.media.series import extrapolated
from local_calls import Do

MONTHS = [f"{2024 + n // 12}-{n % 12 + 1:02}" for n in range(30)]


def table(folder: Path, **columns: list[Any]) -> Path:
    path = folder / "series.csv"
    rows = [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    path.write_text("\n".join([",".join(columns), *rows]) + "\n")
    return path


@pytest.mark.parametrize("model", ["timesfm", "timesfm_new"])
async def test_every_column_of_numbers_is_continued_with_its_dates(do: Do, tmp_path: Path, model: str) -> None:
    sold = [round(math.sin(n / 3) * 5 + 20, 2) for n in range(30)]
    path = table(tmp_path, month=MONTHS, sold=sold, shop=["a"] * 30, cost=[2 * value for value in sold])
    made = await do("time-series-forecasting", model, {"table": path}, goal="Forecast the next 20 months")
    rows = json.loads(made["table"].text or "")
    assert [row["month"] for row in rows[:2]] == ["2026-07", "2026-08"]
    assert len(rows) == 20  # more than the model tells at once
    assert all(set(row) == {"month", "sold", "cost"} for row in rows)
    assert all(isinstance(row["sold"], float) and math.isfinite(row["sold"]) for row in rows)
    again = await do("time-series-forecasting", model, {"table": path}, goal="Forecast the next 20 months")
    assert again["table"].text == made["table"].text


async def test_numbers_that_grow_evenly_are_a_series_where_there_is_no_other(do: Do, tmp_path: Path) -> None:
    path = table(tmp_path, month=MONTHS[:12], sold=list(range(10, 22)))
    rows = json.loads((await do("time-series-forecasting", "timesfm", {"table": path}))["table"].text or "")
    assert [row["month"] for row in rows] == ["2025-01", "2025-02", "2025-03"]
    assert all(set(row) == {"month", "sold"} for row in rows)


async def test_without_a_number_in_the_goal_a_quarter_of_the_series_is_forecast(do: Do, tmp_path: Path) -> None:
    path = table(tmp_path, value=[1.5, "", 2.5, 3.5, 3.0, 4.0, 4.5, 5.0], shop=["a"] * 8)
    rows = json.loads((await do("time-series-forecasting", "timesfm", {"table": path}))["table"].text or "")
    assert [row["step"] for row in rows] == ["1", "2"]


async def test_a_table_without_a_series_is_refused(do: Do, tmp_path: Path) -> None:
    path = table(tmp_path, name=["a", "b", "c", "d"])
    with pytest.raises(ExpertError, match="no series to continue"):
        await do("time-series-forecasting", "timesfm", {"table": path})
    path = table(tmp_path, value=[1.5, 2.0, 1.0, 3.0])
    with pytest.raises(ExpertError, match="900 steps are requested; 1 to 512"):
        await do("time-series-forecasting", "timesfm", {"table": path}, goal="the next 900 days")


@pytest.mark.parametrize(
    ("cells", "later"),
    [
        (["2019", "2020", "2021", "2022"], ["2023", "2024"]),
        (["2025-10", "2025-11", "2025-12", "2026-01"], ["2026-02", "2026-03"]),
        (["2025-01-01", "2025-04-01", "2025-07-01", "2025-10-01"], ["2026-01-01", "2026-04-01"]),
        (["2026-02-20", "2026-02-27", "2026-03-06", "2026-03-13"], ["2026-03-20", "2026-03-27"]),
        (["9999-12-01", "9999-12-02", "9999-12-03", "9999-12-31"], []),
        (["9999-12-28", "9999-12-29", "9999-12-30", "9999-12-31"], []),
        (["1", "2", "4", "8"], []),
        (["4", "3", "2", "1"], []),
        (["1", "2", "3"], []),
        (["Monday", "Tuesday", "Wednesday", "Thursday"], []),
    ],
)
def test_dates_and_counts_are_continued_where_their_steps_are_even(cells: list[str], later: list[str]) -> None:
    assert extrapolated(cells, 2) == later

"""Columns of hours and minutes are added and compared as what they are."""

from pathlib import Path

import pytest

from hugginggpt.graph.call import Material
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.resource import Resource
from hugginggpt.tools.tables.calculation import answer_about
from hugginggpt.tools.tables.table import read_table


def answer(cells: str, question: str) -> str:
    rows = "\n".join(f"{name},{cell}" for name, cell in zip(("Ada", "Bo", "Cem"), cells.split(), strict=False))
    resource = Resource(kind="table", media_type="text/csv", text=f"runner,time\n{rows}\n", name="runs.csv")
    return answer_about(read_table(Material(resource=resource, path=Path("runs.csv"))), question)


@pytest.mark.parametrize(
    ("cells", "question", "said"),
    [
        ("1:30:15 2:05:50 0:45:05", "What is the total time?", "4:21:10"),
        ("1:30:15 2:05:50 0:45:05", "What is the average time?", "1:27:03.33"),
        ("1:30:15 12:05:50 2:45:05", "Which runner has the highest time?", "Bo, with 12:05:50"),
        ("1:30 2:05 0:45", "What is the sum of time?", "4:20"),
        ("59:30 2:05", "What is the sum of time?", "61:35"),
    ],
)
def test_durations_are_added_and_compared(cells: str, question: str, said: str) -> None:
    assert answer(cells, question) == said


def test_times_of_two_and_of_three_parts_are_not_mixed() -> None:
    """Whether `1:30` are hours or minutes is not known."""
    with pytest.raises(ExpertError, match="two and of three parts"):
        answer("1:30 2:05:50", "What is the sum of time?")

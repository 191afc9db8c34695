"""Everyday verbs in questions about a table: what was made, sold, earned."""

from pathlib import Path

import pytest

from hugginggpt.graph.call import Material
from hugginggpt.graph.resource import Resource
from hugginggpt.tools.tables.calculation import answer_about
from hugginggpt.tools.tables.table import read_table

SALES = """\
date,region,product,units,revenue
2025-02-03,North,apples,10,50
2025-03-05,South,apples,20,120
2025-04-20,South,pears,5,300
2025-05-11,West,pears,8,80
2025-06-30,South,apples,2,95
"""


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many apples were sold?", "32"),
        ("Which region sold the most apples?", "South, with 22 in all its rows together"),
        ("How much money did South make in April?", "300"),
        ("How much did pears bring in?", "380"),
        ("How much did we earn in South from April to June?", "395"),
    ],
)
def test_everyday_verbs_mean_the_columns_that_hold_what_they_say(question: str, answer: str) -> None:
    """What was made or sold is read from the column of revenue or units, and rows are not counted in its place."""
    resource = Resource(kind="table", media_type="text/csv", name="sales.csv", text=SALES)
    assert answer_about(read_table(Material(resource=resource, path=Path())), question) == answer

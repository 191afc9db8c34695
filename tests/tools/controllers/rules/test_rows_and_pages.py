"""Promises about rows, lines, pages and words: what a request sets is in the parameters of its tasks."""

import pytest

from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Request
from hugginggpt.graph.task import Scalar
from hugginggpt.tools.controllers.rules.controller import propose

Parameters = dict[str, Scalar | tuple[Scalar, ...]]


def planned(text: str, *files: Resource) -> list[tuple[str, Parameters]]:
    """The tasks of a request: type and parameters."""
    proposal = propose(Request(text=text, files=files))
    assert not proposal.refusals
    return [(task.type, task.parameters) for task in proposal.plan.tasks]


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        ("Count the rows of boats.csv where port is Bergen", [("count", {"where": ("port = Bergen",)})]),
        ("How many rows in boats.csv have a length above 7?", [("count", {"where": ("length > 7",)})]),
        ("Show only the rows of boats.csv where port is not Oslo", [("filter", {"where": ("port != Oslo",)})]),
        ("Keep the lines of boot.log that contain 'disk'", [("filter", {"where": ("* contains disk",)})]),
        ("How many lines of boot.log contain ERROR?", [("count", {"where": ("* contains ERROR",)})]),
        ("How many sentences are in essay.txt?", [("count", {"look_for": "sentences"})]),
        ("How many pages does thesis.pdf have?", [("count", {"look_for": "pages"})]),
        ("How many boats are in boats.csv?", [("table-question-answering", {})]),
    ],
)
def test_conditions_and_units_become_parameters(text: str, tasks: list[tuple[str, Parameters]]) -> None:
    assert planned(text) == tasks


def test_rows_without_a_condition_that_is_understood_are_refused() -> None:
    proposal = propose(Request(text="Show only the rows of boats.csv"))
    assert not proposal.plan.tasks
    assert "no condition" in proposal.refusals[0]

"""Promises about summaries, patterns and tables: limits, kinds and orders reach the parameters."""

from time import process_time

import pytest

from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Request
from hugginggpt.graph.task import Scalar
from hugginggpt.tools.controllers.rules.controller import propose

Parameters = dict[str, Scalar | tuple[Scalar, ...]]
BOATS = Resource(kind="table", media_type="text/csv", name="boats.csv")


def planned(text: str, *files: Resource) -> list[tuple[str, Parameters]]:
    """The tasks of a request: type and parameters."""
    proposal = propose(Request(text=text, files=files))
    assert not proposal.refusals
    return [(task.type, task.parameters) for task in proposal.plan.tasks]


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("Summarise essay.txt in four sentences", {"max_sentences": 4}),
        ("Summarise essay.txt in at most 25 words", {"max_words": 25}),
        ("Summarise essay.txt in fewer than 10 words", {"max_words": 9}),
        ("Give me a 40-word summary of essay.txt", {"max_words": 40}),
        ("Summarise essay.txt in one paragraph", {"format": "paragraph"}),
        ("Summarise essay.txt as bullet points", {"format": "bullets"}),
        ("Summarise essay.txt in five bullet points", {"max_sentences": 5, "format": "bullets"}),
    ],
)
def test_the_limits_of_a_summary_are_parameters(text: str, limits: Parameters) -> None:
    assert planned(text) == [("summarization", limits)]


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("Sort boats.csv by length", {"by": "length"}),
        ("Sort boats.csv by due date, latest first", {"by": "due date", "descending": True}),
        ("Sort the lines of names.txt alphabetically", {}),
    ],
)
def test_the_order_of_a_sort_is_a_parameter(text: str, parameters: Parameters) -> None:
    assert planned(text) == [("sort", parameters)]


@pytest.mark.parametrize(
    "text",
    [
        "Total length per port",
        "Show the top 2 rows by length",
        "Calculate the average length",
        "How many ports are there?",
    ],
)
def test_what_arithmetic_answers_is_asked_of_the_attached_table(text: str) -> None:
    assert [name for name, _ in planned(text, BOATS)] == ["table-question-answering"]


@pytest.mark.parametrize(
    "text",
    [
        "Are these two files the same?",
        "Do these files differ?",
        "What is the difference between these two texts?",
        "What changed between the two versions?",
        "Compare both documents",
    ],
)
def test_two_files_that_are_given_are_compared_however_one_asks(text: str) -> None:
    files = (Resource(kind="text", media_type="text/plain", name=name) for name in ("a.txt", "b.txt"))
    assert planned(text, *files) == [("compare", {})]


def test_two_text_files_are_compared_word_by_word() -> None:
    assert [name for name, _ in planned("Compare a.txt with b.txt")] == ["compare"]


@pytest.mark.parametrize(
    "text",
    [
        "Find e-mails in page.txt",
        "Extract the links from page.txt",
        "List all phone numbers and IBANs in page.txt",
        "find the dates, amounts and e-mail addresses in page.txt",
    ],
)
def test_what_has_a_form_is_found_by_its_form(text: str) -> None:
    assert [name for name, _ in planned(text)] == ["token-classification"]


@pytest.mark.parametrize("text", ["enlarge a.jpg " + "enlarge " * 800, "if " * 4_000, "translate it if " * 600])
def test_a_word_repeated_a_thousand_times_is_planned_in_seconds(text: str) -> None:
    """The time grows with the length of a request, not with its square."""
    propose(Request(text="summarise a.txt"))
    begun = process_time()
    propose(Request(text=text))
    assert process_time() - begun < 15


def test_the_cut_of_a_long_request_falls_between_words() -> None:
    """What is reported of it are words that the request holds."""
    refusals = propose(Request(text="summarize it. " * 7_142)).refusals
    assert not [reason for reason in refusals if "“arize" in reason]


@pytest.mark.parametrize("text", ["Email this letter to my landlord", "send the letter to my boss"])
def test_a_letter_that_is_there_is_not_written_again_to_be_sent(text: str) -> None:
    letter = Resource(kind="text", media_type="text/plain", name="letter.txt", sha256="0" * 64)
    proposal = propose(Request(text=text, files=(letter,)))
    assert not proposal.plan.tasks
    assert "no expert can do that" in proposal.refusals[0]

"""Promises of `benchmarks/suites.py`: how a proposal is judged."""

from types import ModuleType
from typing import Any

import pytest

from hugginggpt.graph.plan import Plan
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Proposal
from hugginggpt.graph.task import Ref, Task

TABLE = Resource(kind="table", media_type="text/csv", name="sales_3.csv")
NOTES = Resource(kind="text", media_type="text/plain", name="notes.txt")


def proposal(*tasks: Task, refusals: tuple[str, ...] = ()) -> Proposal:
    return Proposal(plan=Plan(tasks=tasks), refusals=refusals)


def count_rows(**parameters: Any) -> Task:
    return Task(
        id=0, type="count", inputs={"items": (TABLE,)}, parameters=parameters, goal="rows where region is North"
    )


def carries(words: str, *values: str) -> dict[str, Any]:
    return {"request": "...", "files": [], "carries": [{"words": words, "values": list(values)}]}


@pytest.mark.parametrize(
    ("planned", "carry"),
    [
        (proposal(count_rows(label="North")), carries("where region is North", "north")),
        (proposal(count_rows()), carries("count", "type:count")),
        (proposal(count_rows()), carries("in that table", "sales_3.csv")),
        (proposal(count_rows(), refusals=("Not done: “where region is North”.",)), carries("region is North", "north")),
        (proposal(refusals=("Nothing fits.",)), carries("region is North", "north")),
    ],
    ids=["in a parameter", "as a type", "as a file", "in a refusal", "all is refused"],
)
def test_words_that_take_effect_or_are_reported_are_not_lost(
    suites: ModuleType, planned: Proposal, carry: dict[str, Any]
) -> None:
    assert suites.faults_of("lossless", carry, planned) == ()


@pytest.mark.parametrize(
    ("planned", "carry"),
    [
        (proposal(count_rows()), carries("where region is North", "north")),
        (proposal(count_rows()), carries("first 3 rows", "3|three")),
        (proposal(count_rows(label="Northern")), carries("where region is North", "north")),
        (proposal(count_rows(), refusals=("This is not it, the rest is.",)), carries("where it is the North", "north")),
    ],
    ids=["only in the goal", "only in a file's name", "only as part of a word", "no content word in the refusal"],
)
def test_words_that_only_seem_to_take_effect_are_lost(
    suites: ModuleType, planned: Proposal, carry: dict[str, Any]
) -> None:
    assert len(suites.faults_of("lossless", carry, planned)) == 1


@pytest.mark.parametrize("suite", ["lossless", "uninvented", "harmless", "office"])
def test_nothing_planned_and_nothing_reported_is_wrong_in_every_suite(suites: ModuleType, suite: str) -> None:
    assert suites.faults_of(suite, {"carries": [], "allowed": [], "types": [], "refuse": True}, proposal()) != ()


def test_a_task_that_the_author_does_not_expect_is_invented(suites: ModuleType) -> None:
    row = {"allowed": ["filter"]}
    assert suites.faults_of("uninvented", row, proposal(count_rows())) == ("invented count",)


def test_a_courtesy_is_no_fault_unless_it_is_reported_or_planned(suites: ModuleType) -> None:
    summary = Task(id=0, type="summarization", inputs={"text": NOTES})
    speech = Task(id=1, type="text-to-speech", inputs={"text": Ref(task_id=0)})
    row = {"types": ["summarization|text-generation"]}
    assert suites.faults_of("harmless", row, proposal(summary)) == ()
    assert suites.faults_of("harmless", row, proposal(summary, speech)) == ("invented text-to-speech",)
    assert suites.faults_of("harmless", row, proposal(summary, refusals=("Not done: “for her”.",))) == ("reported",)
    assert suites.faults_of("harmless", {"types": ["translation"]}, proposal(summary))[0] == "missing translation"


def test_a_graph_is_right_without_refusals_and_a_refusal_where_nothing_can_be_done(suites: ModuleType) -> None:
    accepted = {"accept": [{"tasks": ["count"], "links": []}]}
    assert suites.faults_of("office", accepted, proposal(count_rows())) == ()
    assert suites.faults_of("office", accepted, proposal(count_rows(), refusals=("Not done.",))) == ("reported",)
    assert suites.faults_of("office", {"refuse": True}, proposal(refusals=("I send no mail.",))) == ()
    assert suites.faults_of("office", {"refuse": True}, proposal(count_rows())) == ("planned",)


def test_the_table_has_a_row_for_each_suite_asked_for(suites: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    suites.main(["office", "-v"])
    printed = capsys.readouterr().out
    assert "| office | 60 | " in printed
    assert "lossless" not in printed


def test_every_third_request_stays_unread(suites: ModuleType) -> None:
    judged = [suites.Judged(str(number), ("wrong",), proposal()) for number in range(6)]
    assert [row.request for row in suites.unread_third(judged)] == ["2", "5"]
    assert [line[0] for line in suites.wrong_lines(judged)] == ["0", "1", "3", "4"]

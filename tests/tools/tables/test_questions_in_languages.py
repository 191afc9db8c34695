"""Questions about tables in six languages: the same arithmetic as in English, answered in the language of the question."""

import tomllib
from pathlib import Path

import pytest

from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.mentions import kind_of_name
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Request
from hugginggpt.tools.controllers.rules.controller import propose
from hugginggpt.tools.tables.calculation import answer_about

from .test_questions import table

ROWS = tomllib.loads(Path(__file__).with_name("questions.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("code", ROWS)
def test_a_question_in_another_language_is_answered_by_arithmetic(code: str) -> None:
    given = table(ROWS[code]["table"])
    assert [[question, answer_about(given, question)] for question, _ in ROWS[code]["answered"]] == ROWS[code][
        "answered"
    ]


@pytest.mark.parametrize("code", ROWS)
def test_a_question_with_a_word_of_no_meaning_is_refused(code: str) -> None:
    """No total of everything in place of a part that was named."""
    with pytest.raises(ExpertError):
        answer_about(table(ROWS[code]["table"]), ROWS[code]["refused"])


@pytest.mark.parametrize("code", ROWS)
def test_conditions_and_sums_are_read_by_the_table_itself(code: str) -> None:
    kind, media_type = kind_of_name("sales.csv")
    file = Resource(kind=kind, media_type=media_type, name="sales.csv")
    proposal = propose(Request(text=ROWS[code]["request"], files=(file,)))
    assert [task.type for task in proposal.plan.tasks] == ["table-question-answering"]
    assert not proposal.refusals

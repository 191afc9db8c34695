"""References in text: every spelling is parsed by one function, and written in one spelling."""

import pytest

from hugginggpt.graph.errors import InvalidPlan
from hugginggpt.graph.references import format_parts, only_references, parse_references
from hugginggpt.graph.task import Ref

STANDARD = ["<resource>-2", "<GENERATED>-2", "<Resource-2>", "<generated-2>", "<node-2>"]
MISSPELT = ["<resource> - 2", "&lt;resource&gt;-2", "{{resource-2}}", "{task_2}", "<task 2>", "<resource>-2.text"]


@pytest.mark.parametrize("text", STANDARD)
def test_the_spellings_of_the_paper_jarvis_and_taskbench_are_parsed(text: str) -> None:
    assert parse_references(text) == parse_references(text, lenient=True) == (Ref(task_id=2),)
    assert parse_references(f"a {text}b") == ("a ", Ref(task_id=2), "b")


@pytest.mark.parametrize("text", MISSPELT)
def test_misspelt_references_are_parsed_only_where_a_model_wrote_them(text: str) -> None:
    assert parse_references(f"see {text}, please", lenient=True) == ("see ", Ref(task_id=2), ", please")
    assert Ref(task_id=2) not in parse_references(text) or text == "<resource>-2.text"


@pytest.mark.parametrize("text", ["resource-2", "output of task 2", " Generated_2 "])
def test_words_are_a_reference_only_where_they_are_the_whole_text(text: str) -> None:
    assert parse_references(text, lenient=True) == (Ref(task_id=2),)
    assert parse_references(f"the {text} of it", lenient=True) == (f"the {text} of it",)


def test_a_text_is_written_again_with_references_in_the_standard_spelling() -> None:
    assert format_parts(parse_references("of <node-1> and <GENERATED>-22.")) == "of <resource>-1 and <resource>-22."
    assert format_parts(parse_references("no reference, <b>-1")) == "no reference, <b>-1"
    assert parse_references("") == ()


def test_a_list_of_references_is_told_apart_from_a_sentence_with_references() -> None:
    assert only_references(parse_references("<resource>-1, <resource>-2 "))
    assert not only_references(parse_references("<resource>-1 and <resource>-2"))


def test_a_number_that_is_too_long_is_refused_in_a_plan_and_text_in_an_answer_of_a_model() -> None:
    text = f"<resource>-{'9' * 5000}"
    with pytest.raises(InvalidPlan, match="one of 5000 characters"):
        parse_references(text)
    assert parse_references(text, lenient=True) == (text,)

"""JSON in answers: found between prose and thoughts, repaired where it is complete, refused where it is not."""

import pytest

from hugginggpt.tools.chat_models.json_answers import UnreadableAnswer, json_in_answer
from hugginggpt.tools.chat_models.thoughts import without_thoughts


@pytest.mark.parametrize(
    "answer",
    [
        '{"a": 1}',
        'Sure [as asked]: {"a": 1} Anything else?',
        '```json\n{"a": 1}\n```',
        '<think>{"a": 2} or</think>{"a": 1}',
        'perhaps {"a": 2}</reasoning>\n{"a": 1}',
    ],
)
def test_valid_json_is_found_and_not_called_repaired(answer: str) -> None:
    assert json_in_answer(answer) == ({"a": 1}, False)


@pytest.mark.parametrize("answer", ["{'a': 1}", '{"a": 1,}', "{a: 1}", '{"a": 1', '{"a": 1 // one\n}'])
def test_broken_json_is_repaired_and_called_repaired(answer: str) -> None:
    assert json_in_answer(answer) == ({"a": 1}, True)


def test_broken_json_of_an_answer_that_did_not_end_is_refused() -> None:
    with pytest.raises(UnreadableAnswer, match="ends before its JSON is complete"):
        json_in_answer('{"a": 1', complete=False)
    assert json_in_answer('{"a": 1}', complete=False).value == {"a": 1}


@pytest.mark.parametrize("answer", ["", "I would rather not.", "[1, 2]", "{" * 30 + "}" * 30, "{" + "x" * 70_000])
def test_an_answer_without_usable_json_is_refused_with_a_sentence(answer: str) -> None:
    with pytest.raises(UnreadableAnswer, match=r"the answer .+"):
        json_in_answer(answer)


def test_thoughts_are_removed_also_where_they_do_not_end() -> None:
    assert without_thoughts("<think>hm</think> yes") == "yes"
    assert without_thoughts("yes <thinking>or no") == "yes"

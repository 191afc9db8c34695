"""The experts of rows, lines and limits: conditions, orders, short summaries, patterns of one kind."""

import json
from collections.abc import Callable

import pytest

from hugginggpt.graph.call import Artifact
from hugginggpt.graph.errors import ExpertError
from hugginggpt.tools.backends.embedded.experts.summarize import summarize_in_words

RunExpert = Callable[..., dict[str, Artifact]]
LOG = "09:00 start\n09:01 ERROR disk full\n09:02 retry\n09:03 ERROR no network"
STORY = (
    "The harbour of Osby froze in the winter of 1921. Nobody could leave for nine weeks, and the bakers ran out of flour. "
    "In March a ship broke the ice. It brought flour, coal and letters for the whole town."
)


@pytest.mark.parametrize(
    ("words", "number"), [("fee", "2"), ("the fee", "1"), ("café", "1"), ("费用", "2"), ("12", "1"), ("rent", "0")]
)
def test_words_are_counted_as_whole_words_whatever_their_case(run_expert: RunExpert, words: str, number: str) -> None:
    text = "Fee: 12 euros.\nWho pays the\nfee? No coffee in the Café; 125 feet. 总费用和费用"
    assert run_expert("count", {"items": [text]}, look_for="occurrences", label=words)["text"].text == number


def test_lines_that_contain_a_word_are_kept_and_counted(run_expert: RunExpert) -> None:
    kept = run_expert("filter", {"items": [LOG]}, where=("* contains error",))["text"].text
    assert kept == "09:01 ERROR disk full\n09:03 ERROR no network"
    assert run_expert("count", {"items": [LOG]}, where=("* not contains error",))["text"].text == "2"


def test_a_filter_without_a_condition_keeps_nothing_silently(run_expert: RunExpert) -> None:
    with pytest.raises(ExpertError, match="no condition") as caught:
        run_expert("filter", {"items": [LOG]})
    assert caught.value.input_fault


def test_rows_are_sorted_by_dates_with_short_years_and_not_by_what_is_no_date(run_expert: RunExpert) -> None:
    rows = '[{"d": "01.02.26"}, {"d": "31.12.99"}, {"d": "03.01.25"}]'
    assert run_expert("sort", {"items": [rows]}, by="d")["text"].text == "d\n31.12.99\n03.01.25\n01.02.26"
    with pytest.raises(ExpertError, match="03/14/25"):
        run_expert("sort", {"items": ['[{"d": "03/14/25"}, {"d": "01/02/25"}]']}, by="d")


def test_lines_are_sorted_by_their_length(run_expert: RunExpert) -> None:
    assert run_expert("sort", {"items": ["ccc\na\nbb"]}, by="length", descending=True)["text"].text == "ccc\nbb\na"


@pytest.mark.parametrize("words", [10, 12, 20, 35])
def test_a_summary_stays_within_its_words(words: int) -> None:
    assert len(summarize_in_words(STORY, None, words).split()) <= words


def test_too_few_words_for_any_sentence_are_refused() -> None:
    with pytest.raises(ExpertError, match="3 are too few"):
        summarize_in_words(STORY, None, 3)


def test_a_summary_comes_as_bullet_points(run_expert: RunExpert) -> None:
    text = run_expert("summary", {"text": STORY}, format="bullets", max_sentences=2)["text"].text or ""
    assert [line[:2] for line in text.splitlines()] == ["- ", "- "]


@pytest.mark.parametrize(
    ("goal", "found"),
    [
        ("find the phone numbers", ["+4930998877", "030 5550100"]),
        ("find the bank accounts", ["DE89 3704 0044 0532 0130 00"]),
        ("find the e-mail addresses and the links", ["shop@osby.example", "https://osby.example/shop"]),
    ],
)
def test_only_the_kinds_asked_for_are_found(run_expert: RunExpert, goal: str, found: list[str]) -> None:
    text = (
        "Call +4930998877 or 030 5550100. Pay to DE89 3704 0044 0532 0130 00, not DE00 3704 0044 0532 0130 00. "
        "Write to shop@osby.example or see https://osby.example/shop. Open since 4 May 2020."
    )
    rows = json.loads(run_expert("patterns", {"text": text}, goal)["labels"].text or "")
    assert [row["word"] for row in rows] == found

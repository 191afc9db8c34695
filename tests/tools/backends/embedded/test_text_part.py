"""The expert that takes parts of a text by number."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hugginggpt.graph.call import Artifact
from hugginggpt.graph.errors import ExpertError

RunExpert = Callable[..., dict[str, Artifact]]
TEXT = "A ship came. It was late.\nNo one saw it.\n\nIn March the ice broke. All were glad."


@pytest.mark.parametrize(
    ("parameters", "part"),
    [
        ({"unit": "paragraph", "first": 1, "last": 1}, "A ship came. It was late.\nNo one saw it."),
        ({"unit": "sentence", "first": -2, "last": -1}, "In March the ice broke. All were glad."),
        ({"unit": "line", "first": 2, "last": 2}, "No one saw it."),
        ({"unit": "word", "first": 1, "last": 3}, "A ship came."),
        ({"unit": "line", "first": -1, "last": -1, "except": True}, "A ship came. It was late.\nNo one saw it."),
    ],
)
def test_a_part_is_taken_or_left_out(run_expert: RunExpert, parameters: dict[str, object], part: str) -> None:
    assert run_expert("text-part", {"text": TEXT}, **parameters)["text"].text == part


def test_the_names_of_columns_stay_above_the_rows_that_are_taken_and_are_none(
    run_expert: RunExpert, tmp_path: Path
) -> None:
    (tmp_path / "boats.csv").write_text("port,boat\nOsby,Ada\nVarde,Bo\nVarde,Cy\n")
    made = run_expert("text-part", {"text": tmp_path / "boats.csv"}, unit="line", first=1, last=2)
    assert made["text"].text == "port,boat\nOsby,Ada\nVarde,Bo"


def test_a_part_that_is_not_there_is_refused(run_expert: RunExpert) -> None:
    with pytest.raises(ExpertError, match="only 2 paragraphs"):
        run_expert("text-part", {"text": TEXT}, unit="paragraph", first=4, last=4)


def test_a_range_that_ends_past_the_text_has_a_note(run_expert: RunExpert) -> None:
    assert "only 3 lines" in run_expert("text-part", {"text": TEXT}, unit="line", first=2, last=9)["text"].note

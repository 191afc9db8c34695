"""Promises about findings as words."""

import json

import pytest

from hugginggpt.tools.findings import in_words, rows_in_words
from hugginggpt.tools.wording.phrases import phrases

UNSURE = {"a": 0.5, "b": 0.4, "c": 0.1}.items()
TABLE = [{"month": "May", "total": 3}, {"month": "June", "total": None}]
FACE = {"label": "face", "score": 0.9, "box": {"xmin": 1}}


@pytest.mark.parametrize(
    ("found", "words", "aloud"),
    [
        ([{"label": "positive", "score": 0.93}, {"label": "negative", "score": 0.07}], "positive (0.93)", "positive"),
        ([{"label": name, "score": score} for name, score in UNSURE], "a (0.50), b (0.40)", "a, b"),
        ([{"label": "ary", "score": 0.75, "name": "Moroccan Arabic"}], "Moroccan Arabic (0.75)", "Moroccan Arabic"),
        ([{"entity_group": "MONEY", "word": "870 EUR", "score": 1.0, "start": 3, "end": 10}], "870 EUR", "870 EUR"),
        (
            [{"entity_group": "DATE", "word": "3 May", "score": 0.5}, {"entity_group": "EMAIL", "word": "a@b.c"}],
            "Dates: 3 May (0.50)\nE-mail addresses: a@b.c",
            "Dates: 3 May\nE-mail addresses: a@b.c",
        ),
        ([FACE], "face (0.90)", "face"),
        ([FACE, FACE], "2 faces (0.90, 0.90)", "2 faces"),
        ([{"label": "dog", "score": 1, "box": {}}] * 3, "3 × dog", "3 × dog"),
        ([{"label": "speech", "score": 1.0, "start": 0.5, "end": 3.0}], *["speech from 0.5 to 3.0 s"] * 2),
        (TABLE, "month  total\nMay    3\nJune", "month May, total 3. month June."),
        ({"score": 0.8}, "0.80", "0.80"),
        (["a", "b"], "a, b", "a, b"),
        ([], "nothing", "nothing"),
        ([{"x": [1]}, {"y": 2}], '[{"x": [1]}, {"y": 2}]', '[{"x": [1]}, {"y": 2}]'),
    ],
)  # fmt: skip
def test_findings_are_said_in_words(found: object, words: str, aloud: str) -> None:
    """Of labels that exclude each other the likely ones; aloud without scores; no field names, boxes or codes."""
    assert in_words(json.dumps(found), phrases("en")) == words
    assert in_words(json.dumps(found), phrases("en"), aloud=True) == aloud


def test_other_text_stays_as_it_is() -> None:
    """Also where it begins like JSON."""
    assert in_words("[not json", phrases("en")) == "[not json"
    assert in_words("Hello.", phrases("en")) == "Hello."


def test_rows_with_different_columns_are_shown_under_all_of_them() -> None:
    shown = rows_in_words([{"month": "May"}, {"month": "June", "total": 3}], phrases("en"))
    assert shown.splitlines() == ["month  total", "May", "June   3"]

"""Promises about how an answer is printed."""

from pathlib import Path

import pytest

from hugginggpt.apps.cli.answer_text import AnswerText, with_copies

LONG = "/a/very/long/path/to/a/file.png"


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was printed."""
    monkeypatch.setenv("COLUMNS", "20")
    return []


def test_text_wraps_at_word_ends_also_where_it_arrives_in_pieces(printed: list[str]) -> None:
    """A word longer than the screen stands alone; continued lines keep the indent of the first."""
    with AnswerText(write=printed.append) as answer:
        for piece in (
            "Summary [0]: Minu",
            "tes of the garden",
            " club\n  I can read the text in it\n",
            "/a/very/long/path/to/a/file.png x",
        ):
            answer.write(piece, None)
    assert "".join(printed).split("\n") == [
        *("Summary [0]: Minutes", "of the garden club", "  I can read the", "  text in it", LONG, "x")
    ]


def test_chinese_wraps_at_any_character_but_before_a_closing_mark(printed: list[str]) -> None:
    with AnswerText(write=printed.append) as answer:
        answer.write("这个请求不需要任何专家、所以什么也没有做。", None)
    assert "".join(printed).split("\n") == ["这个请求不需要任何专", "家、所以什么也没有", "做。"]


def test_into_a_pipe_nothing_is_wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    printed: list[str] = []
    with AnswerText(write=printed.append) as answer:
        answer.write("word " * 100, None)
    assert "".join(printed) == "word " * 100


def test_copies_stand_in_place_of_stored_files() -> None:
    """Equal outputs are one stored file, and each of them is named by its own copy."""
    copies = {"/home/me/res/ab.png": [Path("out/0-frame-1.png"), Path("out/0-frame-2.png")]}
    said = "Frame 1: /home/me/res/ab.png\nFrame 2: /home/me/res/ab.png"
    assert with_copies(said, copies) == "Frame 1: out/0-frame-1.png\nFrame 2: out/0-frame-2.png"


def test_a_mark_after_a_space_stays_with_its_word_in_french(printed: list[str]) -> None:
    with AnswerText(write=printed.append) as answer:
        answer.write("Ceci ne marche pas : « non » !", None)
    assert "".join(printed).split("\n") == ["Ceci ne marche pas :", "« non » !"]

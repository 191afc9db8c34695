"""Promises on files that a request leaves out by name: "every file but not a.txt"."""

import pytest
from tests.tools.controllers.rules.test_counted_files import proposed, taken

TEXTS = "a.txt b.txt c.txt"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Summarise every file but not a.txt", "b.txt c.txt"),
        ("Summarise all the texts except a.txt", "b.txt c.txt"),
        ("Summarise every file but a.txt", "b.txt c.txt"),
        ("Except for a.txt, summarise all the files", "b.txt c.txt"),
        ("Summarise everything except a.txt and b.txt", "c.txt"),
        ("Summarise a.txt and c.txt, but not b.txt", "a.txt c.txt"),
        ("Summarise every file without a.txt and summarise a.txt", "b.txt c.txt a.txt"),
        ("Summarise every file in two sentences except the last", "a.txt b.txt"),
        ("Summarise all files but the first two", "c.txt"),
        ("Summarise every file except the first and the last", "b.txt"),
        ("Summarise all the letters in one sentence, but not the second one", "a.txt c.txt"),
        ("Summarise a.txt, b.txt and c.txt except b.txt", "a.txt c.txt"),
        ("Read a.txt, b.txt and c.txt aloud, but not the last one", "a.txt b.txt"),
        ("Summarise everything but the first of a.txt, b.txt and c.txt", "b.txt c.txt"),
        ("Fasse a.txt, b.txt und c.txt zusammen, aber nicht die erste", "b.txt c.txt"),
        ("Résume a.txt, b.txt et c.txt, sauf le dernier", "a.txt b.txt"),
        ("总结a.txt、b.txt和c.txt,除了c.txt", "a.txt b.txt"),
        ("总结a.txt、b.txt和c.txt,除了最后一个", "a.txt b.txt"),
        ("a.txt、b.txt、c.txtを要約して、最後以外", "a.txt b.txt"),
        ("Fasse alle Dateien in zwei Sätzen zusammen außer der letzten", "a.txt b.txt"),
        ("Fasse alle Dateien zusammen, aber nicht a.txt", "b.txt c.txt"),
        ("Fasse alle Dateien außer a.txt zusammen", "b.txt c.txt"),
        ("Summarise a.txt and c.txt instead of b.txt", "a.txt c.txt"),
        ("Fasse a.txt und c.txt statt b.txt zusammen", "a.txt c.txt"),
        ("Fasse nicht b.txt, sondern a.txt und c.txt zusammen", "a.txt c.txt"),
        ("Résume a.txt et c.txt, pas b.txt", "a.txt c.txt"),
        ("Résume a.txt et c.txt au lieu de b.txt", "a.txt c.txt"),
        ("Resume a.txt y c.txt, no b.txt", "a.txt c.txt"),
        ("Resume a.txt y c.txt en lugar de b.txt", "a.txt c.txt"),
        ("Resuma a.txt e c.txt, não b.txt", "a.txt c.txt"),
        ("Resuma a.txt e c.txt em vez de b.txt", "a.txt c.txt"),
        ("总结a.txt和c.txt而不是b.txt", "a.txt c.txt"),
        ("总结a.txt和c.txt,不是b.txt", "a.txt c.txt"),
        ("b.txtではなくa.txtとc.txtを要約して", "a.txt c.txt"),
        ("Résume chaque fichier, mais pas a.txt", "b.txt c.txt"),
        ("Resume todos los archivos, pero no a.txt", "b.txt c.txt"),
        ("Resuma todos os arquivos exceto a.txt", "b.txt c.txt"),
        ("总结除了a.txt以外的所有文件", "b.txt c.txt"),
        ("a.txt以外のすべてのファイルを要約して", "b.txt c.txt"),
    ],
)
def test_no_task_takes_a_file_that_the_request_leaves_out(text: str, names: str) -> None:
    """The other files are taken, and none is reported."""
    proposal = proposed(text, TEXTS)
    assert [name for name, _ in taken(proposal)] == names.split()
    assert proposal.refusals == ()


def test_but_before_a_file_with_a_value_of_its_own_leaves_out_nothing() -> None:
    """A contrast of values is no exclusion."""
    proposal = proposed("rotate a.jpg by 90 degrees but b.jpg by 180 degrees", "a.jpg b.jpg")
    assert taken(proposal) == [("a.jpg", 90), ("b.jpg", 180)]


@pytest.mark.parametrize("words", ["except the last", "but the last", "but c.png"])
def test_pictures_are_changed_but_the_one_left_out_behind_the_change(words: str) -> None:
    """The exclusion need not stand beside "all pictures", and is no description of an edit."""
    proposal = proposed(f"Make all pictures grey {words}", "a.png b.png c.png")
    assert [name for name, _ in taken(proposal)] == ["a.png", "b.png"]
    assert {task.parameters["operation"] for task in proposal.plan.tasks} == {"grayscale"}
    assert proposal.refusals == ()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Join a.txt, b.txt and c.txt, all but the last", "a.txt b.txt"),
        ("Join a.txt, b.txt and c.txt into one text, leaving out b.txt", "a.txt c.txt"),
        ("Summarise a.txt, b.txt and c.txt, then join all but the last into one text", "0 1"),
    ],
)
def test_texts_are_joined_without_the_one_left_out_once_each(text: str, names: str) -> None:
    """Files by their names, summaries by the numbers of their tasks."""
    proposal = proposed(text, TEXTS)
    texts = proposal.plan.tasks[-1].inputs["texts"]
    assert isinstance(texts, tuple)
    assert [str(getattr(each, "name", None) or getattr(each, "task_id", "")) for each in texts] == names.split()
    assert proposal.refusals == ()


@pytest.mark.parametrize("which", ["b.txt", "the last"])
def test_what_is_left_out_behind_a_second_act_is_asked_for(which: str) -> None:
    """It may hold for one of them or for both."""
    proposal = proposed(f"Summarise a.txt, b.txt and c.txt and translate them into German, but not {which}", TEXTS)
    assert {task.type for task in proposal.plan.tasks} == {"summarization"}
    assert "name the file" in proposal.refusals[0]

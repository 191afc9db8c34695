"""Promises on words that choose among the given files by their order: "the second picture"."""

import pytest

from hugginggpt.graph.mentions import kind_of_name
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Proposal, Request
from hugginggpt.tools.controllers.rules.controller import propose

PICTURES, TEXTS = "hills.jpg night.jpg", "a.txt b.txt c.txt"


def proposed(text: str, names: str) -> Proposal:
    """The proposal for a request with files."""
    kinds = [(name, *kind_of_name(name)) for name in names.split()]
    return propose(Request(text=text, files=tuple(Resource(kind=k, media_type=m, name=n) for n, k, m in kinds)))


def taken(proposal: Proposal) -> list[tuple[str, object]]:
    """The file and the last parameter of each task."""
    found = []
    for task in proposal.plan.tasks:
        value = next(iter(task.inputs.values()))
        file = value[0] if isinstance(value, tuple) else value
        found.append((getattr(file, "name", "") or "", [None, *task.parameters.values()][-1]))
    return found


@pytest.mark.parametrize(
    ("text", "files", "planned"),
    [
        ("make the first picture 40 pixels wide", PICTURES, [("hills.jpg", 40)]),
        ("Describe the last two pictures", f"a.jpg {PICTURES}", [("hills.jpg", None), ("night.jpg", None)]),
        ("Is the second review positive?", "a.txt b.txt", [("b.txt", None)]),
        ("How many words are in the first file?", TEXTS, [("a.txt", "words")]),
        ("How many words are in all files but the first?", TEXTS, [("b.txt", "words"), ("c.txt", "words")]),
        ("Describe the first one and rotate the other left", PICTURES, [("hills.jpg", None), ("night.jpg", 90)]),
        ("dreh das zweite Bild um 90 Grad", PICTURES, [("night.jpg", 90)]),
        ("Fais pivoter la deuxième image de 90 degrés", PICTURES, [("night.jpg", 90)]),
        ("把第二张图片旋转90度", PICTURES, [("night.jpg", 90)]),
    ],
)
def test_an_ordinal_chooses_a_file_in_the_order_given(text: str, files: str, planned: list[tuple[str, object]]) -> None:
    """The files that it passes over are not reported: the request leaves them out."""
    proposal = proposed(text, files)
    assert taken(proposal) == planned
    assert proposal.refusals == ()


@pytest.mark.parametrize(
    "text",
    [
        "rotate the first picture by 90 degrees and the second by 180 degrees",
        "rotate hills.jpg by 90 degrees and night.jpg by 180 degrees",
    ],
)
def test_each_file_gets_the_value_that_is_said_of_it(text: str) -> None:
    """The second part of the sentence has the verb of the first."""
    assert taken(proposed(text, PICTURES)) == [("hills.jpg", 90), ("night.jpg", 180)]


@pytest.mark.parametrize(
    "text", ["Make the larger picture 40 pixels wide", "Which of the pictures is larger?", "Rotate the fifth picture"]
)
def test_a_choice_that_no_order_answers_is_refused(text: str) -> None:
    """No plan knows the sizes of its files, and there is no fifth."""
    proposal = proposed(text, PICTURES)
    assert proposal.plan.tasks == ()
    assert "of the files" in proposal.refusals[0] or "of several files" in proposal.refusals[0]


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("make a film of these two pictures", "a.png b.png c.png"),
        ("caption both photos", "a.png b.png c.png"),
        ("read the angry one aloud", "a.txt b.txt"),
        ("describe the blurry picture", "a.png b.png"),
        ("Is a.bmp bigger than b.webp?", "a.bmp b.webp"),
        ("Which is larger, a.bmp or b.webp?", "a.bmp b.webp"),
    ],
)
def test_a_choice_that_no_name_answers_is_refused(text: str, files: str) -> None:
    """Two of three pictures, a file by what is in it, the larger one: none is taken by chance, nothing is changed."""
    proposal = proposed(text, files)
    assert proposal.plan.tasks == ()
    assert "files" in proposal.refusals[0]


@pytest.mark.parametrize(
    ("text", "files", "planned"),
    [
        ("translate the German one into English", "german.txt french.txt", ["german.txt"]),
        ("describe the red picture", "blue.png red.png", ["red.png"]),
        ("caption these two pictures", "a.png b.png", ["a.png", "b.png"]),
        ("transcribe all three recordings", "a.mp3 b.mp3 c.mp3", ["a.mp3", "b.mp3", "c.mp3"]),
        ("transcribe the audio file", "a.wav b.wav", ["a.wav", "b.wav"]),
    ],
)
def test_a_file_is_chosen_by_a_word_of_its_name_and_all_by_their_number(
    text: str, files: str, planned: list[str]
) -> None:
    """What only names the kind of data chooses none."""
    proposal = proposed(text, files)
    assert [name for name, _ in taken(proposal)] == planned
    assert proposal.refusals == ()

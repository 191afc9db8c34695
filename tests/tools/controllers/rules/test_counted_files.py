"""Promises on words that choose among the given files by their order: "the second picture"."""

import pytest

from hugginggpt.graph.mentions import kind_of_name
from hugginggpt.graph.resource import Kind, Resource
from hugginggpt.graph.result import Proposal, Request
from hugginggpt.graph.task import Ref
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


@pytest.mark.parametrize("others", ["all the others", "the rest", "all of the others"])
def test_the_other_files_are_changed_as_files_and_not_as_a_description(others: str) -> None:
    """Adjectives behind "the others" are the change: no edit is invented."""
    proposal = proposed(f"Rotate the last picture left and make {others} grey", "a.png b.png c.png")
    assert [name for name, _ in taken(proposal)] == ["c.png", "a.png", "b.png"]
    assert [task.parameters["operation"] for task in proposal.plan.tasks] == ["rotate", "grayscale", "grayscale"]
    assert proposal.refusals == ()


def test_what_is_joined_into_a_slideshow_is_no_text() -> None:
    """The pictures are shown, changed; no text is asked for."""
    proposal = proposed("make them grey and join them into a slideshow", "a.png b.png")
    assert [task.type for task in proposal.plan.tasks] == ["image-to-image", "image-to-image", "image-to-video"]
    assert proposal.refusals == ()


@pytest.mark.parametrize("text", ["Make the others grey", "Make the rest grey"])
def test_others_than_none_are_refused(text: str) -> None:
    """Nothing is changed where the request names no file first."""
    proposal = proposed(text, "a.png b.png")
    assert proposal.plan.tasks == ()
    assert "which of the files" in proposal.refusals[0]


@pytest.mark.parametrize(
    ("text", "looked_for"),
    [
        ("Find all dates in the first letter and all names in the second", ["dates", "names"]),
        ("In the first letter find all dates and in the second all names", ["dates", "names"]),
        ("Find the dates in a.txt, and in b.txt all the names", ["dates", "names"]),
        ("Count the words in a.txt and the lines in b.txt", ["words", "lines"]),
        ("Find the dates and the names in a.txt and b.txt", ["dates, names", "dates, names"]),
    ],
)
def test_each_file_is_searched_for_what_is_said_of_it(text: str, looked_for: list[str]) -> None:
    """A verb that is said once holds for a second thing in a second file."""
    proposal = proposed(text, "a.txt b.txt")
    assert [task.parameters["look_for"] for task in proposal.plan.tasks] == looked_for
    assert proposal.refusals == ()


def test_what_is_counted_in_a_second_picture_is_counted_in_that_picture() -> None:
    """The findings of the first are not counted again."""
    proposal = proposed("Count the faces in a.png and the codes in b.png", "a.png b.png")
    assert [name for name, _ in taken(proposal) if name] == ["a.png", "b.png"]
    assert proposal.refusals == ()


def sources(proposal: Proposal) -> list[str]:
    """What the tasks after those over files take: each as the file that its result is made from."""
    tasks = proposal.plan.tasks
    files = {task.id: getattr(next(iter(task.inputs.values())), "name", None) for task in tasks}
    taken_of = [next(iter(task.inputs.values())) for task in tasks if not files[task.id]]
    return [str(files[value.task_id]) for value in taken_of if isinstance(value, Ref)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Translate every file into French, and only read the last one aloud", "c.txt"),
        ("Summarise every file, and read only the last one aloud", "c.txt"),
        ("Summarise each file and read only the second summary aloud", "b.txt"),
        ("Summarise every text, then read the last two summaries aloud", "b.txt c.txt"),
        ("Summarise each file, and read all but the first aloud", "b.txt c.txt"),
        ("Summarise a.txt, b.txt and c.txt, and read only the summary of b.txt aloud", "b.txt"),
        ("Translate each file into French and read the last aloud", "c.txt"),
    ],
)
def test_an_ordinal_chooses_one_of_what_was_made_of_the_files(text: str, names: str) -> None:
    """All are made, and only those that the words mean go on."""
    proposal = proposed(text, TEXTS)
    assert taken(proposal)[:3] == [(name, taken(proposal)[0][1]) for name in TEXTS.split()]
    assert sources(proposal) == names.split()
    assert proposal.refusals == ()


def test_the_picture_that_is_counted_is_the_changed_one() -> None:
    """It is no second copy of the file."""
    proposal = proposed("Make every picture grey and rotate the second one", f"a.jpg {PICTURES}")
    assert sources(proposal) == ["hills.jpg"]


@pytest.mark.parametrize(
    "text",
    [
        "Summarise each file and read the fifth summary aloud",
        "Find the sentiment of each file and read the most negative aloud",
        "Find the sentiment of each file, then read the longest one aloud",
        "Summarise each file, then read the shorter summary aloud",
    ],
)
def test_a_result_that_can_not_be_told_is_refused_and_no_other_taken(text: str) -> None:
    """The tasks over the files are planned."""
    proposal = proposed(text, TEXTS)
    assert {task.type for task in proposal.plan.tasks} <= {"summarization", "text-classification"}
    assert len(proposal.plan.tasks) == 3
    assert len(proposal.refusals) == 1


def test_a_language_chooses_one_of_several_translations() -> None:
    """The other is made, and not read."""
    *_, speech = proposed(
        "Translate a.txt into French and German and read only the German one aloud", "a.txt"
    ).plan.tasks
    assert set(speech.depends_on) == {1}


@pytest.mark.parametrize("text", ["Rotate all pictures but one", "Rotate the most blurred picture"])
def test_a_file_that_is_not_told_is_asked_for(text: str) -> None:
    """Nothing is done with the others."""
    proposal = proposed(text, f"a.jpg {PICTURES}")
    assert not proposal.plan.tasks
    assert "name the file" in proposal.refusals[0]


def made(number: int, by: str, kind: Kind = "text") -> Resource:
    """What a task of an earlier turn made."""
    given = {"kind": kind, "media_type": "text/plain", "sha256": f"{number}" * 64, "size": 5}
    return Resource.model_validate({**given, "text": f"{by} {number}", "producer": f"{number}", "made_by": by})


FILE = Resource(kind="text", media_type="text/plain", sha256="f" * 64, size=9, name="a.txt")
SUMMARIES = (made(1, "summarization"), made(2, "summarization"))


@pytest.mark.parametrize(
    ("text", "earlier", "types", "meant"),
    [
        ("read the first summary aloud", SUMMARIES, ["text-to-speech"], SUMMARIES[0]),
        ("read the last summary aloud", SUMMARIES, ["text-to-speech"], SUMMARIES[1]),
        ("read the first one aloud", SUMMARIES, ["text-to-speech"], SUMMARIES[0]),
        ("what language is the first summary?", SUMMARIES, ["language-identification"], SUMMARIES[0]),
        ("who is the author?", (FILE, SUMMARIES[0]), ["question-answering"], FILE),
        ("summarise it", (FILE, made(3, "question-answering")), ["summarization"], FILE),
        ("translate it into French", (FILE, SUMMARIES[0]), ["translation"], SUMMARIES[0]),
        (
            "read the answer aloud",
            (FILE, made(3, "question-answering")),
            ["text-to-speech"],
            made(3, "question-answering"),
        ),
    ],
)
def test_a_later_turn_is_about_the_text_or_the_result_that_it_names(
    text: str, earlier: tuple[Resource, ...], types: list[str], meant: Resource
) -> None:
    """A question looks in the file of an earlier turn, and not in the summary or answer that came from it."""
    proposal = propose(Request(text=text, resources=earlier, history=(("user", "x"), ("assistant", "y"))))
    assert [task.type for task in proposal.plan.tasks] == types
    assert meant in proposal.plan.tasks[0].inputs.values()
    assert proposal.refusals == ()

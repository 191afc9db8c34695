"""Promises on requests about several files or several things, and on those that depend on a condition."""

import pytest

from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Request
from hugginggpt.graph.task import Ref
from hugginggpt.tools.controllers.rules.controller import propose

LISTS = [
    ("caption boat.jpg; caption barn.jpg", ["image-to-text", "image-to-text"]),
    ("for each of a1.png, a2.png and a3.png write a caption", ["image-to-text"] * 3),
    ("Join intro.md and body.txt into one text and summarise it", ["join-text", "summarization"]),
    ("Transcribe chat.wav and read the text back", ["automatic-speech-recognition", "text-to-speech"]),
]


@pytest.mark.parametrize(("text", "types"), LISTS, ids=[text for text, _ in LISTS])
def test_every_file_and_clause_of_a_list_has_its_task(text: str, types: list[str]) -> None:
    """Nothing of a list is left out, and nothing is reported."""
    proposal = propose(Request(text=text))
    assert [task.type for task in proposal.plan.tasks] == types
    assert proposal.refusals == ()


def test_a_search_looks_in_the_document_that_the_request_names() -> None:
    """A summary after a search is one of the document, not of what the search found."""
    tasks = propose(
        Request(text="Find e-mails in club.pdf, and summarise the report, and say the summary aloud")
    ).plan.tasks
    made = {task.type: task for task in tasks}
    assert made["token-classification"].inputs["text"] == made["summarization"].inputs["text"]
    assert made["text-to-speech"].inputs["text"] == Ref(task_id=made["summarization"].id, output="text")


def test_a_second_thing_to_make_is_reported_where_no_task_makes_it() -> None:
    """A word of a prompt is not used by it where it asks for another kind of result."""
    refusals = propose(Request(text="Make a video and an audio about the desert")).refusals
    assert refusals[0].startswith("Not done: “audio”")


CONDITIONS = [
    ("If note.txt is negative, say sorry aloud", [], "If note.txt is negative, say sorry aloud"),
    ("Is note.txt negative? If so, read it aloud", ["text-classification"], "If so, read it aloud"),
    ("In case note.txt is German, translate it", [], "In case note.txt is German, translate it"),
    ("Assuming note.txt is German, translate it", [], "Assuming note.txt is German, translate it"),
    ("Describe boat.png unless it is blurry", [], "Describe boat.png unless it is blurry"),
    ("Read card.png and, if it is in Polish, translate it", ["image-to-text"], "if it is in Polish, translate it"),
    ("If note.txt is negative, mirror boat.png", [], "If note.txt is negative, mirror boat.png"),
    ("Brighten boat.png unless note.txt is positive", [], "Brighten boat.png unless note.txt is positive"),
    ("When the letter note.txt is rude make boat.png grey", [], "When the letter note.txt is rude make boat.png grey"),
    ("Find the faces in boat.png if note.txt is sad", [], "Find the faces in boat.png if note.txt is sad"),
]
OTHER_LANGUAGES = [
    ("Wenn note.txt traurig ist, drehe boat.png um 90 Grad", []),
    ("Beschreibe barn.png. Falls note.txt traurig ist, beschreibe boat.png", ["barn.png"]),
    ("Resume note.txt si es largo", []),
    ("Si note.txt est triste, décris boat.png", []),
    ("Se note.txt for triste, descreva boat.png", []),
    ("如果note.txt是负面的,描述boat.png", []),
    ("もしnote.txtが長いなら、要約して", []),
]


@pytest.mark.parametrize(("text", "types", "words"), CONDITIONS, ids=[text for text, *_ in CONDITIONS])
def test_what_depends_on_a_condition_is_refused_and_not_run(text: str, types: list[str], words: str) -> None:
    """A plan has no branches."""
    proposal = propose(Request(text=text))
    assert [task.type for task in proposal.plan.tasks] == types
    assert proposal.refusals[0].startswith(f"Not done: “{words}”: it depends on a condition")


@pytest.mark.parametrize(("text", "files"), OTHER_LANGUAGES, ids=[text for text, _ in OTHER_LANGUAGES])
def test_a_condition_in_another_language_is_refused_in_that_language(text: str, files: list[str]) -> None:
    """Only the files of what depends on nothing are used."""
    proposal = propose(Request(text=text))
    taken = [
        value.name for task in proposal.plan.tasks for value in task.inputs.values() if isinstance(value, Resource)
    ]
    assert taken == files
    assert len(proposal.refusals) == 1
    assert not proposal.refusals[0].startswith("Not done")


@pytest.mark.parametrize(
    "text",
    ["Dis-moi si note.txt est positif ou négatif", "Transcribe talk.wav, si puedes", "O que se diz em talk.wav?"],
)
def test_politeness_and_indirect_questions_of_other_languages_are_no_conditions(text: str) -> None:
    """Nor is a reflexive pronoun that looks like one."""
    proposal = propose(Request(text=text))
    assert len(proposal.plan.tasks) == 1
    assert proposal.refusals == ()


@pytest.mark.parametrize(
    "text",
    [
        "Describe boat.png if you can",
        "Tell me if note.txt is positive",
        "If possible, caption boat.png",
        "Describe boat.png in case I need it",
    ],
)
def test_politeness_and_indirect_questions_are_no_conditions(text: str) -> None:
    """Such an "if" restricts nothing."""
    proposal = propose(Request(text=text))
    assert len(proposal.plan.tasks) == 1
    assert proposal.refusals == ()


def test_each_file_is_translated_into_the_language_that_follows_it() -> None:
    """Two files with a language each are two translations; without one, a file takes the next."""
    tasks = propose(Request(text="Translate a.txt, b.txt to French and c.txt to German")).plan.tasks
    assert [task.parameters["target_language"] for task in tasks] == ["French", "French", "German"]


@pytest.mark.parametrize("text", ["Is a.txt in German or French?", "Translate b.txt to Dutch. Is a.txt in French?"])
def test_a_question_for_the_language_of_a_text_translates_nothing_into_it(text: str) -> None:
    proposal = propose(Request(text=text))
    assert proposal.plan.tasks[-1].type == "language-identification"
    assert "German" not in [task.parameters.get("target_language") for task in proposal.plan.tasks]
    assert proposal.refusals == ()


@pytest.mark.parametrize(
    "text",
    [
        "transcribe a.wav, please. Oh and do the same for b.wav",
        "Summarise a.txt and do the same with b.txt",
        "make a.png grey, then do exactly the same to b.png",
    ],
)
def test_the_same_for_another_file_is_done_and_nothing_is_reported(text: str) -> None:
    proposal = propose(Request(text=text))
    assert not proposal.refusals
    first, second = proposal.plan.tasks
    assert (first.type, first.parameters) == (second.type, second.parameters)
    assert first.inputs != second.inputs


@pytest.mark.parametrize("text", ["no, rotate it by 180 degrees instead", "nein, dreh es lieber um 180 Grad"])
def test_a_request_that_replaces_a_result_is_about_what_was_before_it(text: str) -> None:
    grey, half = (
        Resource(kind="image", media_type="image/png", sha256=digit * 64, size=1, producer=digit) for digit in "12"
    )
    asked = Request(text=text, history=(("user", "now half the size"),), resources=(grey, half))
    (turned,) = propose(asked).plan.tasks
    assert turned.inputs == {"image": grey}

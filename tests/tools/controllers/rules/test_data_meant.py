"""Promises on the data that a pronoun means after several steps: all of their results, the text before its translation."""

import pytest

from hugginggpt.graph.mentions import kind_of_name
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Proposal, Request
from hugginggpt.graph.task import Ref
from hugginggpt.tools.controllers.rules.controller import propose


def proposed(text: str, names: str = "", **more: object) -> Proposal:
    """The proposal for a request with files."""
    kinds = [(name, *kind_of_name(name)) for name in names.split()]
    files = tuple(Resource(kind=kind, media_type=media_type, name=name) for name, kind, media_type in kinds)
    return propose(Request.model_validate({"text": text, "files": files, **more}))


def chain(proposal: Proposal) -> list[tuple[str, object]]:
    """The type of each task, and the id of the task or the name of the file that its last input is made from."""
    found: list[tuple[str, object]] = []
    for task in proposal.plan.tasks:
        values = [one for value in task.inputs.values() for one in (value if isinstance(value, tuple) else (value,))]
        known = [v.task_id if isinstance(v, Ref) else v.name for v in values if isinstance(v, Ref | Resource)]
        found.append((task.type, known if len(known) > 1 else known[0]))
    return found


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("transcribe b.wav, read a.png, summarise both", [("summarization", 0), ("summarization", 1)]),
        ("read a.png and transcribe b.wav, then translate both to French", [("translation", 0), ("translation", 1)]),
        ("Transcribe b.wav. Read a.png. Read them aloud to me.", [("text-to-speech", 0), ("text-to-speech", 1)]),
        ("summarise a.txt, translate b.txt to German and join them", [("join-text", [0, 1])]),
        ("make a.png grey, rotate b.png by 90 degrees, then flip both", [("image-to-image", 0), ("image-to-image", 1)]),
        ("summarise both and read the second one aloud", [("text-to-speech", 1)]),
        ("read a.png, read b.png, tell me which is longer", [("pick-best", [0, 1])]),
    ],
)
def test_both_and_them_mean_the_results_of_all_steps(text: str, last: list[tuple[str, object]]) -> None:
    """Not only of the last; "the second one" is what was made of the second file."""
    proposal = proposed(text, "a.txt b.txt" if "second one" in text else "")
    assert chain(proposal)[-len(last) :] == last
    assert len(proposal.plan.tasks) == 2 + len(last)
    assert proposal.refusals == ()


@pytest.mark.parametrize(
    ("text", "searched"),
    [
        ("translate a.txt to French and tell me who wrote it", "a.txt"),
        ("translate a.txt to Spanish and list the dates in it", "a.txt"),
        ("translate a.txt to French, then list the dates in the translation", 0),
        ("translate a.txt to English and tell me who wrote it", 0),
    ],
)
def test_a_text_is_searched_before_its_translation(text: str, searched: object) -> None:
    """Experts read English best; a translation into it, or one that the words name, is searched itself."""
    assert chain(proposed(text))[-1][1] == searched


@pytest.mark.parametrize("path", ["/etc/hosts", "./README", "~/notes/plan"])
def test_a_path_without_a_suffix_is_a_missing_file(path: str) -> None:
    """It is not answered from a text of an earlier turn."""
    earlier = Resource(kind="text", media_type="text/plain", name="a.txt", sha256="0" * 64, size=5, text="hello")
    proposal = proposed(f"summarise {path}", resources=(earlier,), history=(("user", "summarise a.txt"),))
    assert chain(proposal) == [("summarization", path)]


@pytest.mark.parametrize("text", ["and the amounts", "und die Beträge", "y los importes", "et les montants"])
def test_a_follow_up_is_searched_for_in_the_text_and_not_in_what_the_turn_before_found(text: str) -> None:
    letter = Resource(kind="text", media_type="text/plain", name="letter.txt")
    found = Resource(kind="labels", media_type="application/json", producer="0", made_by="token-classification")
    (task,) = proposed(text, resources=(letter, found)).plan.tasks
    assert (task.type, task.inputs) == ("token-classification", {"text": letter})


def test_the_summary_of_an_earlier_turn_is_translated_and_not_made_anew() -> None:
    summary = Resource(kind="text", media_type="text/plain", sha256="0" * 64, producer="run/0", made_by="summarization")
    proposal = proposed(
        "Translate the summary into German", resources=(summary,), history=(("user", "summarise a.txt"),)
    )
    assert [task.type for task in proposal.plan.tasks] == ["translation"]


@pytest.mark.parametrize(
    "text", ["draw a bar chart of the sales per region", "plot the sales in t.csv", "show t.csv as a graph"]
)
def test_a_chart_is_refused(text: str) -> None:
    """It is no picture from a prompt, and no question to the table."""
    proposal = proposed(text, "t.csv")
    assert proposal.plan.tasks == ()
    assert "no expert" in proposal.refusals[0]


@pytest.mark.parametrize(
    "text", ["male einen Hund, rot", "dibuja un perro, rojo", "dessine un chat, noir", "画一只狗,红色"]
)
def test_a_word_after_a_comma_describes_what_is_drawn(text: str) -> None:
    """It plans no edit of the new picture."""
    (task,) = proposed(text).plan.tasks
    assert (task.type, task.inputs["prompt"]) == ("text-to-image", text)


@pytest.mark.parametrize("text", ["male einen Hund, vergrößere ihn", "male einen Hund, spiegeln"])
def test_an_operation_after_a_comma_changes_what_is_drawn(text: str) -> None:
    """A verb is no description."""
    assert [task.type for task in proposed(text).plan.tasks] == ["text-to-image", "image-to-image"]


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("Tell me the rent, the deposit and the notice period", ["rent", "deposit", "notice period"]),
        ("Give me the sender and the due date of a.txt", ["sender of a.txt", "due date of a.txt"]),
    ],
)
def test_each_of_several_things_to_tell_is_a_question(text: str, questions: list[str]) -> None:
    """An expert gives one answer to a question."""
    tasks = proposed(text, "a.txt").plan.tasks
    assert [task.inputs["question"] for task in tasks] == [f"What is the {thing}?" for thing in questions]


@pytest.mark.parametrize(
    "text",
    ["give me Anna's phone number", "Find the phone number of Anna in a.txt", "What's Anna's email in a.txt?"],
)
def test_a_number_of_one_person_is_a_question(text: str) -> None:
    """A list of all numbers in the file is another request."""
    proposal = proposed(text, "a.txt")
    (task,) = proposal.plan.tasks
    assert task.type == "question-answering"
    assert "Anna" in str(task.inputs["question"])
    assert proposal.refusals == ()


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        ("What is the phone number of Karl Holst?", "Karl Holst"),
        ("What is the phone number of the town hall?", "the town hall"),
        ("What is the e-mail address of the shop?", "the shop"),
    ],
)
def test_a_number_of_one_is_asked_with_all_words_for_whose_it_is(text: str, whose: str) -> None:
    proposal = proposed(text, "a.txt")
    (task,) = proposal.plan.tasks
    assert task.type == "question-answering"
    assert whose in str(task.inputs["question"])
    assert proposal.refusals == ()


@pytest.mark.parametrize(
    ("text", "file", "planned"),
    [
        ("What does d01.docx say?", "d01.docx", "document-to-text"),
        ("Detect the text in this picture", "a.png", "image-to-text"),
        ("translate poem.txt line by line to French", "poem.txt", "translation"),
        ("My neighbour, who never knocks, brought a.txt over. Summarise a.txt.", "a.txt", "summarization"),
        ("My aunt (a sailor, long retired) sent me a.txt. Summarise it.", "a.txt", "summarization"),
        ("Moving out 📦 and want a.png in grey", "a.png", "image-to-image"),
    ],
)
def test_what_a_file_says_and_asides_in_statements_need_no_report(text: str, file: str, planned: str) -> None:
    """One task of the type that was asked for, and nothing reported."""
    proposal = proposed(text, file)
    assert [task.type for task in proposal.plan.tasks] == [planned]
    assert proposal.refusals == ()


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("What is the total of all receipts?", True),
        ("What is the total of both receipts?", True),
        ("What is the total of receipt1.png and receipt2.png?", True),
        ("What is the total of receipt1.png and receipt2.png together?", True),
        ("How much did I spend in total on these receipts?", True),
        ("Cuál es el total de todos los recibos?", True),
        ("What is the total of each receipt?", False),
        ("Who signed all receipts?", False),
    ],
)
def test_the_amounts_of_several_pages_are_added_only_where_all_together_are_asked_for(text: str, added: bool) -> None:
    tasks = proposed(text, "receipt1.png receipt2.png").plan.tasks
    types = [task.type for task in tasks]
    if text.startswith("What") and added:
        assert tasks[0].inputs["question"] == "What is the total?"
    assert types.count("document-question-answering") == 2
    assert ("add-up" in types) == added

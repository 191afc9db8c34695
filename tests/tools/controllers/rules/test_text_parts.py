"""Promises on parts of a text: what a clause names by number is taken or left out before anything else gets the text."""

import pytest

from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Request
from hugginggpt.graph.task import Ref, Scalar
from hugginggpt.tools.controllers.rules.controller import propose

PARTS = [
    ("Read the first paragraph of story.txt aloud", "text-to-speech", "paragraph", 1, 1, False),
    ("How many sentences are in the last paragraph of story.txt?", "count", "paragraph", -1, -1, False),
    ("Say the first sentence of story.txt aloud", "text-to-speech", "sentence", 1, 1, False),
    ("Translate the last two sentences of story.txt to Dutch", "translation", "sentence", -2, -1, False),
    ("Summarise lines 2 to 6 of story.txt", "summarization", "line", 2, 6, False),
    ("Translate the first 50 words of story.txt into Dutch", "translation", "word", 1, 50, False),
    ("Is the penultimate sentence of story.txt positive?", "text-classification", "sentence", -2, -2, False),
    ("Summarise all but the last line of story.txt", "summarization", "line", -1, -1, True),
    ("Summarise story.txt except the first paragraph", "summarization", "paragraph", 1, 1, True),
    ("Read story.txt aloud, but leave out the last line", "text-to-speech", "line", -1, -1, True),
    ("Fasse den zweiten Absatz von story.txt zusammen", "summarization", "paragraph", 2, 2, False),
    ("Lis à voix haute les deux premières phrases de story.txt", "text-to-speech", "sentence", 1, 2, False),
    ("总结story.txt的第一段", "summarization", "paragraph", 1, 1, False),
]


@pytest.mark.parametrize(
    ("text", "consumer", "unit", "first", "last", "left_out"), PARTS, ids=[row[0] for row in PARTS]
)
def test_a_task_gets_the_part_that_its_clause_names(
    text: str, consumer: str, unit: str, first: int, last: int, left_out: bool
) -> None:
    """And nothing is reported."""
    proposal = propose(Request(text=text))
    tasks = {task.type: task for task in proposal.plan.tasks}
    part: dict[str, Scalar] = {"unit": unit, "first": first, "last": last}
    assert tasks["text-part"].parameters == part | ({"except": True} if left_out else {})
    assert [
        v for value in tasks[consumer].inputs.values() for v in (value if isinstance(value, tuple) else (value,))
    ] == [Ref(task_id=tasks["text-part"].id, output="text")]
    assert proposal.refusals == ()


def test_the_number_of_a_part_is_no_limit_of_the_result() -> None:
    tasks = propose(Request(text="Fasse story.txt ohne den letzten Satz zusammen")).plan.tasks
    assert [task.parameters for task in tasks if task.type == "summarization"] == [{}]


def test_each_of_two_texts_gives_its_own_part() -> None:
    tasks = propose(Request(text="Compare the first line of old.txt with the last line of new.txt")).plan.tasks
    made = [task for task in tasks if task.type == "text-part"]
    assert [(getattr(task.inputs["text"], "name", ""), task.parameters["first"]) for task in made] == [
        ("old.txt", 1),
        ("new.txt", -1),
    ]


def test_a_part_of_a_part_is_taken_from_it() -> None:
    tasks = propose(Request(text="Translate the first sentence of the last paragraph of story.txt to Dutch")).plan.tasks
    made = [task for task in tasks if task.type == "text-part"]
    assert [task.parameters["unit"] for task in made] == ["paragraph", "sentence"]
    assert made[1].inputs["text"] == Ref(task_id=made[0].id, output="text")


def test_two_parts_beside_each_other_are_joined() -> None:
    tasks = propose(Request(text="Translate the first and the last sentence of story.txt to Dutch")).plan.tasks
    assert [task.type for task in tasks].count("text-part") == 2
    assert "join-text" in [task.type for task in tasks]


@pytest.mark.parametrize(
    "text", ["Summarise story.txt in 3 sentences", "Write a poem whose last line is a question", "Read scan.png"]
)
def test_a_length_or_a_description_is_no_part(text: str) -> None:
    """Nothing is cut."""
    assert "text-part" not in [task.type for task in propose(Request(text=text)).plan.tasks]


@pytest.mark.parametrize("text", ["Show me line 2 of story.txt", "What does the second line of story.txt say?"])
def test_a_part_alone_is_a_request(text: str) -> None:
    """No other expert is needed."""
    proposal = propose(Request(text=text))
    assert [task.type for task in proposal.plan.tasks] == ["text-part"]
    assert proposal.refusals == ()


def test_leave_out_asks_for_no_speech() -> None:
    """Nor does "read" of a picture."""
    types = [task.type for task in propose(Request(text="Read scan.png but leave out the last line")).plan.tasks]
    assert types == ["image-to-text", "text-part"]


@pytest.mark.parametrize(
    "text",
    [
        "die erste Zeile von memo.txt",
        "dame la primera línea de memo.txt",
        "montre-moi juste la première ligne de memo.txt",
        "me mostra só a primeira linha do memo.txt",
        "memo.txt的第一行",
        "memo.txtの1行目を見せて",
    ],
)
def test_a_part_of_a_text_is_shown_in_every_language(text: str) -> None:
    """It is neither counted nor filtered by words that it lacks."""
    memo = Resource(kind="text", media_type="text/plain", name="memo.txt")
    proposal = propose(Request(text=text, files=(memo,)))
    assert not proposal.refusals
    assert [(task.type, task.parameters["first"]) for task in proposal.plan.tasks] == [("text-part", 1)]

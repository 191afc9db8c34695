"""Promises on the words of a request that no task uses: what restricts is reported, what is background is not."""

import pytest

from hugginggpt.graph.result import Request
from hugginggpt.tools.controllers.rules.controller import propose

LOST = [
    ("Page two, translate memo.pdf into German", "Page two"),
    ("Translate memo.txt into German. Names stay as they are.", "Names stay"),
    ("Politely, translate memo.txt into German", "Politely"),
    ("Cheerful voice, please: read memo.txt aloud", "Cheerful"),
    ("Summarise every chapter of novel.pdf", "every chapter"),
    ("Read the second column of contract.pdf aloud", "second column"),
    ("Crop harbour.png to a circle", "to a circle"),
    ("Caption boat.jpg in rhyme", "in rhyme"),
    ("Translate memo.txt to French in verse", "in verse"),
    ("Describe street.png but not the lorry", "but not the lorry"),
    ("Summarise letter.txt without the greeting", "without the greeting"),
    ("Translate memo.txt to French, keeping the names in capitals", "keeping the names in capitals"),
    ("Translate memo.txt to French but do not translate names", "but do not translate names"),
    ("Translate memo.txt to French. Don't change the dates.", "Don't change the dates"),
    ("Translate memo.txt to French, leaving names untranslated", "leaving names untranslated"),
    ("Summarise memo.txt, focusing on prices", "focusing on prices"),
    ("Read memo.txt aloud, pausing after every sentence", "pausing"),
    ("Make car.jpg grey. The car stays red.", "car stays red"),
    ("Summarise memo.txt. My boss wants numbers in bold.", "My boss wants numbers in bold"),
    ("Summarise memo.txt. The result has to be under 100 words.", "result has to be under 100 words"),
    ("Translate memo.txt into German. The tone is formal.", "tone is formal"),
    ("Translate memo.txt into German. My teacher dislikes long sentences.", "My teacher dislikes"),
    ("Summarise memo.txt. I prefer bullet points.", "I prefer bullet points"),
    ("Read memo.txt aloud. I like it slow.", "I like it slow"),
    ("Count the rows in sales.csv. Cancelled orders don't count.", "Cancelled orders don't"),
    ("Add up amount in sales.csv. Refunds are excluded.", "Refunds are excluded"),
    ("Rotate boat.jpg. The file can't be larger than 2 MB.", "file can't be larger than 2 MB"),
    ("Summarise memo.txt so it fits on one page.", "fits on one page"),
]


@pytest.mark.parametrize(("text", "words"), LOST, ids=[words for _, words in LOST])
def test_a_restriction_that_no_task_respects_is_reported_first(text: str, words: str) -> None:
    """The words in the gap of a rule that matched are not used by it."""
    proposal = propose(Request(text=text))
    assert proposal.plan.tasks
    assert proposal.refusals[0].startswith(f"Not done: “{words}”: I did not understand it.")


HARMLESS = [
    "Good morning! Could you please caption boat.jpg for my uncle's retirement party? Many thanks in advance",
    "Transcribe call.mp3 because the line was terrible, so that I can forward it to my landlord",
    "I need this for school: summarise essay.txt",
    "My neighbour is moving out next month. Read the text in letter.png, which she left on my desk.",
    "First, describe harbour.png, then translate the description into Dutch, and finally read it aloud",
    "1. caption a.png 2. translate it to German",
    "Is review.txt positive or negative?",
    "Describe harbour.png. Don't translate it.",
    "Make harbour.png grey, don't crop it",
    "Hoping you are well: describe harbour.png",
    "Summarise only page 2 of thesis.pdf",
    "Only transcribe the last 4 seconds of call.wav",
    "Which of these two letters is negative? a.txt b.txt",
    "What language is each line of memo.txt in?",
    "My sister turned thirty last week and we had a small party. Party.jpg in grey would be lovely.",
    "Our choir has a concert soon and nobody has decent photos. Make choir.jpg twice as big, if that's all right with you.",
    "Deep breath, here we go: how many rows does sales.csv have?",
    "Mum can't open big files on her tablet. Make garden.png half as large, that would mean a lot to us.",
    "For the insurance we need the dates in claim.txt.",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_background_purpose_politeness_and_order_are_not_reported(text: str) -> None:
    """What restricts nothing makes no run partial."""
    proposal = propose(Request(text=text))
    assert proposal.plan.tasks
    assert proposal.refusals == ()


def test_only_is_reported_where_nothing_restricts() -> None:
    """What it restricts is reported with it."""
    assert (
        propose(Request(text="Describe only the lorry in street.png"))
        .refusals[0]
        .startswith("Not done: “only the lorry”")
    )


def test_a_number_is_not_divided_at_its_point() -> None:
    """It is reported as it is written."""
    refusals = propose(Request(text="Play call.wav 2.5 times faster and make it quieter")).refusals
    assert any("2.5" in refusal for refusal in refusals)
    assert not any("“5" in refusal for refusal in refusals)


def test_a_file_that_no_task_takes_is_reported() -> None:
    """Named or attached, each file is used or stands in a refusal."""
    proposal = propose(Request(text="I have a.png and b.png. Describe a.png."))
    assert proposal.refusals[0].startswith("Not done: “b.png”: no task uses this file")


@pytest.mark.parametrize("text", ["Will it rain tomorrow in Malmö?", "How warm is it in Lisbon now?"])
def test_a_question_that_no_expert_can_answer_plans_no_conversation(text: str) -> None:
    """Live weather is out of reach of every expert; a question of knowledge is not."""
    assert propose(Request(text=text)).plan.tasks == ()
    assert propose(Request(text="What is the capital of Peru?")).plan.tasks[0].type == "conversational"


def test_a_search_carries_what_to_look_for() -> None:
    """The kinds of names and figures that the words list are a parameter of the search."""
    task = propose(Request(text="pull out the names and the amounts in lease.txt")).plan.tasks[0]
    assert (task.type, task.parameters) == ("token-classification", {"look_for": "names, amounts"})


@pytest.mark.parametrize("text", ["Take the third frame of a.mp4", "give me the 5th frame of a.mp4"])
def test_a_frame_by_its_number_is_reported(text: str) -> None:
    """No parameter says which one, and it is no number of frames."""
    proposal = propose(Request(text=text))
    assert proposal.refusals
    assert not any("frames" in task.parameters for task in proposal.plan.tasks)

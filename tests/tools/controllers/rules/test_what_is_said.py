"""What of a text is said: a value, findings, the result of the verb before "aloud", or the text, in the language asked."""

import pytest

from hugginggpt.graph.result import Request
from hugginggpt.tools.controllers.rules.controller import propose


def steps(text: str) -> list[str]:
    """The tasks of a request, each with the tasks it takes; nothing of these requests may be lost."""
    proposal = propose(Request(text=text))
    assert not proposal.refusals
    return [task.type + "".join(f" <{source}" for source in task.depends_on) for task in proposal.plan.tasks]


@pytest.mark.parametrize(
    "text",
    [
        "Say the total of receipt.jpg aloud",
        "Read receipt.jpg and say the total aloud",
        "say the due date of invoice.pdf out loud",
        "announce the phone number in notice.png out loud",
    ],
)
def test_a_value_that_is_to_be_said_is_asked_of_the_page_and_only_the_answer_is_said(text: str) -> None:
    *_, asked, said = propose(Request(text=text)).plan.tasks

    assert (asked.type, said.type) == ("document-question-answering", "text-to-speech")
    assert said.depends_on == (asked.id,)


def test_a_value_of_a_recording_is_asked_of_what_is_said_in_it() -> None:
    assert steps("Transcribe memo.ogg and read the date aloud") == [
        "automatic-speech-recognition",
        "question-answering <0",
        "text-to-speech <1",
    ]


def test_findings_that_are_to_be_said_are_found_in_the_whole_text_and_not_in_its_summary() -> None:
    assert steps("Summarise a.txt and read the e-mail addresses aloud") == [
        "summarization",
        "token-classification",
        "text-to-speech <1",
    ]


@pytest.mark.parametrize("verb", ["summarise", "translate", "describe"])
def test_aloud_says_the_result_of_the_verb_before_it(verb: str) -> None:
    request = {"summarise": "Summarise a.txt aloud", "translate": "Translate a.txt into French aloud"}
    first, said = propose(Request(text=request.get(verb, "Describe dog.jpg out loud"))).plan.tasks

    assert said.type == "text-to-speech"
    assert said.depends_on == (first.id,)


def test_a_text_is_translated_into_the_language_in_which_it_is_to_be_said() -> None:
    assert steps("Read receipt.jpg, say the total aloud in Spanish")[1:] == [
        "document-question-answering",
        "translation <1",
        "text-to-speech <2",
    ]
    assert steps("Translate a.txt to French and read it aloud in French") == ["translation", "text-to-speech <0"]
    assert steps("Say 'buenos días' in Spanish") == ["text-to-speech"]


def test_nothing_is_spoken_where_the_step_that_finds_it_is_not_understood() -> None:
    """Neither the whole table nor another total of it."""
    proposal = propose(
        Request(text="Work out the revenue of South from April to June in sales.csv and say the total aloud")
    )
    assert proposal.plan.tasks == ()
    assert "say the total aloud" in proposal.refusals[0]
    assert "Work out the revenue of South" in proposal.refusals[0]
    assert steps("Say the total of sales.csv aloud") == ["table-question-answering", "text-to-speech <0"]


def test_a_question_for_two_things_is_two_questions() -> None:
    """An expert gives one answer to a question."""
    tasks = propose(Request(text="What are the rent and the deposit in scan.pdf?")).plan.tasks
    asked = [task.inputs["question"] for task in tasks if "question" in task.inputs]
    assert asked == ["What is the rent in scan.pdf?", "What is the deposit in scan.pdf?"]


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        (
            "In a.txt: how much do I have to pay and until when?",
            ["how much do I have to pay?", "until when do I have to pay?"],
        ),
        (
            "When and where is the meeting in a.txt?",
            ["When is the meeting in a.txt?", "where is the meeting in a.txt?"],
        ),
        ("Until when is it open, and why? a.txt", ["Until when is it open?", "why is it open?"]),
    ],
)
def test_a_question_word_alone_asks_what_the_other_question_asks(text: str, questions: list[str]) -> None:
    """Neither half of a two-part question is lost."""
    tasks = propose(Request(text=text)).plan.tasks
    assert [task.inputs["question"] for task in tasks] == questions


@pytest.mark.parametrize(
    ("text", "planned"),
    [
        ("How many rows were paid in orders.csv?", ["table-question-answering"]),
        ("How many rows are in orders.csv?", ["count"]),
        ("Sort orders.csv by amount and tell me the total amount", ["sort", "question-answering <0"]),
        ("Translate nothing in a.txt, just summarise it", ["summarization"]),
        ("Summarise nothing, only count the words of a.txt", ["count"]),
    ],
)
def test_what_is_said_of_rows_and_of_nothing_takes_effect(text: str, planned: list[str]) -> None:
    """Rows are counted by what the table knows of them; rows that were sorted are added up; nothing is done with nothing."""
    assert steps(text) == planned
    assert propose(Request(text=text)).refusals == ()


def test_the_steps_of_a_text_are_a_part_that_is_reported() -> None:
    """A part that no form reads is not taken for the whole unsaid; what would be lovely is no question."""
    assert any("steps" in reason for reason in propose(Request(text="Read the steps in recipe.txt aloud")).refusals)
    lovely = propose(Request(text="You know what would be lovely? clip.mp4 as a handful of still pictures."))
    assert [task.type for task in lovely.plan.tasks] == ["video-to-images"]


def test_two_questions_to_a_table_both_go_to_the_table() -> None:
    """The second is not asked of the answer to the first."""
    tasks = propose(Request(text="How many members are there, and how much was spent? club.csv")).plan.tasks
    assert [task.type for task in tasks] == ["table-question-answering"] * 2
    assert [task.inputs["question"] for task in tasks] == ["How many members are there", "how much was spent"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Transcribe the first ten seconds of speech.wav and skip the rest", {"end_seconds": 10.0}),
        ("Skip the first ten seconds of speech.wav", {"start_seconds": 10.0}),
    ],
)
def test_the_rest_that_is_skipped_is_not_the_part_that_is_named(text: str, part: dict[str, float]) -> None:
    proposal = propose(Request(text=text))
    assert [task.parameters for task in proposal.plan.tasks if task.type == "trim-audio"] == [part]
    assert proposal.refusals == ()

"""What the rules read in a request for certain and a model's plan leaves out is asked for once more, then reported."""

import pytest

from hugginggpt.graph.plan import Plan
from hugginggpt.graph.result import Request
from hugginggpt.tools.controllers.llm.left_out import left_out
from hugginggpt.tools.controllers.rules.controller import propose
from hugginggpt.tools.scripted import chat, in_turn
from llm_controller import NOTES, RECEIPT, llm_controller, planned

ALOUD = Request(text="Read receipt.png and say it aloud", files=(RECEIPT,))
READ = ("image-to-text", {"image": "receipt.png"})
SPOKEN = ("text-to-speech", {"text": "<resource>-0"})


async def test_a_plan_that_leaves_out_the_speech_is_sent_back_and_a_better_one_is_taken() -> None:
    with llm_controller(in_turn(chat(planned(READ)), chat(planned(READ, SPOKEN)))) as (controller, server):
        proposal = await controller.plan(ALOUD)

    assert len(server.requests) == 2
    assert [task.type for task in proposal.plan.tasks] == ["image-to-text", "text-to-speech"]
    assert proposal.refusals == ()


async def test_where_the_model_insists_the_words_are_reported_as_not_done() -> None:
    with llm_controller(in_turn(chat(planned(READ)))) as (controller, server):
        proposal = await controller.plan(ALOUD)

    assert len(server.requests) == 2
    (refused,) = proposal.refusals
    assert "“say it aloud”" in refused or "“say" in refused


async def test_a_plan_that_refuses_a_part_in_its_own_words_is_taken_as_it_is() -> None:
    reply = chat(planned(READ, refusals=("I can't speak.",)))
    with llm_controller(in_turn(reply)) as (controller, server):
        assert (await controller.plan(ALOUD)).refusals == ("I can't speak.",)
    assert len(server.requests) == 1


QUOTED = Request(text="What language is 'guten Tag, wie geht es Ihnen'?")


async def test_a_plan_for_another_text_than_the_quoted_one_is_sent_back_and_where_the_model_insists_reported() -> None:
    other = chat(planned(("language-identification", {"text": "bonjour mes amis"})))
    with llm_controller(in_turn(other)) as (controller, server):
        proposal = await controller.plan(QUOTED)

    assert len(server.requests) == 2
    assert "bonjour mes amis" in proposal.refusals[0]


async def test_a_plan_that_gives_a_text_of_its_own_beside_the_file_of_the_request_is_sent_back() -> None:
    request = Request(text="Which language is notes.txt in, and how many words has it?", files=(NOTES,))
    invented = ("language-identification", {"text": "bonjour mes amis"})
    counted = ("count", {"items": "notes.txt", "look_for": "words"})
    right = ("language-identification", {"text": "notes.txt"})
    replies = in_turn(chat(planned(invented, counted)), chat(planned(right, counted)))
    with llm_controller(replies) as (controller, server):
        assert (await controller.plan(request)).refusals == ()
    assert len(server.requests) == 2


async def test_a_plan_for_the_quoted_text_or_a_part_of_it_is_not_asked_twice() -> None:
    same = chat(planned(("language-identification", {"text": "guten Tag, wie gehts"})))
    with llm_controller(in_turn(same)) as (controller, server):
        assert (await controller.plan(QUOTED)).refusals == ()
    assert len(server.requests) == 1


async def test_a_plan_that_ends_before_its_first_task_is_broken_and_not_empty() -> None:
    good = chat(planned(("language-identification", {"text": "guten Tag, wie geht es Ihnen"})))
    with llm_controller(in_turn(chat('{"tasks": ['), good)) as (controller, server):
        assert len((await controller.plan(QUOTED)).plan.tasks) == 1
    assert len(server.requests) == 2


GREETING = "guten Tag, wie geht es Ihnen"
LANGUAGE = {"task": "language-identification", "id": 0, "dep": [-1], "args": {"text": GREETING}}
COUNT = {"task": "count", "id": 1, "dep": [-1], "args": {"items": GREETING, "look_for": "words"}}
BOTH = f"What language is '{GREETING}', and how many words are in it?"
IN_TWO = "Translate 'good morning' into French and German"
ASKED = {"task": "conversational", "id": 0, "dep": [-1], "args": {"text": BOTH}}


def into(language: str, number: int = 0) -> dict[str, object]:
    args = {"text": "good morning", "target_language": language}
    return {"task": "translation", "id": number, "dep": [-1], "args": args}


@pytest.mark.parametrize(
    ("request_text", "tasks", "words"),
    [
        (BOTH, [LANGUAGE], "how many words are in it"),
        (BOTH, [COUNT], f"What language is '{GREETING}'"),
        (BOTH, [{**LANGUAGE, "task": "question-answering", "args": {"question": "what?"}}], "how many words are in it"),
        (IN_TWO, [into("fr")], "Translate"),
        ("Summarise 'It rains. It pours.' and translate it into French", [into("fr")], "Summarise"),
    ],
)
def test_a_step_of_a_request_that_the_rules_understand_is_missed(
    request_text: str, tasks: list[dict[str, object]], words: str
) -> None:
    request = Request(text=request_text)
    found = left_out(request, Plan.from_hugginggpt(tasks), propose(request))
    assert any(words in each for each in found)


@pytest.mark.parametrize(
    ("request_text", "tasks"),
    [
        (BOTH, [LANGUAGE, COUNT]),
        (BOTH, [ASKED]),
        (IN_TWO, [into("French"), into("de", 1)]),
        (
            "How many words are in 'a b c'?",
            [{**COUNT, "task": "question-answering", "args": {"question": "how many?"}}],
        ),
    ],
)
def test_a_plan_that_does_the_steps_in_its_own_way_misses_none(
    request_text: str, tasks: list[dict[str, object]]
) -> None:
    request = Request(text=request_text)
    assert left_out(request, Plan.from_hugginggpt(tasks), propose(request)) == ()


async def test_a_plan_that_can_not_be_run_and_is_written_again_word_for_word_is_not_asked_for_a_third_time() -> None:
    broken = chat(planned(("image-to-words", {"image": "receipt.png"})))
    with llm_controller(in_turn(broken, broken, broken)) as (controller, server):
        proposal = await controller.plan(ALOUD)

    assert len(server.requests) == 2
    assert "a plan by rules was run instead" in proposal.refusals[0]

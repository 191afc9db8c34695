"""Plans as weaker models write them: read where a person reads them in one way, each repair reported; else sent back."""

import json
from itertools import pairwise
from typing import Any

import pytest

from hugginggpt.graph.errors import ControllerError, InvalidPlan
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Request
from hugginggpt.graph.task import Ref, singles_in
from hugginggpt.tools.controllers.llm.controller import DIRECT_ANSWER
from hugginggpt.tools.controllers.llm.plan_reader import Draft, read_plan
from hugginggpt.tools.scripted import chat, in_turn
from llm_controller import NOTES, llm_controller, planned

FILES = {
    "a.png": Resource(kind="image", media_type="image/png", sha256="a" * 64, size=9, name="a.png"),
    "talk.wav": Resource(kind="audio", media_type="audio/wav", sha256="b" * 64, size=9, name="talk.wav"),
    "notes.txt": Resource(kind="text", media_type="text/plain", sha256="c" * 64, size=2, text="hi", name="notes.txt"),
}
REQUEST = "Where is the old mill? Paint the boat red, translate 'good answer' into French, then say what came of it."
Nodes = list[tuple[str, list[Any]]]
Read = list[tuple[str, dict[str, Any]]]


def written(nodes: Nodes, links: list[tuple[str, str]] | None = None) -> str:
    """TaskBench's JSON; each task after the one before it where no links are given."""
    names = [name for name, _ in nodes]
    ends = list(pairwise(names)) if links is None else links
    return json.dumps(
        {
            "task_steps": [f"Step {n}: Use {name} as asked" for n, name in enumerate(names, 1)],
            "task_nodes": [{"task": name, "arguments": arguments} for name, arguments in nodes],
            "task_links": [{"source": source, "target": target} for source, target in ends],
        }
    )


def read(nodes: Nodes, links: list[tuple[str, str]] | None = None) -> Draft:
    return read_plan(written(nodes, links), FILES, request=REQUEST)


def shown(draft: Draft) -> Read:
    """Each task's type with inputs and parameters: files by name, references as `@0`."""

    def show(value: Any) -> Any:
        singles = [
            f"@{each.task_id}" if isinstance(each, Ref) else each.name if isinstance(each, Resource) else each
            for each in singles_in(value)
        ]
        return singles if isinstance(value, tuple) else singles[0]

    return [
        (task.type, {**{name: show(value) for name, value in task.inputs.items()}, **task.parameters})
        for task in sorted(draft.plan.tasks, key=lambda task: task.id)
    ]


ONE_READING: dict[str, tuple[Nodes, Read, str]] = {
    "a language is the target of a translation": (
        [("Translation", ["notes.txt", "French"])],
        [("translation", {"text": "notes.txt", "target_language": "French"})],
        "text = notes.txt, target_language = French",
    ),
    "a language in front of the text": (
        [("Translation", ["fr", "notes.txt"])],
        [("translation", {"text": "notes.txt", "target_language": "fr"})],
        "target_language = fr, text = notes.txt",
    ),
    "the language that the request names": (
        [("Machine Translation", ["notes.txt"])],
        [("translation", {"text": "notes.txt", "target_language": "French"})],
        "target_language is French, as its request says",
    ),
    "what asks is the question": (
        [("Question Answering", ["notes.txt", "Where is the old mill?"])],
        [("question-answering", {"question": "Where is the old mill?", "context": "notes.txt"})],
        "context = notes.txt, question = Where is the old mill?",
    ),
    "the words are the question about a result": (
        [("ASR", ["talk.wav"]), ("Question Answering", ["<node-0>", "the old mill"])],
        [
            ("automatic-speech-recognition", {"audio": "talk.wav"}),
            ("question-answering", {"question": "the old mill", "context": "@0"}),
        ],
        "context = <resource>-0, question = the old mill",
    ),
    "an image and words in either order": (
        [("Image Editing", ["Paint the boat red", "a.png"])],
        [("image-text-to-image", {"image": "a.png", "prompt": "Paint the boat red"})],
        "prompt = Paint the boat red, image = a.png",
    ),
    "an image of a result that has several kinds": (
        [("Object Detection", ["a.png"]), ("Image Editing", ["<node-0>", "Paint the boat red"])],
        [
            ("object-detection", {"image": "a.png"}),
            ("image-text-to-image", {"image": "@0", "prompt": "Paint the boat red"}),
        ],
        "image = <resource>-0, prompt = Paint the boat red",
    ),
    "another name, and what it is given, decide the type": (
        [("Speech Recognition", ["talk.wav"]), ("Emotion Detection", ["<node-0>"])],
        [("automatic-speech-recognition", {"audio": "talk.wav"}), ("text-classification", {"text": "@0"})],
        "'Emotion Detection' was read as 'text-classification'",
    ),
    "the same name for a sound": (
        [("Audio Enhancement", ["talk.wav"]), ("Emotion Detection", ["<node-0>"])],
        [("audio-to-audio", {"audio": "talk.wav"}), ("audio-classification", {"audio": "@0"})],
        "'Emotion Detection' was read as 'audio-classification'",
    ),
    "a name with an explanation": (
        [("Token Classification (Named Entity Recognition)", ["notes.txt"])],
        [("token-classification", {"text": "notes.txt"})],
        "was read as 'token-classification'",
    ),
    "a name that says that text is read": (
        [("OCR", ["a.png"]), ("Text Summarization", ["<node-0>"])],
        [("image-to-text", {"image": "a.png", "look_for": "text"}), ("summarization", {"text": "@0"})],
        "'Text Summarization' was read as 'summarization'",
    ),
    "counted from one": (
        [("Depth Estimation", ["a.png"]), ("Object Detection", ["<node-1>"]), ("Text-to-Speech", ["<node-2>"])],
        [
            ("depth-estimation", {"image": "a.png"}),
            ("object-detection", {"image": "@0"}),
            ("text-to-speech", {"text": "@1"}),
        ],
        "the references counted the tasks from one",
    ),
    "counted from one and from zero": (
        [("OCR", ["a.png"]), ("Summarization", ["<node-0>"]), ("Text-to-Speech", ["<node-2>"])],
        [
            ("image-to-text", {"image": "a.png", "look_for": "text"}),
            ("summarization", {"text": "@0"}),
            ("text-to-speech", {"text": "@1"}),
        ],
        "task 2 referred to itself; it takes <resource>-1",
    ),
    "a value that was left empty": (
        [("ASR", ["talk.wav"]), ("Summarization", [{"name": "transcript", "value": ""}])],
        [("automatic-speech-recognition", {"audio": "talk.wav"}), ("summarization", {"text": "@0"})],
        "'transcript' was empty; it is <resource>-0",
    ),
    "other spellings of a reference": (
        [
            ("OCR", ["a.png"]),
            ("Summarization", ["<output-of-node-0>"]),
            ("Text-to-Speech", ["# output of Node 1 #"]),
            ("Audio-to-Audio", ["task_nodes[2].output"]),
        ],
        [
            ("image-to-text", {"image": "a.png", "look_for": "text"}),
            ("summarization", {"text": "@0"}),
            ("text-to-speech", {"text": "@1"}),
            ("audio-to-audio", {"audio": "@2"}),
        ],
        "other spellings were read as <resource>-2",
    ),
    "other names of arguments": (
        [("Sentence Similarity", [{"name": "first", "value": "notes.txt"}, {"name": "other", "value": "good answer"}])],
        [("sentence-similarity", {"source_sentence": "notes.txt", "sentences": "good answer"})],
        "'other' was read as 'sentences'",
    ),
    "the name of an argument says more than its value": (
        [("Image Editing", [{"name": "image", "value": "a.png"}, {"name": "boat_color", "value": "red"}])],
        [("image-text-to-image", {"image": "a.png", "prompt": "boat color: red"})],
        "'boat_color' was read as 'prompt'",
    ),
    "values under `name`": (
        [("Summarization", [{"name": "notes.txt"}])],
        [("summarization", {"text": "notes.txt"})],
        "text = notes.txt",
    ),
    "quotes around a file": (
        [("Object Detection", ["'a.png'"])],
        [("object-detection", {"image": "a.png"})],
        "quotes around a value were left out",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ONE_READING)
def test_a_plan_that_a_person_reads_in_one_way_is_read_at_once_and_its_repair_reported(name: str) -> None:
    nodes, expected, repair = ONE_READING[name]
    draft = read(nodes)
    assert (shown(draft), draft.doubts) == (expected, ())
    assert any(repair in each for each in draft.repairs), draft.repairs


def test_the_sentence_of_a_step_becomes_the_goal_of_its_task() -> None:
    (task,) = read([("Summarization", ["notes.txt"])]).plan.tasks
    assert task.goal == "Use Summarization as asked"


SENT_BACK: dict[str, tuple[Nodes, str]] = {
    "two images for one": ([("Image-to-Image", ["a.png", "a.png"])], "has no place for all of"),
    "two texts for one": ([("Summarization", ["notes.txt", "good answer"])], "has no place for all of"),
    "two results, neither of which asks": (
        [("ASR", ["talk.wav"]), ("OCR", ["a.png"]), ("Question Answering", ["<node-0>", "<node-1>"])],
        "what is the question and what the context",
    ),
    "a result as the only value of a question": (
        [("OCR", ["a.png"]), ("Question Answering", ["<node-0>"])],
        "what is the question and what the context",
    ),
    "a reference to itself that no link explains": (
        [("OCR", ["a.png"]), ("Sentence Similarity", ["<node-0>", "<node-1>"])],
        "in a circle: 1 -> 1",
    ),
    "a reference to nothing": ([("OCR", ["a.png"]), ("Summarization", ["<node-7>"])], "task 7, which is not in the plan"),
    "counted from one, against the links": (
        [("OCR", ["a.png"]), ("Summarization", ["<node-1>"]), ("NER", ["<node-1>"])],
        "in a circle: 1 -> 1",
    ),
    "a link against a reference": (
        [("OCR", ["a.png"]), ("Summarization", ["<node-2>"]), ("Translation", ["<node-0>"])],
        "a link puts task 1 before task 2, from which it takes data",
    ),
    "a text for a user to fill in": ([("Summarization", ["<user-given text>"])], "<user-given text> refers to nothing"),
    "a reference of another language": (
        [("OCR", ["a.png"]), ("Summarization", ["$(OCR.output)"])],
        "$(OCR.output) refers to nothing",
    ),
    "the name of an argument as its value": (
        [("Translation", [{"name": "text", "value": "notes.txt"}, {"name": "target_language", "value": "target_language"}])],
        "the name of an argument",
    ),
    "a file that is not there": ([("Image-to-Image", ["a.png", "style.png"])], "there is no such file"),
    "an image where a question has no place for one": (
        [("Question Answering", [{"name": "image", "value": "a.png"}, {"name": "question", "value": "Where?"}])],
        "has no input 'image'",
    ),
    "an argument of another kind": (
        [("Object Detection", ["a.png"]), ("Text Generation", [{"name": "made_image", "value": "<node-0>"}])],
        "has no input 'made_image'",
    ),
    "a name of two types, of which neither takes what it is given": (
        [("Noise Reduction", ["notes.txt"])],
        "may be audio-to-audio or image-to-image",
    ),
    "a name that says nothing": ([("Text Processing", ["notes.txt"])], "there is no task type 'Text Processing'"),
}  # fmt: skip


@pytest.mark.parametrize("name", SENT_BACK)
def test_a_plan_with_no_one_reading_is_sent_back_with_the_reason(name: str) -> None:
    nodes, reason = SENT_BACK[name]
    with pytest.raises(InvalidPlan) as caught:
        read(nodes)
    assert reason in "; ".join(caught.value.problems)


def test_a_link_beside_a_reference_to_another_task_is_a_doubt() -> None:
    nodes: Nodes = [("OCR", ["a.png"]), ("Summarization", ["<node-0>"]), ("NER", ["<node-1>"])]
    links = [("OCR", "Summarization"), ("OCR", "NER")]
    assert read(nodes, links).doubts == (
        "task 2 takes what task 1 makes, but the links put task 0 before it: make both say the same",
    )
    assert read(nodes, [*links, ("Summarization", "NER")]).doubts == ()


def test_arguments_that_were_left_out_are_what_the_one_task_before_makes() -> None:
    draft = read([("Text-to-Speech", ["good answer"]), ("ASR", [])])
    assert shown(draft)[1] == ("automatic-speech-recognition", {"audio": "@0"})
    assert "task 1: 'audio' was empty; it is <resource>-0, which a link puts before it" in draft.repairs


@pytest.mark.parametrize("text", ["edited image", "original_text", "summary", "old mill translation"])
def test_a_text_that_may_only_name_data_is_in_doubt(text: str) -> None:
    assert "may only name data" in read([("Text-to-Speech", [text])]).doubts[0]


@pytest.mark.parametrize("text", ["good answer", "Where is the old mill?", "Paint the boat red", "This is the answer."])
def test_words_of_the_request_and_whole_sentences_are_data(text: str) -> None:
    assert read([("Text-to-Speech", [text])]).doubts == ()


async def test_a_plan_that_leaves_out_a_file_is_sent_back_once_and_reported_where_the_model_insists() -> None:
    """The second answer is the same: it is run, and what it leaves out is among the refusals."""
    without = planned(("text-to-speech", {"text": "Rome"}))
    request = Request(text="Read notes.txt aloud", files=(NOTES,), thread_id="t")
    with llm_controller(in_turn(chat(without))) as (controller, server):
        insisted = await controller.plan(request)
    assert len(server.requests) == 2
    assert "notes.txt" in insisted.refusals[0]

    corrected = planned(("text-to-speech", {"text": "notes.txt"}))
    with llm_controller(in_turn(chat(without), chat(corrected))) as (controller, server):
        proposal = await controller.plan(request)
    assert proposal.plan.tasks[0].inputs == {"text": NOTES}
    assert proposal.refusals == ()
    assert "was sent back" in proposal.repairs[0]


async def test_a_text_in_doubt_is_sent_back_once_and_data_where_the_model_insists() -> None:
    doubtful = planned(("translation", {"text": "edited image", "target_language": "de"}))
    request = Request(text="Translate these words into German", thread_id="t")
    with llm_controller(in_turn(chat(doubtful))) as (controller, server):
        proposal = await controller.plan(request)
    assert len(server.requests) == 2
    assert proposal.plan.tasks[0].inputs == {"text": "edited image"}
    assert "may only name data" in proposal.repairs[-1]


async def test_a_plan_in_doubt_is_run_where_the_corrections_can_not_be_run() -> None:
    doubtful = planned(("text-to-speech", {"text": "Rome"}))
    request = Request(text="Read notes.txt aloud", files=(NOTES,), thread_id="t")
    with llm_controller(in_turn(chat(doubtful), chat("[1]"))) as (controller, server):
        proposal = await controller.plan(request)
    assert (len(server.requests), len(proposal.plan.tasks), proposal.usage.llm_calls) == (3, 1, 3)
    assert "notes.txt" in proposal.refusals[0]


async def test_a_reply_in_words_is_the_direct_answer_where_there_is_nothing_to_read() -> None:
    with llm_controller(in_turn(chat("<think>No task.</think>Good morning! How can I help?"))) as (controller, server):
        proposal = await controller.plan(Request(text="Hello", thread_id="t"))
    assert (len(server.requests), proposal.plan.tasks, proposal.repairs) == (1, (), (DIRECT_ANSWER,))


@pytest.mark.parametrize(
    ("request_text", "summarised", "words"),
    [
        ("Summarise the first two of a.txt, b.txt and c.txt", ["a.txt", "b.txt", "c.txt"], "Summarise the first two"),
        ("Summarise the first two of a.txt, b.txt and c.txt", ["a.txt", "b.txt"], ""),
        ("Summarise each page of d.pdf", ["d.pdf"], "Summarise each page"),
        ("Summarise each of a.txt, b.txt and c.txt", [["a.txt", "b.txt", "c.txt"]], ""),
    ],
)
async def test_a_plan_that_does_not_obey_a_word_of_scope_is_sent_back_and_then_reported(
    request_text: str, summarised: list[object], words: str
) -> None:
    plan = planned(*(("summarization", {"text": each}) for each in summarised))
    named = [name for name in ("a.txt", "b.txt", "c.txt", "d.pdf") if name in request_text]
    files = tuple(NOTES.model_copy(update={"name": name, "sha256": name[0] * 64}) for name in named)
    if named == ["d.pdf"]:
        files = (files[0].model_copy(update={"kind": "document", "media_type": "application/pdf"}),)
    with llm_controller(in_turn(chat(plan))) as (controller, server):
        proposal = await controller.plan(Request(text=request_text, files=files, thread_id="t"))
    assert proposal.refusals == ((f"no task does “{words}”",) if words else ())
    assert len(server.requests) == (2 if words else 1)


@pytest.mark.parametrize("reply", ["Sure! I would be happy to help you with that.", '{"tasks": []}'])
async def test_words_are_no_answer_to_what_the_rules_can_do_for_certain(reply: str) -> None:
    """They are sent back; then the rules' plan is run, and this is reported."""
    request = Request(text="Translate 'good morning' into French", thread_id="t")
    with llm_controller(in_turn(chat(reply))) as (controller, server):
        proposal = await controller.plan(request)
    assert b"no task does" in server.requests[1].body
    assert [task.type for task in proposal.plan.tasks] == ["translation"]
    assert "none of whose drafts can be run" in proposal.refusals[0]


@pytest.mark.parametrize(
    "words", ["I would use text-to-speech on it.", "First Text To Speech.", "Here: {tasks", "[1, 2"]
)
async def test_a_plan_in_words_is_no_direct_answer(words: str) -> None:
    with llm_controller(in_turn(chat(words))) as (controller, _), pytest.raises(ControllerError):
        await controller.plan(Request(text="Say it aloud", thread_id="t"))


async def test_a_reply_in_words_about_a_file_is_no_answer() -> None:
    """The model has not seen the file."""
    with llm_controller(in_turn(chat("It is a nice boat."))) as (controller, _):
        proposal = await controller.plan(Request(text="What is in notes.txt?", files=(NOTES,), thread_id="t"))
    assert proposal.plan.tasks, "the plan by rules"
    assert "a plan by rules was run instead" in proposal.refusals[0]

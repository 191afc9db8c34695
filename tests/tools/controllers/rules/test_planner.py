"""Promises of the rule-based controller's planning. Graphs are written `type`, `type<0` (takes task 0), `type<0,1`."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hugginggpt.graph.choice import Choice
from hugginggpt.graph.expert import Expert
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.resource import KINDS, Resource
from hugginggpt.graph.result import Proposal, Request
from hugginggpt.graph.task import Ref, Task
from hugginggpt.tools.controllers.rules import RuleBasedController
from hugginggpt.tools.controllers.rules.controller import propose
from hugginggpt.tools.controllers.rules.masking import mask


def planned(text: str, *files: Resource, resources: tuple[Resource, ...] = ()) -> Proposal:
    """What the controller proposes for a request."""
    return propose(Request(text=text, files=files, resources=resources))


def shape(plan: Plan) -> list[str]:
    """A plan as its types and what each takes."""
    return [task.type + (f"<{','.join(map(str, task.depends_on))}" if task.depends_on else "") for task in plan.tasks]


@pytest.mark.parametrize(
    ("text", "graph"),
    [
        (
            "Read the text in receipt.png, summarise it, tell me whether the customer was happy, "
            "and say the summary aloud",
            ["image-to-text", "summarization<0", "text-classification<0", "text-to-speech<1"],
        ),
        ("Say 'good morning' aloud", ["text-to-speech"]),
        ("please dub for me: 'A hero appears.'", ["text-to-speech"]),
        ("what language is 'bonjour tout le monde'", ["language-identification"]),
        ("find the dates and amounts in letter.txt", ["token-classification"]),
        ("how many faces are in x.jpg", ["object-detection", "count<0"]),
        ("read the QR code in code.png", ["object-detection"]),
        ("When does somebody speak in talk.wav?", ["voice-activity-detection"]),
        ("detect the speech in talk.wav", ["voice-activity-detection"]),
        ("Forecast the next 12 months of sales.csv", ["time-series-forecasting"]),
        ("predict how the values in sales.csv go on", ["time-series-forecasting"]),
        ("what does the barcode on box.jpg say", ["object-detection"]),
        ("count the rows in data.csv", ["count"]),
        ("how many different emails are in data.csv", ["table-question-answering"]),
        ("denoise noisy.wav and transcribe it", ["audio-to-audio", "automatic-speech-recognition<0"]),
        ("edges of photo.png", ["canny-control"]),
        ("crop the faces in group.jpg", ["object-detection", "crop<0"]),
        ("rotate page.png by 90 degrees", ["image-to-image"]),
        ("what is the total on receipt.png?", ["document-question-answering"]),
        ("what colour is the car in street.jpg?", ["visual-question-answering"]),
        ("who is mentioned in article.txt?", ["question-answering"]),
        ("compare the texts of a.png and b.png", ["image-to-text", "image-to-text", "compare<0,1"]),
        (
            "make a narrated slideshow of a.png and b.png saying 'welcome to our garden'",
            ["text-to-speech", "image-to-video<0"],
        ),
        ("summarise the recording talk.mp3", ["automatic-speech-recognition", "summarization<0"]),
        ("translate the text in the image sign.jpg into German", ["image-to-text", "translation<0"]),
        ("read page.jpg out loud", ["image-to-text", "text-to-speech<0"]),
        ("transcribe a.mp3, b.mp3 and c.mp3", ["automatic-speech-recognition"] * 3),
        # what is announced is planned once, where it is requested
        (
            "I want to make a video based on a.jpg. First enhance the image, then extract the text "
            "and create a video based on that text.",
            ["image-to-image", "image-to-text<0", "text-to-video<1"],
        ),
        (
            "Make the sky in a.jpg red. After editing the image, classify it.",
            ["image-text-to-image", "image-classification<0"],
        ),
        ("Classify the recording a.wav to identify its content.", ["audio-classification"]),
        # findings are described from their labels, and what a recording describes is transcribed
        ("Detect the objects in a.jpg and describe them.", ["object-detection", "text-generation<0"]),
        (
            "The audio file a.wav contains a description of the changes. Translate the description into French "
            "and edit b.jpg accordingly.",
            ["automatic-speech-recognition", "translation<0", "image-text-to-image<1"],
        ),
        (
            "Answer the question 'Who won the race?' about a.txt and have it translated into French",
            ["question-answering", "translation<0"],
        ),
        ("give me a French summary of notes.txt", ["summarization", "translation<0"]),
        ("transcribe talk.mp3 and give me Spanish subtitles", ["automatic-speech-recognition", "translation<0"]),
        (
            "I was hoping you could alter the colors of a.jpg. Then create a description text about the edited image",
            ["image-text-to-image", "image-to-text<0"],
        ),
        ("break down the objects in a.jpg", ["image-segmentation"]),
        ("translate 'good evening' into French and German", ["translation", "translation"]),
        ("is this review positive? 'I loved every minute of it'", ["text-classification"]),
        ("Draw a red bicycle leaning on a wall", ["text-to-image"]),
        ("Generate an image of a harbour, then describe it", ["text-to-image", "image-to-text<0"]),
        ("Write a poem about autumn and read it aloud", ["text-generation", "text-to-speech<0"]),
        ("Give me pictures a.jpg and b.jpg; count the boats in them", ["object-detection"] * 2 + ["count<0,1"]),
        ("Estimate the depth of hall.png", ["depth-estimation"]),
        ("Segment lake.jpg and detect the objects in lake.jpg", ["image-segmentation", "object-detection"]),
        ("Detect the objects in lake.jpg and translate the labels into Spanish", ["object-detection", "translation<0"]),
        ("Restore old.png and caption it", ["image-to-image", "image-to-text<0"]),
        ("Change the colour of the door in house.jpg to green", ["image-text-to-image"]),
        ("What happens in clip.mp4?", ["video-classification"]),
        ("What emotion does the speaker have? Classify the audio in call.wav", ["audio-classification"]),
        ("Make a video of 'a fox in the snow'", ["text-to-video"]),
        ("How similar are 'the cat sleeps' and 'a cat is asleep'?", ["sentence-similarity"]),
        ("Which is closer in meaning to 'a car': 'a truck' or 'a boat'?", ["sentence-similarity"]),
        (
            "Caption dog.jpg; caption cat.jpg; then say which caption is closer to 'a sleepy animal'",
            ["image-to-text", "image-to-text", "sentence-similarity<0,1"],
        ),
        ("Paraphrase 'it rains cats and dogs'", ["text-generation"]),
        ("Complete this sentence: The sun rises in the", ["text-generation"]),
        (
            "I have a photo lake.jpg that contains a table with many objects. Please caption the image.",
            ["image-to-text"],
        ),
        (
            "Summarise notes.txt, translate the summary into Italian and give me an audio version of the translation",
            ["summarization", "translation<0", "text-to-speech<1"],
        ),
        ("Create an audio file describing the image lake.jpg", ["image-to-text", "text-to-speech<0"]),
        (
            "Generate a HED image of e3.jpg, then based on the HED image generate a new image of a girl reading",
            ["hed-control", "hed-text-to-image<0"],
        ),
        ("How do I plant a tree?", ["conversational"]),
        ("Dub clip.mp4 with 'hello there'", ["text-to-speech", "mux<0"]),
        ("Find all the people in article.txt and count them", ["token-classification", "count<0"]),
        ("Extract the text from a.png and b.png and join them", ["image-to-text", "image-to-text", "join-text<0,1"]),
        ("Summarise 'a long story' in French", ["summarization", "translation<0"]),
        ("I want to have an audio file of the following text: 'Welcome.'", ["text-to-speech"]),
        (
            "I have a question about street.jpg: 'What colour is the bus?'. Please enhance the image, then answer my "
            "question.",
            ["image-to-image", "visual-question-answering<0"],
        ),
        (
            "Translate 'a green door' to Spanish and edit house.jpg based on the translated text",
            ["translation", "image-text-to-image<0"],
        ),
    ],
)
def test_a_request_becomes_its_graph(text: str, graph: list[str]) -> None:
    """Tasks come in the order of the words, each linked to what it needs."""
    proposal = planned(text)
    assert shape(proposal.plan) == graph
    assert proposal.refusals == ()


@pytest.mark.parametrize(
    ("text", "graph", "left"),
    [
        ("I have b.jpg and a.wav. Please transcribe it.", ["automatic-speech-recognition"], "b.jpg"),
        # a quotation that holds the words of the question answers it, not the photo beside it
        (
            "I have the text 'Anna bought seven apples in May' and a photo a.jpg. 'Who bought the apples?'",
            ["question-answering"],
            "a.jpg",
        ),
    ],
)
def test_a_file_beside_the_one_that_is_meant_is_reported(text: str, graph: list[str], left: str) -> None:
    """The plan is about the file or quotation that fits; the other is not used silently."""
    proposal = planned(text)
    assert shape(proposal.plan) == graph
    assert proposal.refusals == (f"Not done: “{left}”: no task uses this file.",)


def taken(plan: Plan) -> list[str]:
    """A plan as its types and the text, question's context or items that each takes: a file's name or a task."""
    rows = []
    for task in plan.tasks:
        value = task.inputs.get("context") or task.inputs.get("text") or task.inputs.get("audio")
        name = f"#{value.task_id}" if isinstance(value, Ref) else getattr(value, "name", value)
        rows.append(f"{task.type} {name}")
    return rows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("summarise a.txt. How tall is the tower?", ["summarization a.txt", "question-answering a.txt"]),
        (
            "Is this review happy or angry? Also list every phone number in it; a.txt",
            ["text-classification a.txt", "token-classification a.txt"],
        ),
        (
            "what language is a.txt written in? and say it aloud",
            ["language-identification a.txt", "text-to-speech a.txt"],
        ),
        ("Summarise a.txt and find all dates in it", ["summarization a.txt", "token-classification a.txt"]),
        ("Summarise a.txt and say it aloud", ["summarization a.txt", "text-to-speech #0"]),
        ("How tall is the tower in a.txt? Who kept it?", ["question-answering a.txt", "question-answering a.txt"]),
        ("How tall is the tower in a.txt? Say the answer aloud", ["question-answering a.txt", "text-to-speech #0"]),
        (
            "Transcribe b.wav, identify its language and find the dates in it",
            ["automatic-speech-recognition b.wav", "language-identification #0", "token-classification #0"],
        ),
        (
            "what language is a.txt? Translate it into English and say the translation aloud",
            ["language-identification a.txt", "translation a.txt", "text-to-speech #1"],
        ),
        ("Translate a.txt into English. What language was it?", ["translation a.txt", "language-identification a.txt"]),
        (
            "Summarise a.txt, then tell me the sentiment of the summary",
            ["summarization a.txt", "text-classification #0"],
        ),
        ("Summarise a.txt. Who is named in the summary?", ["summarization a.txt", "question-answering #0"]),
        ("Summarise a.txt. Find all dates in the summary.", ["summarization a.txt", "token-classification #0"]),
    ],
)
def test_an_intent_is_about_the_text_and_not_about_findings_in_it(text: str, expected: list[str]) -> None:
    """Labels, answers and counts are used only where the words name them; questions search the whole text."""
    assert taken(planned(text).plan) == expected


def test_an_attached_file_needs_no_name_in_the_text() -> None:
    """`this receipt` is the attached picture."""
    receipt = Resource(kind="image", media_type="image/png", sha256="a" * 64, name="receipt.png")
    plan = planned("Read the text in this receipt and summarise it", receipt).plan
    assert shape(plan) == ["image-to-text", "summarization<0"]
    assert plan.tasks[0].inputs["image"] == receipt


def test_a_fetched_file_stands_for_its_name() -> None:
    """What the fetcher read is used, not a missing resource of the same name."""
    page = Resource(kind="image", media_type="image/png", sha256="b" * 64, name="https://example.com/page")
    plan = planned("Describe https://example.com/page", page).plan
    assert shape(plan) == ["image-to-text"]
    assert plan.tasks[0].inputs["image"] == page


def test_a_named_file_that_was_not_fetched_is_missing() -> None:
    """The plan says which file it needs; `review` stops it there."""
    resource = planned("Caption cat.jpg").plan.tasks[0].inputs["image"]
    assert isinstance(resource, Resource)
    assert resource.missing
    assert resource.name == "cat.jpg"


def test_a_later_turn_refers_to_earlier_results() -> None:
    """Without data of its own a request takes the newest of the conversation that fits."""
    photo = Resource(kind="image", media_type="image/png", sha256="1" * 64, name="photo.png")
    caption = Resource(kind="text", media_type="text/plain", sha256="2" * 64, text="a cat", producer="0")
    plan = planned("Now translate it into French", resources=(photo, caption)).plan
    assert shape(plan) == ["translation"]
    assert plan.tasks[0].inputs["text"] == caption
    plan = planned("Detect the objects in it", resources=(photo, caption)).plan
    assert plan.tasks[0].inputs["image"] == photo


def test_the_goal_is_the_clause_as_written() -> None:
    """Experts refuse by the goal, so it is verbatim and holds nothing of the other intents."""
    plan = planned("Read the Text in A.png, and summarise it in 2 sentences").plan
    assert [task.goal for task in plan.tasks] == ["Read the Text in A.png", "and summarise it in 2 sentences"]


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("rotate page.png by 90 degrees", {"operation": "rotate", "angle": 90.0}),
        ("rotate page.png clockwise by 90 degrees", {"operation": "rotate", "angle": -90.0}),
        ("resize page.png to 640x480", {"operation": "resize", "width": 640, "height": 480}),
        ("make page.png grayscale", {"operation": "grayscale"}),
        ("summarise notes.txt in three sentences", {"max_sentences": 3}),
        ("translate 'hello' from English to Japanese", {"target_language": "Japanese", "source_language": "English"}),
        ("classify photo.png as cat, dog or bird", {"candidate_labels": ("cat", "dog", "bird")}),
    ],
)
def test_parameters_are_read_from_the_words(text: str, parameters: dict[str, object]) -> None:
    """Operations, angles, sizes, languages and labels."""
    assert planned(text).plan.tasks[0].parameters == parameters


def test_what_is_counted_is_named_as_detectors_name_it() -> None:
    """`people` counts what is labelled `person`."""
    assert planned("count the people in square.jpg").plan.tasks[-1].parameters == {"label": "person"}


@pytest.mark.parametrize(
    ("text", "graph"),
    [
        ("extract all dates from a.txt and tell me how many there are", ["token-classification", "count<0"]),
        (
            "read a.png, find the dates and tell me how many they are",
            ["image-to-text", "token-classification<0", "count<1"],
        ),
        ("how many dates are in a.txt", ["token-classification", "count<0"]),
        ("count the codes in codes.png", ["object-detection", "count<0"]),
    ],
)
def test_findings_are_counted_without_a_label_that_none_of_them_has(text: str, graph: list[str]) -> None:
    """`there` is no label, and codes of any kind are all of them."""
    plan = planned(text).plan
    assert shape(plan) == graph
    assert plan.tasks[-1].parameters == {}


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "Thank you very much!",
        "The weather is nice and my dog likes depth.",
        "xyzzy plugh",
        "I have a nice picture cat.jpg of a table.",
    ],
)
def test_a_request_for_no_task_is_refused(text: str) -> None:
    """No task is invented; the refusal names what would help."""
    proposal = planned(text)
    assert proposal.plan.tasks == ()
    assert proposal.refusals
    assert "llm='openai:MODEL'" in proposal.refusals[-1]


def test_an_intent_without_its_data_is_refused_and_the_rest_planned() -> None:
    """A partial plan names the part that it lacks."""
    proposal = planned("Say 'hello' and detect the objects in the picture")
    assert shape(proposal.plan) == ["text-to-speech"]
    assert "detect the objects in the picture" in proposal.refusals[0]


def test_a_text_that_is_announced_and_not_given_is_missing() -> None:
    """It is not read from a picture that happens to be given; `review` names what to attach."""
    plan = planned("I have a long article about whales and a photo a.jpg. Summarise the article.").plan
    assert shape(plan) == ["summarization"]
    article = plan.tasks[0].inputs["text"]
    assert isinstance(article, Resource)
    assert article.missing
    assert article.name == "article"


@pytest.mark.parametrize(
    "text", ["Give me an in-depth explanation of gravity", "Explain the depth of character in 'Hamlet'"]
)
def test_figures_of_speech_are_no_intents(text: str) -> None:
    """`in-depth` estimates no depth."""
    assert "depth-estimation" not in [task.type for task in planned(text).plan.tasks]


@pytest.mark.parametrize(
    ("text", "graph"),
    [
        ("Do not summarize a.txt. Just tell me its language.", ["language-identification"]),
        ("Don't summarise a.txt, translate it to German", ["translation"]),
        ("Instead of summarizing a.txt, find the dates in it", ["token-classification"]),
        ("transcribe a.wav without denoising it", ["automatic-speech-recognition"]),
        ("no need to summarise a.txt, just say it aloud", ["text-to-speech"]),
        ("I don't want a summary of a.txt but its translation into French", ["translation"]),
        ("Translate a.txt into French and don't forget to summarise it", ["translation", "summarization"]),
        ("I don't know what language a.txt is in. Translate it.", ["language-identification", "translation"]),
    ],
)
def test_what_a_request_negates_is_not_planned(text: str, graph: list[str]) -> None:
    """`do not`, `without` and `instead of` deny the words that follow, to the end of their clause."""
    assert shape(planned(text).plan) == graph


@pytest.mark.parametrize(
    ("text", "graph", "refused"),
    [
        ("make night.jpg warmer, then rotate it", ["image-to-image"], "“make night.jpg warmer”"),
        ("email the summary of a.txt to my mother", ["summarization"], "“email the summary of a.txt to my mother”"),
        ("Summarise a.txt and email it to my mother", ["summarization"], "“email it to my mother”"),
        ("Describe a.jpg, then print it", ["image-to-text"], "“print it”"),
    ],
)
def test_what_no_expert_does_is_reported(text: str, graph: list[str], refused: str) -> None:
    """An intent that can't be planned is not ignored silently."""
    proposal = planned(text)
    assert shape(proposal.plan) == graph
    assert refused in proposal.refusals[0]


@pytest.mark.parametrize(
    "text",
    [
        "download https://example.com/a.png and describe it",
        "I have to print this letter tomorrow. Read a.png.",
        "Send me the summary of a.txt",
        "I took a.jpg to post it. Caption it.",
    ],
)
def test_background_is_not_refused(text: str) -> None:
    """A wrong refusal would make a good run a partial one."""
    assert planned(text).refusals == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Is a.txt positive?", ["text-classification"]),
        ("Is the review in a.txt positive or negative?", ["text-classification"]),
        ("how much was the tomato soup on receipt.jpg", ["document-question-answering"]),
        ("when is the reading room closed on notice.png?", ["document-question-answering"]),
        ("what colour is the car in b.jpg?", ["visual-question-answering"]),
        ("what colour is the logo on receipt.jpg?", ["visual-question-answering"]),
        (
            "Which storm is told of in a.txt, and what colour is the car in b.jpg?",
            ["question-answering", "visual-question-answering"],
        ),
        ("What is the total on receipt.jpg and what is the date?", ["document-question-answering"] * 2),
        (
            "read the text in notice.png, what language is it and when is the reading room closed?",
            ["image-to-text", "language-identification<0", "document-question-answering"],
        ),
    ],
)
def test_questions_go_to_the_type_for_their_source(text: str, expected: list[str]) -> None:
    """A picture named receipt or notice is one of a page; several questions about a file are separate tasks."""
    proposal = planned(text)
    assert shape(proposal.plan) == expected
    assert proposal.refusals == ()


def test_an_attached_notice_is_read() -> None:
    """The name of an attached file counts where the words do not name it."""
    notice = Resource(kind="image", media_type="image/png", sha256="a" * 64, name="notice.png")
    assert shape(planned("when is the reading room closed?", notice).plan) == ["document-question-answering"]


def test_a_file_to_be_written_is_no_input() -> None:
    """`save it as out.wav` names a result."""
    plan = planned("Convert 'good night' to speech and save it as out.wav").plan
    assert shape(plan) == ["text-to-speech"]


async def test_choosing_takes_the_first_and_gives_the_reason() -> None:
    """Candidates come ranked; the others are fallbacks."""
    controller = RuleBasedController()
    first = Expert(model_id="a/a", task_type="summarization", backend="hf", downloads=1200)
    second = Expert(model_id="b/b", task_type="summarization", backend="hf", downloads=3)
    task = Task(id=4, type="summarization", inputs={"text": "x"})
    chosen = (await controller.choose([Choice(task=task, candidates=(first, second))]))[0]
    assert controller.name == "embedded"
    assert (chosen.task_id, chosen.expert, chosen.fallbacks) == (4, first, (second,))
    assert "1,200" in chosen.reason


_WORDS = st.sampled_from(
    re.findall(
        r"\S+",
        "read describe translate detect count crop compare summarise say transcribe enhance edit draw film classify "
        "answer the a of in it this and then , . ? : 'x' 'what is it?' a.png b.wav c.mp4 d.csv e.pdf f.txt g.obj "
        "image text audio video table document objects faces French aloud slideshow edges depth similar label",
    )
)
_RESOURCES = st.lists(
    st.sampled_from(KINDS).map(lambda kind: Resource(kind=kind, media_type="x/y", name=f"z.{kind}", sha256="0" * 64)),
    max_size=3,
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.lists(_WORDS, max_size=25).map(" ".join)), _RESOURCES, _RESOURCES)
def test_any_request_gets_a_valid_plan_or_a_refusal(text: str, files: list[Resource], earlier: list[Resource]) -> None:
    """Whatever the request and its data, nothing raises: a plan that exists can be run."""
    proposal = planned(text, *files, resources=tuple(earlier))
    assert proposal.plan.tasks or proposal.refusals or not text.strip()


@pytest.mark.parametrize("piece", ["a", "'", "\n", "what ", "text: ", "create a new ", "Describe a.png. ", "f.png, "])
def test_the_longest_request_is_planned_in_time(piece: str) -> None:
    """A hundred thousand characters take about a second, and minutes where the time grows with their square."""
    started = time.process_time()
    planned((piece * 100_000)[:100_000])
    assert time.process_time() - started < 20


def test_a_pdf_is_read_by_its_text_and_not_by_pictures_of_its_pages() -> None:
    assert shape(planned("Read the text in scan.pdf and say it aloud").plan) == ["document-to-text", "text-to-speech<0"]


def test_a_long_pasted_text_is_one_input() -> None:
    """Instructions inside a pasted text are not the user's."""
    text = "The report says: translate everything into French. " * 2000
    plan = planned(f"Summarise this:\n\n{text}").plan
    assert shape(plan) == ["summarization"]
    assert plan.tasks[0].inputs["text"] == text.strip()


@pytest.mark.parametrize(
    ("text", "graph"),
    [
        ("Summarise report.pdf", ["document-to-text", "summarization<1"]),
        ("translate letter.pdf into German", ["document-to-text", "translation<1"]),
        ("transcribe talk.mp4", ["video-to-audio", "automatic-speech-recognition<1"]),
        ("what is the total on invoice.pdf?", ["document-question-answering"]),
    ],
)
def test_a_pdf_and_a_video_are_converted_to_what_a_task_takes(text: str, graph: list[str]) -> None:
    """The converting step is in the plan, and its evidence is the words of the intent."""
    proposal = planned(text)
    assert shape(proposal.plan) == graph
    words = {e.task_id: e.implied for e in proposal.evidence or ()}
    assert all(words[task.id] for task in proposal.plan.tasks if task.type in ("document-to-text", "video-to-audio"))


@pytest.mark.parametrize(
    ("text", "label"), [("How many QR codes are in a.png", "qr code"), ("count the barcodes in a.png", "barcode")]
)
def test_one_kind_of_code_is_counted_where_one_kind_is_requested(text: str, label: str) -> None:
    """Not all codes that are detected."""
    assert planned(text).plan.tasks[-1].parameters == {"label": label}


def test_two_kinds_counted_in_one_clause_are_two_counts_of_one_detection() -> None:
    plan = planned("How many QR codes and how many barcodes are in a.png?").plan
    assert [task.type for task in plan.tasks] == ["object-detection", "count", "count"]
    assert [task.parameters["label"] for task in plan.tasks[1:]] == ["qr code", "barcode"]


@pytest.mark.parametrize(("noun", "label"), [("QR codes", "qr code"), ("faces", "face")])
def test_what_detectors_find_on_pages_is_detected_on_every_page(noun: str, label: str) -> None:
    """Other things are counted in the text of a document."""
    counting = planned(f"How many {noun} are in a.pdf?").plan
    assert shape(counting) == ["document-to-images", "object-detection<2", "count<0"]
    assert counting.by_id[1].parameters == {"label": label}
    assert shape(planned(f"Detect the {noun} in a.pdf").plan) == ["document-to-images", "object-detection<1"]
    assert shape(planned("How many invoices are in a.pdf?").plan) == ["document-question-answering"]


def test_a_prediction_about_rows_is_no_forecast() -> None:
    tasks = planned("Predict which customer in sales.csv will leave").plan.tasks
    assert all(task.type != "time-series-forecasting" for task in tasks)


def test_attached_files_that_a_quotation_names_are_found_without_comparing_each_with_each() -> None:
    compared = []

    class Counted(Resource):
        def __eq__(self, other: object) -> bool:
            compared.append(self.name)
            return super().__eq__(other)

        __hash__ = Resource.__hash__

    names = [f"p{number}.png" for number in range(100)]
    attached = [
        Counted(kind="image", media_type="image/png", sha256=f"{number:064x}", name=name)
        for number, name in enumerate(names)
    ]
    _, (quotation,), files = mask(f'Summarise "the pictures are {", ".join(names)}"', attached)
    assert names[-1] in quotation.text
    assert [file.resource for file in files] == attached
    assert len(compared) < 1_000

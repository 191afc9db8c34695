"""Which goals an expert for a part of its task type accepts, and which it refuses."""

import pytest

from hugginggpt.graph.expert import Obstacle
from hugginggpt.graph.task import Scalar, Task
from hugginggpt.tools.backends.embedded.registry import registered

ACCEPTED = [
    ("rapidocr", ""),
    ("rapidocr", "read this receipt"),
    ("rapidocr", "read receipt.jpg and say the total aloud in Spanish"),
    ("rapidocr", "what does the sign say?"),
    ("rapidocr", "extract the text from a.png"),
    ("rapidocr", "Lies die Rechnung vor"),
    ("rapidocr", "what is on this receipt?"),
    ("rapidocr", "describe what is written in the letter"),
    ("faces", "find the faces in group.jpg"),
    ("faces", "how many faces are in the picture?"),
    ("codes", "what does the QR code say"),
    ("codes", "read the barcode in label.png"),
    ("vader", ""),
    ("vader", "is the customer satisfied?"),
    ("vader", "tell the sentiment of the review"),
    ("vader", "classify this text"),
    ("patterns", "find all dates and amounts"),
    ("patterns", "which e-mail addresses are in it"),
    ("pocketsphinx", "transcribe hello.wav"),
    ("denoise", "remove the background noise"),
    ("denoise", "clean up the recording"),
    ("slideshow", "make a narrated slideshow of the three pictures"),
    ("slideshow", "turn the images into a video"),
    ("retouch", "make it black and white"),
    ("retouch", "resize it to 300x200"),
    ("retouch", "remove the noise from the photo"),
    ("retouch", "rotate night.jpg by 90 degrees"),
    ("retouch", "convert the picture to grayscale"),
]
REFUSED = [
    ("rapidocr", "describe the picture"),
    ("rapidocr", "what is in a.jpg"),
    ("rapidocr", "caption this image"),
    ("rapidocr", "What do you see in read_me.png?"),
    ("rapidocr", "what's in the photo?"),
    ("faces", "count the sheep"),
    ("faces", "detect objects in faces.jpg"),
    ("faces", ""),
    ("codes", "detect objects"),
    ("codes", ""),
    ("vader", "which topic is this about?"),
    ("vader", "is this e-mail spam?"),
    ("vader", "classify the language of this text"),
    ("patterns", "find all named entities"),
    ("patterns", "which people and places are mentioned, and when?"),
    ("pocketsphinx", "transcribe the Spanish recording"),
    ("denoise", "separate the vocals from the music"),
    ("slideshow", "make the boat sail across the sea"),
    ("slideshow", "animate the portrait"),
    ("retouch", "restore this old photo"),
    ("retouch", "colorize it"),
    ("retouch", "make it look like a Van Gogh painting"),
    ("retouch", "remove the man from the picture"),
    ("retouch", "super-resolution, 4x"),
    ("retouch", "upscale the image"),
    ("retouch", "make it better"),
]


def reason(name: str, goal: str, **parameters: Scalar) -> Obstacle | None:
    entry = registered()[f"embedded/{name}"]
    return entry.obstacle(Task(id=0, type=entry.task_type, goal=goal, parameters=dict(parameters)))


@pytest.mark.parametrize(("name", "goal"), ACCEPTED)
def test_it_accepts_the_goals_that_it_supports(name: str, goal: str) -> None:
    assert reason(name, goal) is None


@pytest.mark.parametrize(("name", "goal"), REFUSED)
def test_it_refuses_the_goals_that_it_does_not_support(name: str, goal: str) -> None:
    assert reason(name, goal)


def test_a_parameter_takes_precedence_over_the_goal() -> None:
    assert reason("retouch", "make it nice", operation="rotate") is None
    assert reason("retouch", "", operation="colorize")
    assert reason("retouch", "", scale=2.0) is None
    assert reason("pocketsphinx", "", language="German")
    assert reason("pocketsphinx", "", language="en-US") is None
    assert reason("espeak-ng", "", language="Klingon")
    assert reason("espeak-ng", "", language="es") is None


def test_a_visual_question_is_refused_by_an_expert_for_text() -> None:
    entry = registered()["embedded/rapidocr-qa"]
    for question, accepted in (("What is the total?", True), ("What colour is the logo?", False)):
        task = Task(id=0, type=entry.task_type, inputs={"question": question})
        assert (entry.obstacle(task) is None) is accepted


def test_general_questions_are_refused_without_a_text() -> None:
    assert reason("lexical-qa", "who wrote Faust?")

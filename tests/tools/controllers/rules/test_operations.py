"""Promises on pictures, sounds and films: what an ordinary wording changes, and that nothing else is made of it."""

from collections.abc import Mapping

import pytest

from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Request
from hugginggpt.graph.task import Scalar
from hugginggpt.tools.controllers.rules.controller import propose
from hugginggpt.tools.wording.time_ranges import time_range

PARTS: list[tuple[str, Mapping[str, float]]] = [
    ("the first minute of a.mp3", {"end_seconds": 60}),
    ("from 0:30 to 1:00", {"start_seconds": 30, "end_seconds": 60}),
    ("between 1:00 and 1:30:00", {"start_seconds": 60, "end_seconds": 5400}),
    ("the last half minute", {"start_seconds": -30}),
    ("seconds 3 to 6", {"start_seconds": 3, "end_seconds": 6}),
    ("from 2 to 3 minutes", {"start_seconds": 120, "end_seconds": 180}),
    ("from 0:10 on", {"start_seconds": 10}),
    ("shorten it to two minutes", {"end_seconds": 120}),
    ("cut off the last 5 seconds", {"end_seconds": -5}),
    ("without the first 10 seconds", {"start_seconds": 10}),
]
JPEG: Mapping[str, Scalar] = {"operation": "format", "format": "jpeg"}
ASKED: list[tuple[str, list[tuple[str, Mapping[str, Scalar]]]]] = [
    ("Make this picture a bit brighter: a.jpg", [("image-to-image", {"operation": "brighten", "strength": "slight"})]),
    ("brighten a.jpg by 50 %", [("image-to-image", {"operation": "brighten", "percent": 50})]),
    ("make a.jpg half as large", [("image-to-image", {"operation": "resize", "scale": 0.5})]),
    ("Make a.jpg 800 pixels wide", [("image-to-image", {"operation": "resize", "width": 800})]),
    ("shrink a.jpg by 20 %", [("image-to-image", {"operation": "resize", "scale": 0.8})]),
    ("Make a.png 20% smaller", [("image-to-image", {"operation": "resize", "scale": 0.8})]),
    ("Make a.png 50% bigger", [("image-to-image", {"operation": "resize", "scale": 1.5})]),
    ("shrink a.png to 20%", [("image-to-image", {"operation": "resize", "scale": 0.2})]),
    ("Upscale a.jpg four times", [("image-to-image", {"operation": "resize", "scale": 4.0})]),
    ("rotate a.jpg to the right", [("image-to-image", {"operation": "rotate", "angle": -90.0})]),
    ("flip a.jpg upside down", [("image-to-image", {"operation": "flip", "direction": "vertical"})]),
    ("convert a.webp to a PNG", [("image-to-image", {"operation": "format", "format": "png"})]),
    ("a.jpg is grainy, blurry and small. Make it grey", [("image-to-image", {"operation": "grayscale"})]),
    ("Crop a.jpg to the left 300 pixels", [("crop", {"part": "left", "pixels": 300})]),
    ("Crop a.jpg to 200x100", [("crop", {"part": "middle", "width": 200, "height": 100})]),
    ("just make a.jpg 200x100", [("image-to-image", {"operation": "resize", "width": 200, "height": 100})]),
    (
        "Remove the background noise from a.mp4",
        [("video-to-audio", {}), ("audio-to-audio", {"operation": "denoise"})],
    ),
    ("Keep only the top half of a.jpg", [("crop", {"part": "top", "share": 0.5})]),
    ("crop a.jpg left 0 top 10 right 300 bottom 310", [("crop", {"left": 0, "top": 10, "right": 300, "bottom": 310})]),
    ("Take three frames out of a.mp4", [("video-to-images", {"frames": 3})]),
    ("a frame every 2 seconds of a.mp4", [("video-to-images", {"every_seconds": 2.0})]),
    ("save the first frame of a.mp4", [("video-to-images", {"which": "first"})]),
    (
        "Make a.jpg three hundred pixels wide for my website",
        [("image-to-image", {"operation": "resize", "width": 300})],
    ),
    ("cut 50 pixels off the bottom of a.png", [("crop", {"bottom": -50})]),
    ("crop a.jpg to a square and convert it to jpeg", [("crop", {"part": "square"}), ("image-to-image", JPEG)]),
    ("Give me the first frame of a.mp4 as a jpg", [("video-to-images", {"which": "first", "format": "jpeg"})]),
    ("Extract the German sound track of a.mkv", [("video-to-audio", {"track": "de"})]),
    ("save the second audio track of a.mkv as an mp3", [("video-to-audio", {"format": "mp3", "track": "2"})]),
    ("Remove the German sound track from a.mkv", []),
    ("Extract the German and the English sound track of a.mkv", []),
    ("Extract the subtitles of a.mkv", [("video-to-text", {})]),
    ("Save the German subtitles of a.mkv as srt", [("video-to-text", {"track": "de", "format": "srt"})]),
    ("Remove the subtitles from a.mkv", []),
    (
        "Convert a.png to JPEG and make it 400 pixels wide",
        [("image-to-image", {"operation": "resize", "width": 400}), ("image-to-image", JPEG)],
    ),
    (
        "Convert a.wav to mp3 and cut off the first second",
        [
            ("trim-audio", {"start_seconds": 1.0}),
            ("audio-to-audio", {"operation": "format", "format": "mp3"}),
        ],
    ),
    (
        "Extract the sound of a.mp4 as mp3 and cut off the first second",
        [("video-to-audio", {}), ("trim-audio", {"start_seconds": 1.0, "format": "mp3"})],
    ),
    (
        "Take the first 10 seconds of a.mp4 and transcribe them",
        [
            ("trim-video", {"end_seconds": 10.0}),
            ("video-to-audio", {}),
            ("automatic-speech-recognition", {}),
        ],
    ),
    ("give me ten pictures out of a.mp4", [("video-to-images", {"frames": 10})]),
    ("lower the volume of a.mp3 by a third", [("audio-to-audio", {"operation": "quieter", "percent": 33})]),
    ("First thirty seconds of a.mp3, please", [("trim-audio", {"end_seconds": 30.0})]),
    ("Blur a.jpg strongly", [("image-to-image", {"operation": "blur", "strength": "strong"})]),
    ("enlarge a.jpg by 50 %", [("image-to-image", {"operation": "resize", "scale": 1.5})]),
    ("convert a.m4a to mp3", [("audio-to-audio", {"operation": "format", "format": "mp3"})]),
    ("give me the sound of a.mp4 as an mp3 file", [("video-to-audio", {"format": "mp3"})]),
    ("make a.mp3 louder", [("audio-to-audio", {"operation": "louder"})]),
    ("remove the sound from a.mp4", [("mute", {})]),
    ("cut the first 5 seconds off a.mp3", [("trim-audio", {"start_seconds": 5.0})]),
]


@pytest.mark.parametrize(("words", "parameters"), PARTS)
def test_a_part_of_a_recording_is_read_in_seconds(words: str, parameters: Mapping[str, float]) -> None:
    """Clock times, lengths and words of order give a start, an end or both."""
    part = time_range(words, "en")
    assert part is not None
    assert part.parameters == parameters


def test_a_removed_middle_is_no_part() -> None:
    """Two pieces are left, which one cut can't make: the words stay for the report of what was not understood."""
    assert time_range("remove the part from 0:10 to 0:20", "en") is None


@pytest.mark.parametrize(("text", "tasks"), ASKED)
def test_an_operation_is_one_task_with_its_size_angle_or_region(
    text: str, tasks: list[tuple[str, Mapping[str, Scalar]]]
) -> None:
    """No caption, no new picture, no other task is made of it."""
    assert [(task.type, task.parameters) for task in propose(Request(text=text)).plan.tasks] == tasks


def test_two_operations_change_one_picture_one_after_the_other() -> None:
    """The second takes the result of the first, whether it says "it" or names the file again."""
    for text in ("rotate a.jpg by 90 degrees and make it grey", "Mirror a.jpg, then blur a.jpg"):
        first, second = propose(Request(text=text)).plan.tasks
        assert second.depends_on == (first.id,)


def test_an_edit_of_a_part_of_the_picture_is_no_operation_on_the_whole() -> None:
    """The faces are not to be blurred with everything else."""
    for text in ("blur the faces in a.jpg", "make the sky in a.jpg grey"):
        assert {task.type for task in propose(Request(text=text)).plan.tasks} <= {"image-text-to-image"}


def test_a_recording_is_cut_before_the_task_that_takes_a_part_of_it() -> None:
    """ "The first minute" is no decoration."""
    proposal = propose(Request(text="Transcribe the first minute of a.mp3"))
    cut, written = sorted(proposal.plan.tasks, key=lambda task: task.depends_on)
    assert (cut.type, cut.parameters) == ("trim-audio", {"end_seconds": 60.0})
    assert (written.type, written.depends_on) == ("automatic-speech-recognition", (cut.id,))


@pytest.mark.parametrize(
    ("text", "inputs", "parameters"),
    [
        ("Say hello world aloud", {"text": "hello world"}, {}),
        ("speak 'good evening' slowly", {"text": "good evening"}, {"rate": 125}),
        ("say 'good evening' in a female voice", {"text": "good evening"}, {"voice": "female"}),
        ("read 'one, two' aloud at 120 words a minute", {"text": "one, two"}, {"rate": 120}),
        ("Say 'Schönen Abend' in German", {"text": "Schönen Abend"}, {"language": "German"}),
        ("say 'bonjour' with a French voice", {"text": "bonjour"}, {"language": "French"}),
    ],
)
def test_speech_says_the_given_words_as_asked(
    text: str, inputs: Mapping[str, str], parameters: Mapping[str, Scalar]
) -> None:
    """Neither an attached file nor a translation takes the place of the words; pace and voice take effect."""
    photo = Resource(kind="image", media_type="image/jpeg", name="photo.jpg")
    for files in ((), (photo,)):
        (task,) = propose(Request(text=text, files=files)).plan.tasks
        assert (task.type, task.inputs, task.parameters) == ("text-to-speech", inputs, parameters)


def test_what_is_said_in_a_film_is_transcribed_and_no_film_is_made() -> None:
    """A new film costs money: it needs words that ask for one."""
    for text in ("What is said in this video?", "What does the man say in this clip?"):
        film = Resource(kind="video", media_type="video/mp4", name="film.mp4")
        plan = propose(Request(text=text, files=(film,))).plan
        assert [task.type for task in plan.tasks] == ["video-to-audio", "automatic-speech-recognition"]


def test_the_sound_of_a_film_is_the_recording_that_was_named() -> None:
    """Not the film's own."""
    for text in ("Combine the video a.mp4 and the audio b.mp3", "Replace the sound of a.mp4 with b.mp3"):
        (task,) = propose(Request(text=text)).plan.tasks
        assert [getattr(value, "name", "") for value in task.inputs.values()] == ["a.mp4", "b.mp3"]


def test_a_picture_of_which_nothing_would_be_left_is_refused() -> None:
    proposal = propose(Request(text="Make a.png 100% smaller"))
    assert proposal.plan.tasks == ()
    assert "nothing would be left" in proposal.refusals[0]

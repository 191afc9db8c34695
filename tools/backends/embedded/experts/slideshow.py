"""image-to-video without a model: a slow zoom over each picture, as long as its narration if there is one."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from .....graph.call import Artifact, Call, Material
from .....graph.task import Task
from ....media.pictures import Pixels, read_image
from ....media.sound import read_sound
from ....media.video_writer import video_artifact, video_size
from ..goal_words import goal_and_prompt, has_word
from ..registry import expert

if TYPE_CHECKING:
    from PIL import Image

RATE = 24
SECONDS = 3.0
"""For one picture, without narration."""
ZOOM = 0.08
"""How much larger a picture is at the end of its time."""

SLIDES = r"slide|zoom|pan\b|ken burns|narrat|diashow|diaporama|presentaci"
MOVING = (
    r"animat|morph|lip|make (?:it|the \w+|him|her|them) (?!a\b|into\b|video\b)\w+|walk|danc|fly|sail|swim|run(?:s"
    r"|ning)\b|talk|wav(?:e|ing)\b|blink|smil|come alive|comes alive|to life|realistic"
)


def accepts(task: Task) -> str | None:
    """A slideshow, or a video for which the goal names nothing that moves."""
    goal = goal_and_prompt(task)
    if has_word(goal, SLIDES) or not has_word(goal, MOVING):
        return None
    return "it zooms slowly over still pictures; things that move by themselves need a video model"


@expert(
    "image-to-video",
    name="slideshow",
    description="shows still pictures in turn with a slow zoom, and a narration if given; nothing in them moves",
    license="Apache-2.0 (video by x264, GPL-2.0-or-later)",
    library="av",
    requires=("av", "cv2", "numpy"),
    accepts=accepts,
    partial=True,
)
def make_slideshow(call: Call) -> Sequence[Artifact]:
    """An MP4 as large as the first picture (1280 at most); pictures of another shape get black borders."""
    call.one("images")
    materials = call.inputs["images"]
    sound = read_sound(call.one("audio")) if call.has("audio") else None
    seconds = sound[0].shape[1] / sound[1] if sound else SECONDS * len(materials)
    size = video_size(read_image(materials[0]).size)
    frames = _frames(materials, size, max(1, round(seconds * RATE)))
    return [video_artifact(call, frames, Fraction(RATE), size, sound)]


def _frames(materials: Sequence[Material], size: tuple[int, int], total: int) -> Iterator[Pixels]:
    """`total` frames, shared evenly among the pictures; one picture in memory at a time."""
    for number, material in enumerate(materials):
        still = fitted(read_image(material), size)
        count = total * (number + 1) // len(materials) - total * number // len(materials)
        for step in range(count):
            yield zoomed(still, 1 + ZOOM * step / max(1, count))


def fitted(picture: "Image.Image", size: tuple[int, int]) -> Pixels:
    """The whole picture in the middle of a black frame of (width, height)."""
    import numpy as np
    from PIL import ImageOps

    return np.asarray(ImageOps.pad(picture, size, color="black"))


def zoomed(still: Pixels, factor: float) -> Pixels:
    """Enlarged about its middle, to fractions of a pixel, so that the motion is smooth."""
    import cv2
    import numpy as np

    height, width = still.shape[:2]
    shift = (1 - factor) / 2
    matrix = np.array([[factor, 0, shift * width], [0, factor, shift * height]])
    return np.asarray(cv2.warpAffine(still, matrix, (width, height), flags=cv2.INTER_LINEAR), dtype=np.uint8)

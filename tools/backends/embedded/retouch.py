"""image-to-image, the part that needs no model: denoise, grayscale, resize, rotate, flip, blur, sharpen, brightness.

What to do comes from the parameter `operation`, else from the words of the prompt or the goal. Refused: everything that
must invent pixels (restore, colourise, restyle, edit, super-resolution, removing things).
"""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ....graph.call import Artifact, Call
from ....graph.errors import ExpertError
from ....graph.task import Task
from .goals import asks, full_goal
from .limits import limits
from .pictures import image_artifact, read_image
from .registry import expert

if TYPE_CHECKING:
    from PIL import Image

WORDS: dict[str, str] = {
    "denoise": r"denois|de-nois|nois|grain|entrausch|débruit",
    "grayscale": r"gr[ae]y|gr[ae]yscale|black.and.white|monochrom|b&w|desaturat|graustufen|schwarz-?weiß|noir et blanc|blanco y negro",
    "resize": r"resiz|re-siz|scale\b|rescal|enlarg|shrink|smaller|bigger|larger|half (?:the |its )?size|thumbnail|upscal|downscal"
    r"|\d+ ?(?:x|by|×) ?\d+|twice (?:the|as)|double (?:the|its) size|\d+ pixels wide|vergrößer|verkleiner",
    "rotate": r"rotat|turn (?:\w+ ){0,4}(?:left|right|upside|clockwise|counter|by|\d)|upside down|drehe?n?\b|tourne|gira",
    "flip": r"flip|mirror|spiegel",
    "blur": r"blur|soften",
    "sharpen": r"sharpen",
    "brighten": r"bright|lighten",
    "darken": r"darken|darker",
    "invert": r"invert|negative\b",
}
"""How each operation is asked for."""

INVENTING = (
    r"restor|coloris|coloriz|colour|colori?[sz]e|color\b|super-?resol|super resol|styl|paint|cartoon|anime|sketch|draw|add\b|remov"
    r"|replac|swap|chang|edit|insert|inpaint|outpaint|erase|background|turn (?:it|the \w+|this|him|her) into|make (?:it|the \w+) look"
    r"|transform|deblur|unblur|old photo|scratch|enhanc|improv|sky\b|season"
)
FREEING = r"(?:remov|reduc|take out|clean|get rid of)\w* (?:the |all |its |some )?(?:\w+ )?(?:noise|grain|colou?rs?\b)|colou?r to gr[ae]y|to gr[ae]yscale|into gr[ae]yscale|into black"


def operation_of(task: Task) -> str | None:
    """Which of the operations is asked for, or None for one of no kind that we know."""
    asked = str(task.parameters.get("operation") or "").strip().lower()
    words = asked or full_goal(task)
    if asked in WORDS:
        return asked
    if asks(words, INVENTING) and not asks(words, FREEING):
        return None
    found = [name for name, form in WORDS.items() if asks(words, form)]
    if not found and not words:
        given = set(task.parameters)
        return "rotate" if "angle" in given else "resize" if given & {"scale", "width", "height"} else None
    return found[0] if len(found) == 1 else None


def accepts(task: Task) -> str | None:
    """One operation that needs no model."""
    if task.parameters.get("operation") is None and isinstance(task.inputs.get("prompt"), tuple):
        return "it takes one prompt"
    if operation_of(task) is not None or (not full_goal(task) and not task.parameters):
        return None
    return f"it does one of {', '.join(WORDS)} and no edit that must invent pixels; that needs an image model"


@expert(
    "image-to-image",
    name="retouch",
    description="denoises, greys, resizes by interpolation, rotates, flips, blurs, sharpens; restores and restyles nothing",
    library="pillow",
    requires=("cv2", "numpy", "PIL"),
    accepts=accepts,
    partial=True,
)
def retouch(call: Call) -> Sequence[Artifact]:
    """The picture, changed."""
    task = call.task
    if not task.goal and call.has("prompt"):
        task = task.model_copy(update={"goal": call.text("prompt")})
    operation = operation_of(task)
    if operation is None:
        raise ExpertError(f"what to do with the picture is not clear; it can {', '.join(WORDS)}", input_fault=True)
    return [image_artifact(call, OPERATIONS[operation](read_image(call.one("image")), task))]


def _denoise(image: "Image.Image", task: Task) -> "Image.Image":
    """Non-local means (Buades 2005), as strong as the noise measured in the picture."""
    import cv2
    import numpy as np
    from PIL import Image

    pixels = np.asarray(image)
    strength = float(np.clip(1.2 * noise_level(pixels), 2, 24))
    return Image.fromarray(cv2.fastNlMeansDenoisingColored(pixels, None, strength, strength, 7, 15))


def noise_level(pixels: object) -> float:
    """Standard deviation of the noise, 0 to 255, from the finest detail (Immerkaer 1996)."""
    import cv2
    import numpy as np

    grey = cv2.cvtColor(np.asarray(pixels, dtype=np.uint8), cv2.COLOR_RGB2GRAY).astype(np.float64)
    kernel = np.array([[1.0, -2, 1], [-2, 4, -2], [1, -2, 1]])
    return float(np.abs(cv2.filter2D(grey, -1, kernel)).mean() * np.sqrt(np.pi / 2) / 6)


def _resize(image: "Image.Image", task: Task) -> "Image.Image":
    """To a width and height, to one of them keeping the shape, or by a factor. Interpolates, invents no detail."""
    from PIL import Image

    width, height = _size(image, task)
    if not (0 < width * height <= limits().max_image_pixels and width > 0):
        most = limits().max_image_pixels
        raise ExpertError(f"{width} x {height} is no size for a picture; the limit is {most:,} pixels", input_fault=True)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _size(image: "Image.Image", task: Task) -> tuple[int, int]:
    given, words = task.parameters, full_goal(task)
    if pair := re.search(r"(\d{2,5}) ?(?:x|by|×) ?(\d{2,5})", words):
        words_size: tuple[int | None, int | None] = int(pair[1]), int(pair[2])
    else:
        wide, tall = re.search(r"(\d{2,5}) ?(?:px|pixels?) wide", words), re.search(r"(\d{2,5}) ?(?:px|pixels?) (?:tall|high)", words)
        words_size = int(wide[1]) if wide else None, int(tall[1]) if tall else None
    width, height = given.get("width") or words_size[0], given.get("height") or words_size[1]
    if isinstance(width, int) or isinstance(height, int):
        by_height = round(image.width * height / image.height) if isinstance(height, int) else 0
        by_width = round(image.height * width / image.width) if isinstance(width, int) else 0
        return width if isinstance(width, int) else by_height, height if isinstance(height, int) else by_width
    factor = given.get("scale")
    if not isinstance(factor, int | float):
        factor = _factor(words)
    return round(image.width * factor), round(image.height * factor)


def _factor(words: str) -> float:
    if percent := re.search(r"(\d+(?:\.\d+)?) ?%", words):
        return float(percent[1]) / 100
    if times := re.search(r"(\d+(?:\.\d+)?) ?(?:x\b|times\b|fold\b)|(?:factor|scale)(?: of| by)? (\d+(?:\.\d+)?)", words):
        return float(times[1] or times[2])
    return 0.5 if asks(words, r"half|halv|shrink|smaller|downscal|thumbnail|verkleiner") else 2.0


def _rotate(image: "Image.Image", task: Task) -> "Image.Image":
    """Counter-clockwise by the parameter `angle`; in words, right and clockwise are the other way."""
    from PIL import Image

    angle = task.parameters.get("angle")
    if not isinstance(angle, int | float):
        words = full_goal(task)
        number = re.search(r"(\d+(?:\.\d+)?) ?(?:°|deg)", words) or re.search(r"by (\d+(?:\.\d+)?)", words)
        angle = float(number[1]) if number else 180 if "upside" in words else 90
        clockwise = re.search(r"\bclockwise|\bright\b", words) and not re.search(r"counter-? ?clockwise|anti-?clockwise", words)
        angle = -angle if clockwise else angle
    return image.rotate(angle, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)


def _flip(image: "Image.Image", task: Task) -> "Image.Image":
    from PIL import ImageOps

    return ImageOps.flip(image) if re.search(r"vertical|top to bottom", full_goal(task)) else ImageOps.mirror(image)


def _grayscale(image: "Image.Image", task: Task) -> "Image.Image":
    return image.convert("L")


def _blur(image: "Image.Image", task: Task) -> "Image.Image":
    from PIL import ImageFilter

    return image.filter(ImageFilter.GaussianBlur(max(2, min(image.size) / 120)))


def _sharpen(image: "Image.Image", task: Task) -> "Image.Image":
    from PIL import ImageFilter

    return image.filter(ImageFilter.UnsharpMask(radius=2, percent=150, threshold=2))


def _shade(factor: float) -> "Callable[[Image.Image, Task], Image.Image]":
    def shade(image: "Image.Image", task: Task) -> "Image.Image":
        from PIL import ImageEnhance

        return ImageEnhance.Brightness(image).enhance(factor)

    return shade


def _invert(image: "Image.Image", task: Task) -> "Image.Image":
    from PIL import ImageOps

    return ImageOps.invert(image)


OPERATIONS: "dict[str, Callable[[Image.Image, Task], Image.Image]]" = {
    "denoise": _denoise,
    "grayscale": _grayscale,
    "resize": _resize,
    "rotate": _rotate,
    "flip": _flip,
    "blur": _blur,
    "sharpen": _sharpen,
    "brighten": _shade(1.35),
    "darken": _shade(0.7),
    "invert": _invert,
}

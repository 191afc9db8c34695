"""`OPERATIONS` of the expert `retouch`: resize, rotate, blur and others, each a function of the picture and the task."""

import re
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from ....graph.errors import input_error
from ....graph.task import Task
from ...media.media_limits import limits
from .goal_words import goal_and_prompt, has_word
from .strength import strength


def _denoise(image: Image.Image, task: Task) -> Image.Image:
    """Non-local means (Buades 2005), as strong as the noise measured in the picture."""
    pixels = np.asarray(image)
    strength = float(np.clip(1.2 * noise_level(pixels), 2, 24))
    return Image.fromarray(cv2.fastNlMeansDenoisingColored(pixels, None, strength, strength, 7, 15))


def noise_level(pixels: object) -> float:
    """Standard deviation of the noise, 0 to 255, from the finest detail (Immerkaer 1996)."""
    grey = cv2.cvtColor(np.asarray(pixels, dtype=np.uint8), cv2.COLOR_RGB2GRAY).astype(np.float64)
    kernel = np.array([[1.0, -2, 1], [-2, 4, -2], [1, -2, 1]])
    return float(np.abs(cv2.filter2D(grey, -1, kernel)).mean() * np.sqrt(np.pi / 2) / 6)


def _resize(image: Image.Image, task: Task) -> Image.Image:
    (width, height), most = _size(image, task), limits().max_image_pixels
    if min(width, height) < 1 or width * height > most:
        raise input_error(f"{width} x {height} is not a valid size for a picture; the limit is {most:,} pixels")
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _size(image: Image.Image, task: Task) -> tuple[int, int]:
    """(width, height) from the parameters, else from words such as `300x200`, `640 pixels wide`, `half the size`."""
    given, words = task.parameters, goal_and_prompt(task)
    pair = re.search(r"(\d{2,5}) ?(?:x|by|×) ?(\d{2,5})", words)
    width = given.get("width") or (int(pair[1]) if pair else _pixels(words, "wide"))
    height = given.get("height") or (int(pair[2]) if pair else _pixels(words, "tall|high"))
    match width, height:
        case int(), int():
            return width, height
        case int(), _:
            return width, round(image.height * width / image.width)
        case _, int():
            return round(image.width * height / image.height), height
    scale = given.get("scale")
    factor = scale if isinstance(scale, int | float) else _factor(words)
    return round(image.width * factor), round(image.height * factor)


def _pixels(words: str, which: str) -> int | None:
    found = re.search(rf"(\d{{2,5}}) ?(?:px|pixels?) (?:{which})", words)
    return int(found[1]) if found else None


SMALLER = (
    r"half|halv|quarter|shrink|smaller|downscal|thumbnail|reduc|verkleiner|kleiner|halb|réduis|rédui|petit|pequeñ|achic"
    r"|menor|diminu|encolh|缩小|小|縮小"
)
LARGER = (
    r"enlarg|bigger|larger|upscal|scale up|twice|double|magnif|blow|increase|vergröß|größer|agrand|grand|ampli|agrand"
    r"|aument|maior|放大|大|拡大"
)


def _factor(words: str) -> float:
    if percent := re.search(r"(\d+(?:\.\d+)?) ?%", words):
        return float(percent[1]) / 100
    if times := re.search(
        r"(\d+(?:\.\d+)?) ?(?:x\b|times\b|fold\b)|(?:factor|scale)(?: of| by)? (\d+(?:\.\d+)?)", words
    ):
        return float(times[1] or times[2])
    if has_word(words, SMALLER):
        return 0.25 if has_word(words, "quarter") else 0.5
    if has_word(words, LARGER) or not words:
        return 2.0
    raise input_error("it is not clear how large the picture is to become; give a width, a height or a factor")


def _rotate(image: Image.Image, task: Task) -> Image.Image:
    angle = task.parameters.get("angle")
    if not isinstance(angle, int | float):
        words = goal_and_prompt(task)
        number = re.search(r"(\d+(?:\.\d+)?) ?(?:°|deg)", words) or re.search(r"by (\d+(?:\.\d+)?)", words)
        angle = float(number[1]) if number else 180 if "upside" in words else 90
        counter = re.search(r"counter-? ?clockwise|anti-?clockwise", words)
        angle = -angle if re.search(r"\bclockwise|\bright\b", words) and not counter else angle
    fill = (255, 255, 255, 0) if image.mode == "RGBA" else "white"
    return image.rotate(angle, expand=True, fillcolor=fill, resample=Image.Resampling.BICUBIC)


def _flip(image: Image.Image, task: Task) -> Image.Image:
    named = str(task.parameters.get("direction") or goal_and_prompt(task))
    upside_down = re.search(r"vertical|top to bottom|upside", named)
    return ImageOps.flip(image) if upside_down else ImageOps.mirror(image)


def _share(task: Task, usual: int) -> float:
    """How strongly, as a share: of the parameter `percent`, else as usual."""
    percent = task.parameters.get("percent")
    return (percent if isinstance(percent, int | float) else usual * strength(task)) / 100


OPERATIONS: dict[str, Callable[[Image.Image, Task], Image.Image]] = {
    "denoise": _denoise,
    "grayscale": lambda image, _: image.convert("L"),
    "resize": _resize,
    "enlarge": _resize,
    "rotate": _rotate,
    "flip": _flip,
    "blur": lambda image, task: image.filter(ImageFilter.GaussianBlur(strength(task) * max(2, min(image.size) / 120))),
    "sharpen": lambda image, task: image.filter(
        ImageFilter.UnsharpMask(radius=2, percent=round(150 * strength(task)), threshold=2)
    ),
    "brighten": lambda image, task: ImageEnhance.Brightness(image).enhance(1 + _share(task, 35)),
    "darken": lambda image, task: ImageEnhance.Brightness(image).enhance(max(0.0, 1 - _share(task, 30))),
    "contrast": lambda image, task: ImageEnhance.Contrast(image).enhance(1 + _share(task, 40)),
    "format": lambda image, _: image,
    "invert": lambda image, _: ImageOps.invert(image),
}

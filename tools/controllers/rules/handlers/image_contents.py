"""Wishes about what a picture holds: describe, detect, count, crop."""

import re

from .....graph.resource import Kind
from .....graph.task import Ref
from .....graph.task import Value as Input
from ..intents import Intent
from ..lexicon import lexicon
from ..linking import Handler, Linker
from ..parameters import counted
from ..referents import nouns
from .generation_prompts import prompt
from .questions import ask

_SEEN_ON_PAGES = ("face", "qr code", "barcode")
"""What is counted by looking at the pages of a document; other things are counted in its text."""


def thorough(linker: Linker, intent: Intent) -> None:
    for thing in linker.ground.source(intent, ("image",)) or linker.nothing(intent, "an image"):
        for task_type in ("image-to-text", "object-detection", "image-classification"):
            linker.add(task_type, {"image": thing.value}, intent)


def crop(linker: Linker, intent: Intent) -> None:
    words = linker.reading.masked[intent.start : max(intent.stop, intent.end)]
    images = linker.ground.source(intent, ("image",))
    boxes = linker.ground.latest(("boxes",)) or [
        t for t in linker.ground.latest(("labels",)) if t.origin == "object-detection"
    ]
    for thing in images or linker.nothing(intent, "an image"):
        inputs: dict[str, Input] = {"image": thing.value}
        if boxes:
            inputs["boxes"] = (
                Ref(task_id=boxes[0].value.task_id, output="boxes") if isinstance(boxes[0].value, Ref) else ""
            )
        elif re.search(r"\b(?:faces?|objects?|people|persons?|cars?|it|them|dogs?|cats?)\b", words):
            found = linker.add("object-detection", {"image": thing.value}, intent, implied=True)
            inputs["boxes"] = found.value
        linker.add("crop", inputs, intent)


def count(linker: Linker, intent: Intent) -> None:
    words = linker.reading.masked[intent.start : intent.clause.end]
    labels = linker.ground.latest(("labels", "boxes"))
    found_in_text = bool(labels) and labels[0].origin == "token-classification" and not counted(words)
    if labels and (found_in_text or not linker.ground.has("image")) and not linker.ground.inside(intent):
        linker.add("count", {"items": tuple(thing.value for thing in labels)}, intent, counted(words))
        return
    if lexicon().cues["counted-by-form"].search(words) and not linker.ground.has("image"):
        texts = linker.texts(intent)
        found = [linker.add("token-classification", {"text": thing.value}, intent, implied=True) for thing in texts]
        if found:
            linker.add("count", {"items": tuple(thing.value for thing in found)}, intent)
            return
    if re.search(r"\b(?:rows|lines|entries|records)\b", words) and linker.ground.has("table"):
        tables = linker.ground.source(intent, ("table",), everything=True)
        linker.add("count", {"items": tuple(thing.value for thing in tables)}, intent)
        return
    seen: tuple[Kind, ...] = ("image", "document") if counted(words).get("label") in _SEEN_ON_PAGES else ("image",)
    in_text = re.search(r"\b(?:words|lines|rows|columns|pages|sentences)\b", words)
    if in_text or not any(linker.ground.has(kind) for kind in seen):
        ask(linker, intent, linker.reading.text[intent.start : intent.clause.end].strip())
        return
    found = [t for t in linker.ground.latest(("labels",)) if t.origin == "object-detection"]
    if not found:
        images = linker.ground.source(intent, seen, everything=True)
        found = [linker.add("object-detection", {"image": thing.value}, intent, implied=True) for thing in images]
    linker.add("count", {"items": tuple(thing.value for thing in found)}, intent, counted(words))


def describe(linker: Linker, intent: Intent) -> None:
    """A picture in words; what was found in it is told from the findings."""
    task_type = linker.type_of(intent)
    if task_type == "image-to-text" and findings(linker, intent):
        return
    if "the caption" in linker.reading.masked[max(0, intent.start - 4) : intent.end] and any(
        t.kind == "text" and t.origin == "earlier" for t in linker.ground.things
    ):
        return
    if linker.has("image-to-text") and task_type == "image-to-text":
        latest = linker.ground.latest(("image",))
        if not latest or any(
            task.type == "image-to-text" and latest[0].value in task.inputs.values() for task in linker.tasks
        ):
            return
    if task_type == "image-to-text" and not linker.ground.has("image"):
        linker.add("text-generation", {"prompt": prompt(linker, intent)}, intent)
        return
    linker.plain(intent, task_type)


def findings(linker: Linker, intent: Intent) -> bool:
    """Whether a description is of what was found already; told as a text unless another wish makes something of it."""
    cues, masked = lexicon().cues, linker.reading.masked
    window = linker.ground.window(intent)
    texts = linker.ground.latest(("text", "labels"))
    if texts and cues["based-on-words"].search(window):
        linker.add("text-generation", {"prompt": prompt(linker, intent)}, intent)
        return True
    things = cues["found-things"].search(window)
    found = bool(texts) and texts[0].origin == "object-detection" and things is not None
    if texts and cues["describing"].search(masked, intent.clause.start, intent.start):
        return found or not cues["pictured"].search(window)
    if found and not cues["pictured"].search(window):
        linker.add("text-generation", {"prompt": texts[0].value}, intent)
        return True
    return False


def happen(linker: Linker, intent: Intent) -> None:
    linker.plain(intent, linker.type_of(intent))


def detect(linker: Linker, intent: Intent) -> None:
    """Find things in a picture; "the people in article.txt" are named entities."""
    pictured = linker.ground.has("image") or linker.ground.has("video")
    if lexicon().cues["measured"].search(linker.reading.masked[intent.clause.start : intent.start]):
        return
    named = re.search(r"\b(?:people|persons|places)\b", linker.ground.window(intent))
    if named and not pictured and linker.ground.has("text"):
        linker.plain(intent, "token-classification")
        return
    spoken_of = nouns(linker.ground.window(intent))
    if not pictured and "text" in spoken_of and "image" not in spoken_of:
        linker.plain(intent, "token-classification")
    elif not (intent.mention and ("object-detection" in linker.wanted or linker.has("object-detection"))):
        linker.plain(intent, "object-detection")


HANDLERS: dict[str, Handler] = {
    **{"thorough": thorough, "crop": crop, "count": count, "describe": describe, "happen": happen, "detect": detect},
}

"""Handlers of intents about the content of pictures: describe, detect, count, crop."""

import re

from .....graph.resource import Kind
from .....graph.task import Value as Input
from ....wording.counted_parts import counts_mails, type_by_name
from ....wording.counted_results import counts_made
from ..intents import Intent
from ..lexicon import lexicon
from ..linking import Linker
from ..parameters import count_label
from ..referents import kinds_named
from ..text_linking import add_single_input, text_referents
from .generation_prompts import prompt_for
from .questions import add_question
from .tables import MEASURE, count_in_data, counts_results

_DETECTED_ON_PAGES = ("face", "qr code", "barcode")
"""Labels that are counted by detection on the pages of a document; others are counted in its text."""

_VERDICTS = ("text-classification", "zero-shot-classification", "language-identification", "audio-classification")
"""Types that say one thing of a whole text or recording: "it" after one is what was judged, and not its labels."""


def thorough(linker: Linker, intent: Intent) -> None:
    """Describe a picture by all means: caption, objects and class."""
    for referent in linker.resolver.resolve(intent, ("image",)) or linker.refuse_missing(intent, "an image"):
        for task_type in ("image-to-text", "object-detection", "image-classification"):
            linker.add_task(task_type, {"image": referent.value}, intent)


def crop(linker: Linker, intent: Intent) -> None:
    """Cut the detected objects out of a picture; detects them first where the words name any."""
    words = linker.parsed.masked[intent.start : intent.stop]
    images = linker.resolver.resolve(intent, ("image",))
    boxes = [r for r in linker.resolver.latest_results(("labels",)) if r.origin == "object-detection"]
    for referent in images or linker.refuse_missing(intent, "an image"):
        inputs: dict[str, Input] = {"image": referent.value}
        if boxes:
            inputs["boxes"] = boxes[0].value
        elif named := re.search(r"\b(?:faces?|objects?|people|persons?|cars?|it|them|dogs?|cats?)\b", words):
            linker.use(intent.start + named.start(), intent.start + named.end())
            found = linker.add_task("object-detection", {"image": referent.value}, intent, implied=True)
            inputs["boxes"] = found.value
        linker.add_task("crop", inputs, intent)


def count(linker: Linker, intent: Intent) -> None:
    """Count labels found before, entities of a text, rows of a table, or objects in pictures; else ask a question."""
    words = linker.parsed.masked[intent.start : intent.clause.end]
    files = [file.resource for file in linker.parsed.files]
    types = {type_by_name(file.media_type, file.name or "") for file in files}
    if counts_mails(words, types):
        linker.add_task("count", {"items": tuple(dict.fromkeys(files))}, intent, {"look_for": "e-mails"})
        linker.use(intent.start, intent.clause.end)
        return
    labels = linker.resolver.latest_results(("labels", "boxes"))
    if not labels and counts_results(linker, intent, words):
        return
    found_in_text = bool(labels) and labels[0].origin == "token-classification" and not count_label(words)
    one_verdict = len(labels) == 1 and labels[0].origin in _VERDICTS
    of_data = one_verdict or bool(MEASURE.search(words))
    countable = not of_data and (found_in_text or not linker.resolver.has_kind("image"))
    if labels and countable and not linker.resolver.data_in_words(intent):
        linker.add_task("count", {"items": tuple(referent.value for referent in labels)}, intent, count_label(words))
        return
    if lexicon().cues["counted-by-form"].search(words) and not linker.resolver.has_kind("image"):
        texts = text_referents(linker, intent)
        if found := linker.add_each("token-classification", "text", texts, intent, implied=True):
            linker.add_task("count", {"items": tuple(referent.value for referent in found)}, intent)
            return
    if count_in_data(linker, intent, words):
        return
    on_pages = count_label(words).get("label") in _DETECTED_ON_PAGES
    pictured: tuple[Kind, ...] = ("image", "document") if on_pages else ("image",)
    counted = lexicon().cues["document"].search(" ".join(words.split()[:4]))
    if counted or not any(linker.resolver.has_kind(kind) for kind in pictured):
        if linker.tasks and not linker.resolver.has_kind("table") and counts_made(words, "en"):
            linker.refuse(intent, "not-counted")
            return
        add_question(linker, intent, linker.parsed.text[intent.start : intent.clause.end].strip())
        return
    found = [r for r in linker.resolver.latest_results(("labels",)) if r.origin == "object-detection"]
    if not found or linker.resolver.data_in_words(intent):
        images = linker.resolver.resolve(intent, pictured, everything=True)
        found = linker.add_each("object-detection", "image", images, intent, implied=True)
    linker.add_task("count", {"items": tuple(referent.value for referent in found)}, intent, count_label(words))


def describe(linker: Linker, intent: Intent) -> None:
    """Describe a picture; what was detected in it is described from the labels."""
    task_type = linker.task_type_of(intent)
    if task_type == "image-to-text" and _describes_findings(linker, intent):
        return
    earlier = any(r.kind == "text" and r.origin == "earlier" for r in linker.resolver.referents)
    if earlier and "the caption" in linker.parsed.masked[max(0, intent.start - 4) : intent.end]:
        return
    if task_type == "image-to-text" and not linker.resolver.has_kind("image"):
        linker.add_task("text-generation", {"prompt": prompt_for(linker, intent)}, intent)
        return
    add_single_input(linker, intent, task_type)


def _describes_findings(linker: Linker, intent: Intent) -> bool:
    """Whether a description is of earlier findings; adds its task unless another intent uses the findings."""
    cues, masked = lexicon().cues, linker.parsed.masked
    words = linker.resolver.words_of(intent)
    texts = linker.resolver.latest_results(("text", "labels"))
    named = cues["found-things"].search(words)
    found = bool(texts) and texts[0].origin == "object-detection" and named is not None
    if texts and cues["describing"].search(masked, intent.clause.start, intent.start):
        return found or not cues["pictured"].search(words)
    if found and not cues["pictured"].search(words):
        linker.add_task("text-generation", {"prompt": texts[0].value}, intent)
        return True
    return False


def detect(linker: Linker, intent: Intent) -> None:
    """Detect objects in a picture; "the people in article.txt" are named entities."""
    pictured = linker.resolver.has_kind("image") or linker.resolver.has_kind("video")
    if lexicon().cues["measured"].search(linker.parsed.masked[intent.clause.start : intent.start]):
        return
    words = linker.resolver.words_of(intent)
    kinds = kinds_named(words)
    named = re.search(r"\b(?:people|persons|places)\b", words) and linker.resolver.has_kind("text")
    if not pictured and (named or ("text" in kinds and "image" not in kinds)):
        add_single_input(linker, intent, "token-classification")
    elif not linker.refers_to_result(intent, "object-detection"):
        add_single_input(linker, intent, "object-detection")

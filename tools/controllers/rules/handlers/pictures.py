"""Handlers of intents that make pictures and videos: enhance, edit, draw, animate, follow a control image."""

import re

from .....graph.task import Ref
from .....graph.task import Value as Input
from .....graph.vocabulary import VOCABULARY
from ..intents import Intent
from ..lexicon import lexicon
from ..linking import Linker
from ..operation_words import operation_in, part_named
from ..parameters import control_type
from ..referents import Referent
from ..text_linking import add_single_input, as_text
from .generation_prompts import prompt_from_media


def enhance(linker: Linker, intent: Intent) -> None:
    """Enhance, rotate, resize or otherwise process a picture; "blur the faces" is an edit."""
    task_type = linker.task_type_of(intent)
    words = linker.parsed.words_of(intent.clause)
    if intent.act == "turn" and task_type == "image-to-image" and part_named(linker.resolver.words_of(intent)):
        edit(linker, intent)
        return
    operation = operation_in(words) if task_type == "image-to-image" else {}
    if operation and names_a_part(linker, linker.resolver.words_of(intent)):
        linker.refuse(intent, "part-only")
        return
    add_single_input(linker, intent, task_type, operation or None)


def names_a_part(linker: Linker, words: str) -> bool:
    """Whether an operation is for a part of a picture: "sharpen the eyes"; "the cat" may be the picture cat.png."""
    part = part_named(words)
    return bool(part) and part not in {f.resource.label.lower().partition(".")[0] for f in linker.parsed.files}


def restyle(linker: Linker, intent: Intent) -> None:
    """Give a picture another style; without one, draw it."""
    task_type = linker.task_type_of(intent)
    port = VOCABULARY[task_type].inputs[0]
    pictured = linker.resolver.has_kind("image") or linker.resolver.has_kind("video")
    if not pictured and re.match(r"creat|generat|mak|paint|draw", linker.resolver.words_of(intent)):
        draw(linker, intent)
        return
    for referent in linker.resolver.resolve(intent, port.kinds) or linker.refuse_missing(intent, "an image"):
        linker.add_task(task_type, {port.name: referent.value, "prompt": linker.goal_of(intent)}, intent)


def edit(linker: Linker, intent: Intent) -> None:
    """Edit a picture as a quotation, a result, a recording or the words themselves describe."""
    if intent.mention and linker.resolver.latest_results(("image",)):
        return
    if linker.task_type_of(intent) == "video-to-video":
        add_single_input(linker, intent, "video-to-video")
        return
    prompts = _edit_prompts(linker, intent)
    for referent in linker.resolver.resolve(intent, ("image",)) or linker.refuse_missing(intent, "an image"):
        between = linker.parsed.masked[referent.position : intent.start]
        again = not prompts and lexicon().cues["edit-again"].search(linker.resolver.words_of(intent))
        same = again or not re.search(r"[.!?;] |\bthen\b|\bafter|\bfinally\b", between)
        first = linker.first_results.get(("image-text-to-image", intent.clause))
        if (first and not referent.is_result) or (referent.origin == "image-text-to-image" and same):
            continue
        words = prompts[0].value if prompts else linker.goal_of(intent)
        linker.add_task("image-text-to-image", {"image": referent.value, "prompt": words}, intent)


def _edit_prompts(linker: Linker, intent: Intent) -> list[Referent]:
    """The text that describes an edit: a result, a quotation or a recording; empty where the words themselves do."""
    resolver, cues, words = linker.resolver, lexicon().cues, linker.resolver.words_of(intent)
    named = resolver.named_results(intent, ("text",))
    quoted = [r for r in resolver.named_data(intent, ("text",)) if r.origin == "quotation"]
    if not quoted and re.search(r"\b(?:description|text|described)\b", words):
        quoted = [r for r in resolver.given_data(intent, ("text",)) if r.origin == "quotation"]
    based = cues["edit-basis"].search(linker.parsed.masked, intent.clause.start, intent.stop)
    inside = any(r.origin == "quotation" for r in resolver.data_in_words(intent))
    made = named or resolver.latest_results(("text",)) if based and not inside else []
    if prompts := made or quoted or named:
        return prompts
    recordings = [r for r in resolver.data_in_words(intent) if r.kind == "audio"]
    if not recordings and (cues["described-in-audio"].search(linker.parsed.masked) or cues["spoken"].search(words)):
        recordings = resolver.latest_results(("audio",)) or resolver.given_data(intent, ("audio",))
    return [as_text(linker, recording, intent) for recording in recordings[:1]]


def _latest_control(linker: Linker) -> tuple[str, Input] | None:
    for task in reversed(linker.tasks):
        name, found, _ = task.type.partition("-control" if "-control" in task.type else "-estimation")
        if found and f"{name}-text-to-image" in VOCABULARY:
            return f"{name}-text-to-image", Ref(task_id=task.id)
    return None


def draw(linker: Linker, intent: Intent) -> None:
    """A picture from a prompt, or from the latest control image."""
    words = linker.resolver.words_of(intent)
    before = re.split(r"[.;!?\n]", linker.parsed.masked[max(0, intent.start - 40) : intent.start])[-1]
    if lexicon().cues["follows-control"].search(before + words) and _latest_control(linker):
        control_image(linker, intent)
        return
    linker.add_task("text-to-image", {"prompt": prompt_from_media(linker, intent)}, intent)


def film(linker: Linker, intent: Intent) -> None:
    """A video from a prompt, which is summarised first where the words ask for it."""
    if linker.tasks and linker.tasks[-1].type == "text-to-video":
        return
    given = [r.kind for r in linker.resolver.data_in_words(intent)]
    given = given or [r.kind for r in linker.resolver.named_data(intent, ("image", "text"))]
    if "image" in given and "text" not in given and not linker.resolver.latest_results(("text",)):
        slideshow(linker, intent)
        return
    if re.search(r"\bsummar", linker.parsed.masked[intent.start : intent.end]) and not linker.has_task("summarization"):
        add_single_input(linker, intent, "summarization")
    linker.add_task("text-to-video", {"prompt": prompt_from_media(linker, intent)}, intent)


def slideshow(linker: Linker, intent: Intent) -> None:
    """A video from pictures, with narration where the request gives any."""
    images = linker.resolver.resolve(intent, ("image",), everything=True) or linker.refuse_missing(intent, "images")
    if not images:
        return
    inputs: dict[str, Input] = {"images": tuple(referent.value for referent in images)}
    voice = linker.resolver.latest_results(("audio",)) or linker.resolver.named_data(intent, ("audio",))
    words = linker.parsed.words_of(intent.clause)
    quoted = [r for r in linker.resolver.referents if r.origin == "quotation"]
    if not voice and quoted and re.search(r"\bnarrat|\bsay|\bvoice|\bspoken|\bspeech", words):
        voice = [linker.add_task("text-to-speech", {"text": quoted[0].value}, intent)]
    if voice:
        inputs["audio"] = voice[0].value
    linker.add_task("image-to-video", inputs, intent)


def look_alike(linker: Linker, intent: Intent) -> None:
    """A picture and a video similar to a picture."""
    for referent in linker.resolver.resolve(intent, ("image",)) or linker.refuse_missing(intent, "an image"):
        linker.add_task("image-to-image", {"image": referent.value}, intent)
        words = linker.add_task("image-to-text", {"image": referent.value}, intent, implied=True)
        linker.add_task("text-to-video", {"prompt": words.value}, intent)


def control(linker: Linker, intent: Intent) -> None:
    """The control image (edges, pose, depth ...) of a picture."""
    add_single_input(linker, intent, f"{control_type(linker.parsed.words_of(intent.clause))}-control")


def control_image(linker: Linker, intent: Intent) -> None:
    """A picture drawn after the latest control image, else after that of a given picture."""
    made = _latest_control(linker)
    if made is None:
        kind = control_type(linker.resolver.words_of(intent))
        given = linker.resolver.resolve(intent, ("image",)) or linker.refuse_missing(intent, "an image")
        for image in linker.add_each(f"{kind}-control", "image", given[:1], intent, implied=True):
            made = f"{kind}-text-to-image", image.value
    if made:
        linker.add_task(made[0], {"prompt": linker.goal_of(intent), "image": made[1]}, intent)

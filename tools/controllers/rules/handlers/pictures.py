"""Wishes that make pictures and videos: change, draw, film, follow a control picture."""

import re

from .....graph.task import Ref
from .....graph.task import Value as Input
from .....graph.vocabulary import VOCABULARY
from ..intents import Intent
from ..lexicon import lexicon
from ..linking import Handler, Linker
from ..parameters import control_of, picture_operation
from .generation_prompts import described


def enhance(linker: Linker, intent: Intent) -> None:
    task_type = linker.type_of(intent)
    words = linker.reading.masked[intent.clause.start : intent.clause.end]
    linker.plain(intent, task_type, picture_operation(words) if task_type == "image-to-image" else None)


def restyle(linker: Linker, intent: Intent) -> None:
    task_type = linker.type_of(intent)
    port = VOCABULARY[task_type].inputs[0]
    pictured = linker.ground.has("image") or linker.ground.has("video")
    if not pictured and re.match(r"creat|generat|mak|paint|draw", linker.ground.window(intent)):
        draw(linker, intent)
        return
    for thing in linker.ground.source(intent, port.kinds) or linker.nothing(intent, "an image"):
        linker.add(task_type, {port.name: thing.value, "prompt": linker.words(intent)}, intent)


def edit(linker: Linker, intent: Intent) -> None:
    if intent.mention and linker.ground.latest(("image",)):
        return
    if linker.type_of(intent) == "video-to-video":
        linker.plain(intent, "video-to-video")
        return
    named = linker.ground.named(intent, ("text",))
    quoted = [t for t in linker.ground.said(intent, ("text",)) if t.origin == "literal"]
    if not quoted and re.search(r"\b(?:description|text|described)\b", linker.ground.window(intent)):
        quoted = [t for t in linker.ground.given(intent, ("text",)) if t.origin == "literal"]
    based = lexicon().cues["by-what"].search(linker.reading.masked, intent.clause.start, max(intent.stop, intent.end))
    told = [t for t in linker.ground.inside(intent) if t.origin == "literal"]
    made = named or linker.ground.latest(("text",)) if based and not told else []
    prompts = made or quoted or named
    named = [t for t in linker.ground.inside(intent) if t.kind == "audio"]
    if not prompts and named:
        prompts = [linker.in_words(thing, intent) for thing in named[:1]]
    tells = lexicon().cues["audio-tells"].search(linker.reading.masked)
    if not prompts and (tells or lexicon().cues["spoken"].search(linker.ground.window(intent))):
        heard = linker.ground.latest(("audio",)) or linker.ground.given(intent, ("audio",))
        prompts = [linker.in_words(thing, intent) for thing in heard[:1]]
    for thing in linker.ground.source(intent, ("image",)) or linker.nothing(intent, "an image"):
        between = linker.reading.masked[thing.place : intent.start] if thing.place >= 0 else ""
        again = not prompts and lexicon().cues["edit-again"].search(linker.ground.window(intent))
        same = again or not re.search(r"[.!?;] |\bthen\b|\bafter|\bfinally\b", between)
        first = linker.served.get(("image-text-to-image", intent.clause))
        done = linker.tasks[first.value.task_id] if first and isinstance(first.value, Ref) else None
        if done and not thing.made and done.inputs["image"] == thing.value:
            continue
        if thing.origin == "image-text-to-image" and same:
            continue
        words = prompts[0].value if prompts else linker.words(intent)
        linker.add("image-text-to-image", {"image": thing.value, "prompt": words}, intent)


def control_made(linker: Linker) -> tuple[str, Ref] | None:
    """The latest control picture and the type of task that draws after it."""
    for task in reversed(linker.tasks):
        name, found, _ = task.type.partition("-control" if "-control" in task.type else "-estimation")
        if found and f"{name}-text-to-image" in VOCABULARY:
            return f"{name}-text-to-image", Ref(task_id=task.id)
    return None


def draw(linker: Linker, intent: Intent) -> None:
    words = linker.ground.window(intent)
    if re.search(r"\bsimilar to (?:this|it|that|the)\b", words) and linker.ground.has("image"):
        linker.plain(intent, "image-to-image")
        return
    led = re.split(r"[.;!?\n]", linker.reading.masked[max(0, intent.start - 40) : intent.start])[-1]
    follows = lexicon().cues["follows-control"].search(led + words) and not lexicon().cues["drawn-from-text"].search(
        words
    )
    if follows and (made := control_made(linker)):
        linker.add(made[0], {"prompt": linker.words(intent), "image": made[1]}, intent)
        return
    linker.add("text-to-image", {"prompt": described(linker, intent)}, intent)


def film(linker: Linker, intent: Intent) -> None:
    if any(task.type in ("text-to-video", "image-to-video") for task in linker.tasks) and intent.mention:
        return
    if any(task.type == "text-to-video" for task in linker.tasks[-1:]):
        return
    if re.search(r"\bsummar", linker.reading.masked[intent.start : intent.end]) and not linker.has("summarization"):
        linker.plain(intent, "summarization")
    linker.add("text-to-video", {"prompt": described(linker, intent)}, intent)


def slideshow(linker: Linker, intent: Intent) -> None:
    images = linker.ground.source(intent, ("image",), everything=True)
    if not images:
        linker.nothing(intent, "images")
        return
    inputs: dict[str, Input] = {"images": tuple(thing.value for thing in images)}
    voice = linker.ground.latest(("audio",)) or linker.ground.said(intent, ("audio",))
    words = linker.reading.masked[intent.clause.start : intent.clause.end]
    quoted = [t for t in linker.ground.things if t.origin == "literal"]
    if not voice and quoted and re.search(r"\bnarrat|\bsay|\bvoice|\bspoken|\bspeech", words):
        voice = [linker.add("text-to-speech", {"text": quoted[0].value}, intent)]
    if voice:
        inputs["audio"] = voice[0].value
    linker.add("image-to-video", inputs, intent)


def look_alike(linker: Linker, intent: Intent) -> None:
    for thing in linker.ground.source(intent, ("image",)) or linker.nothing(intent, "an image"):
        linker.add("image-to-image", {"image": thing.value}, intent)
        words = linker.add("image-to-text", {"image": thing.value}, intent, implied=True)
        linker.add("text-to-video", {"prompt": words.value}, intent)


def control(linker: Linker, intent: Intent) -> None:
    linker.plain(intent, f"{control_of(linker.ground.window(intent))}-control")


def control_image(linker: Linker, intent: Intent) -> None:
    if follows := control_made(linker):
        linker.add(follows[0], {"prompt": linker.words(intent), "image": follows[1]}, intent)
        return
    control = control_of(linker.ground.window(intent))
    made = linker.ground.latest(("image",), skip=())
    images = made or [
        linker.add(f"{control}-control", {"image": thing.value}, intent, implied=True)
        for thing in linker.ground.source(intent, ("image",)) or linker.nothing(intent, "an image")
    ]
    for thing in images:
        inputs: dict[str, Input] = {"prompt": linker.words(intent), "image": thing.value}
        linker.add(f"{control}-text-to-image", inputs, intent)


def pose_image(linker: Linker, intent: Intent) -> None:
    for thing in linker.ground.source(intent, ("image",)) or linker.nothing(intent, "an image"):
        pose = linker.add("openpose-control", {"image": thing.value}, intent, implied=True)
        goal = linker.reading.text[intent.start : intent.end]
        linker.add("openpose-text-to-image", {"prompt": goal, "image": pose.value}, intent)


HANDLERS: dict[str, Handler] = {
    **{"enhance": enhance, "turn": enhance, "restyle": restyle, "edit": edit, "draw": draw, "film": film},
    **{"slideshow": slideshow, "look-alike": look_alike, "control": control},
    **{"control-image": control_image, "pose-image": pose_image},
}

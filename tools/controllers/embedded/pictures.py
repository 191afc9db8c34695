"""Wishes about pictures and videos: change, draw, film, look closely, crop, count."""

import re

from ....graph.task import Ref
from ....graph.task import Value as Input
from ....graph.vocabulary import VOCABULARY
from .arguments import control_of, counted, picture_operation
from .grounding import nouns
from .intents import Intent
from .lexicon import lexicon
from .linking import Handler, Linker
from .prompts import described, prompt
from .questions import ask


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


def thorough(linker: Linker, intent: Intent) -> None:
    for thing in linker.ground.source(intent, ("image",)) or linker.nothing(intent, "an image"):
        for task_type in ("image-to-text", "object-detection", "image-classification"):
            linker.add(task_type, {"image": thing.value}, intent)


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
    if re.search(r"\b(?:words|lines|rows|columns|pages|sentences)\b", words) or not linker.ground.has("image"):
        ask(linker, intent, linker.reading.text[intent.start : intent.clause.end].strip())
        return
    found = [t for t in linker.ground.latest(("labels",)) if t.origin == "object-detection"]
    if not found:
        images = linker.ground.source(intent, ("image",), everything=True)
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
    **{"enhance": enhance, "turn": enhance, "restyle": restyle, "edit": edit, "draw": draw, "film": film},
    **{"slideshow": slideshow, "look-alike": look_alike, "thorough": thorough, "control": control},
    **{"control-image": control_image, "pose-image": pose_image, "crop": crop, "count": count},
    **{"describe": describe, "happen": happen, "detect": detect},
}

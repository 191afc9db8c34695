"""Wishes about sounds: say, dub, clean."""

import re

from .....graph.task import Ref
from .....graph.task import Value as Input
from ..intents import Intent
from ..linking import Handler, Linker
from ..parameters import picture_operation, target_languages
from ..referents import Thing, nouns
from .generation_prompts import prompt


def speak(linker: Linker, intent: Intent) -> None:
    """Say the nearest text; "a summarised audio clip" summarises first, "enhanced speech" is cleaned after."""
    films = linker.ground.latest(("video",)) or linker.ground.said(intent, ("video",))
    if films and "dub" in linker.ground.window(intent):
        dub(linker, intent, films[0])
        return
    if not linker.ground.said(intent, ("text",)) and linker.tasks and linker.tasks[-1].type == "text-to-speech":
        return
    quoted = [t for t in linker.ground.inside(intent) if t.origin == "literal"]
    clause = linker.reading.masked[intent.start : intent.clause.end]
    if quoted and (targets := target_languages(clause)):
        said = linker.add("translation", {"text": quoted[0].value}, intent, {"target_language": targets[0]})
        linker.add("text-to-speech", {"text": said.value}, intent)
        return
    summed = re.search(r"\bsummar", linker.reading.masked[intent.start : intent.end])
    if summed and not linker.has("summarization"):
        linker.plain(intent, "summarization")
        for thing in linker.ground.latest(("text",)):
            linker.add("text-to-speech", {"text": thing.value}, intent)
    else:
        linker.plain(intent, "text-to-speech")
    better = re.search(r"\b(?:enhanced|high[- ]quality|improved|clear|refined)\b", linker.ground.window(intent))
    if better and linker.tasks and linker.tasks[-1].type == "text-to-speech":
        linker.add("audio-to-audio", {"audio": Ref(task_id=linker.tasks[-1].id)}, intent)


def dub(linker: Linker, intent: Intent, film: Thing) -> None:
    """A sound track for a video: the words given, else the video's own prompt, said."""
    said: list[Input] = [t.value for t in linker.ground.said(intent, ("text",)) if t.origin == "literal"]
    if isinstance(film.value, Ref) and "prompt" in linker.tasks[film.value.task_id].inputs:
        said.append(linker.tasks[film.value.task_id].inputs["prompt"])
    if not said:
        linker.nothing(intent, "words to say")
        return
    voice = linker.add("text-to-speech", {"text": said[0]}, intent)
    linker.add("mux", {"video": film.value, "audio": voice.value}, intent)


def mux(linker: Linker, intent: Intent) -> None:
    """A sound track that is there, under a video that is there."""
    films = linker.ground.said(intent, ("video",)) or linker.ground.source(intent, ("video",))
    sounds = linker.ground.said(intent, ("audio",)) or linker.ground.source(intent, ("audio",))
    if not films or not sounds:
        linker.nothing(intent, "a video and a sound")
        return
    linker.add("mux", {"video": films[0].value, "audio": sounds[0].value}, intent)


def music(linker: Linker, intent: Intent) -> None:
    linker.add("text-to-audio", {"prompt": prompt(linker, intent)}, intent)


def transcribe(linker: Linker, intent: Intent) -> None:
    """Speech in words; a picture's words only where there is no sound, or the wish names the picture."""
    pictured = "image" in nouns(linker.ground.window(intent))
    linker.plain(
        intent,
        "automatic-speech-recognition" if linker.ground.has("audio") and not pictured else linker.type_of(intent),
    )


def sound_clean(linker: Linker, intent: Intent) -> None:
    if not linker.ground.has("audio"):
        if linker.ground.has("image") and not re.search(
            r"\b(?:audio|speech|voice|sound)\b", linker.ground.window(intent)
        ):
            linker.plain(intent, "image-to-image", picture_operation(linker.ground.window(intent)))
            return
        for thing in linker.texts(intent):
            linker.add("text-to-speech", {"text": thing.value}, intent)
    if linker.tasks and linker.tasks[-1].type == "audio-to-audio":
        return
    linker.plain(intent, "audio-to-audio")


def sound_class(linker: Linker, intent: Intent) -> None:
    """Emotion, speaker or kind of a sound; of a text only where there is no sound or the words say so."""
    texts = re.search(r"\b(?:text|review|sentence|message|letter|comment)\b", linker.ground.window(intent))
    if linker.ground.has("audio") and not texts:
        linker.plain(intent, "audio-classification")
        return
    linker.plain(intent, linker.type_of(intent))


HANDLERS: dict[str, Handler] = {
    "speak": speak,
    "transcribe": transcribe,
    "sound-clean": sound_clean,
    "sound-class": sound_class,
    **{"mux": mux, "music": music},
}

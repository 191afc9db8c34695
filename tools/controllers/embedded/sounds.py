"""Wishes about sounds: say, dub, clean."""

import re

from ....graph.task import Ref
from .arguments import picture_operation
from .intents import Intent
from .linking import Handler, Linker


def speak(linker: Linker, intent: Intent) -> None:
    if any(task.type == "text-to-video" for task in linker.tasks[-1:]) and "dub" in linker.ground.window(intent):
        dub(linker, intent)
        return
    if not linker.ground.said(intent, ("text",)) and linker.tasks and linker.tasks[-1].type == "text-to-speech":
        return
    linker.plain(intent, "text-to-speech")
    better = re.search(r"\b(?:enhanced|high[- ]quality|improved|clear|refined)\b", linker.ground.window(intent))
    if better and linker.tasks and linker.tasks[-1].type == "text-to-speech":
        linker.add("audio-to-audio", {"audio": Ref(task_id=linker.tasks[-1].id)}, intent)


def dub(linker: Linker, intent: Intent) -> None:
    """A sound track for a video: its own prompt, said."""
    film = linker.tasks[-1]
    voice = linker.add("text-to-speech", {"text": film.inputs["prompt"]}, intent)
    linker.add("mux", {"video": Ref(task_id=film.id), "audio": voice.value}, intent)


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


HANDLERS: dict[str, Handler] = {"speak": speak, "sound-clean": sound_clean}

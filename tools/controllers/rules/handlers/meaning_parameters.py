"""`parameters_of`: the parameters of a task that example phrases decide, from the numbers and words of its clause."""

import re

from ....languages import NAMES
from ....wording.clause_words import ClauseWords
from ....wording.meanings import Meaning, meaning_of
from ....wording.picture_words import angle_of, flip_of, percent_of, size_of
from ....wording.time_ranges import time_range
from ....wording.wording import folded
from ..operation_arguments import FORMATS, SOUND_FORMATS
from ..parameters import Parameters

_FORMAT = re.compile(rf"(?<![a-z])({'|'.join(FORMATS)})s?(?![a-z])")


def parameters_of(meaning: Meaning, words: ClauseWords) -> Parameters:
    """The parameters of a meaning, and those that numbers and words of the clause give."""
    parameters: Parameters = dict(meaning.parameters)
    if meaning.task_type == "token-classification" and "look_for" in parameters:
        parameters["look_for"] = ", ".join(_groups(meaning, words))
    match meaning.task_type:
        case "summarization" if (number := words.number("sentence")) is not None:
            parameters["max_sentences"] = int(number)
        case "summarization" if (number := words.number("word")) is not None:
            parameters["max_words"] = int(number)
        case "video-to-images" if (number := words.number("frame") or words.number()) is not None:
            parameters["frames"] = int(number)
        case "image-to-image":
            parameters |= _of_picture(str(parameters.get("operation")), words)
        case "audio-to-audio" if parameters.get("operation") == "format":
            if (named := _FORMAT.search(words.words)) and named[1] in SOUND_FORMATS:
                parameters["format"] = named[1]
        case "trim-audio" | "trim-video":
            parameters |= _times(words)
        case "zero-shot-classification" | "zero-shot-image-classification" if words.labels:
            parameters["candidate_labels"] = words.labels
        case "text-to-speech" if words.languages[0]:
            parameters["language"] = NAMES[words.languages[0][0]]
        case "automatic-speech-recognition" if words.languages[0]:
            parameters["language"] = NAMES[words.languages[0][0]]
    if parameters.get("operation") == "enlarge":
        parameters["operation"] = "resize"
    return parameters


def _of_picture(operation: str, words: ClauseWords) -> Parameters:
    """How large, how far and how much an operation changes a picture."""
    match operation:
        case "rotate" if (angle := angle_of(words)) is not None:
            return {"angle": angle}
        case "resize" | "enlarge":
            return {**size_of(words)}
        case "format" if (named := _FORMAT.search(words.words)) and named[1] not in SOUND_FORMATS:
            return {"format": FORMATS[named[1]]}
        case "flip":
            return {**flip_of(words)}
        case "brighten" | "darken" | "contrast" if (percent := percent_of(words)) is not None:
            return {"percent": round(percent)}
    return {}


def _groups(meaning: Meaning, words: ClauseWords) -> list[str]:
    """What to look for: the part that is nearest, and each other whose own words stand in the clause as well."""
    base = meaning.name.partition("/")[0]
    parts = {e.meaning for e in words.language.examples if e.meaning.startswith(f"{base}/")}
    own = {part: _own_vocabulary(part, parts, words) for part in parts}
    named = [part for part in sorted(parts) if part != meaning.name and own[part] & set(words.words.split())]
    return [str(meaning_of(part).parameters["look_for"]) for part in (meaning.name, *named)]


def _own_vocabulary(part: str, parts: set[str], words: ClauseWords) -> set[str]:
    """The words of several examples of a part that no example of another part holds."""
    held: dict[str, list[str]] = {each: [] for each in parts}
    for example in words.language.examples:
        if example.meaning in parts:
            held[example.meaning] += set(folded(example.phrase).split())
    elsewhere = {word for each in parts - {part} for word in held[each]}
    return {word for word in held[part] if held[part].count(word) > 1 and word not in elsewhere}


def _times(words: ClauseWords) -> Parameters:
    """The start and end of a part in seconds: as a form names it; else of two numbers both, of one the end."""
    if part := time_range(words.text, words.language.code):
        return {**part.parameters}
    seconds = [number * (60 if unit == "minute" else 1) for unit, number in words.measures("second", "minute")]
    if len(seconds) > 1:
        return {"start_seconds": seconds[0], "end_seconds": seconds[1]}
    return {"end_seconds": seconds[0]} if seconds and not words.names_last else {}

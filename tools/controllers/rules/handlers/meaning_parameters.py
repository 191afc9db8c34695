"""`parameters_of`: the parameters of a task that example phrases decide, from the numbers and words of its clause."""

from ....languages import NAMES
from ....wording.clause_words import ClauseWords
from ....wording.meanings import Meaning, meaning_of
from ....wording.nearest import nearest
from ....wording.operation_values import SOUND_FORMATS, read_value
from ....wording.time_ranges import time_range
from ..parameters import Parameters

_LIKE = 0.2
"""Score from which a part of a clause names one more thing to look for."""
_VALUED = {"crop": "crop", "video-to-images": "frames"}
"""Task types that are one operation."""


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
        case "image-to-image" | "audio-to-audio" | "video-to-images" | "crop" if meaning.name != "crop/object":
            parameters |= _value(meaning, words)
        case "trim-audio" | "trim-video":
            parameters |= _times(words)
        case "pick-best" if words.has("fewer"):
            parameters["lowest"] = True
        case "zero-shot-classification" | "zero-shot-image-classification" if words.labels:
            parameters["candidate_labels"] = words.labels
        case "text-to-speech" | "automatic-speech-recognition" if words.languages[0]:
            parameters["language"] = NAMES[words.languages[0][0]]
    if parameters.get("operation") == "enlarge":
        parameters["operation"] = "resize"
    return parameters


def _value(meaning: Meaning, words: ClauseWords) -> Parameters:
    """What the clause says of an operation: how large, how far, how much, which part; a format of its kind of data."""
    operation = str(meaning.parameters.get("operation") or _VALUED.get(meaning.task_type))
    found = read_value(operation, words.text, words.language.code).parameters
    sound = found.get("format") in SOUND_FORMATS
    return {} if "format" in found and sound is not (meaning.task_type == "audio-to-audio") else {**found}


def _groups(meaning: Meaning, words: ClauseWords) -> list[str]:
    """What to look for: what each part of the clause between "and" is nearest to."""
    base = meaning.name.partition("/")[0]
    parts = {e.meaning for e in words.language.examples if e.meaning.startswith(f"{base}/")}
    near = [nearest(text, words.language.code, parts, most=1) for text in words.beside_ands]
    named = list(dict.fromkeys(m.meaning for each in near for m in each if m.score >= _LIKE)) or [meaning.name]
    return [str(meaning_of(part).parameters["look_for"]) for part in named]


def _times(words: ClauseWords) -> Parameters:
    """The start and end of a part in seconds: as a form names it; else the first number as the end."""
    if part := time_range(words.text, words.language.code):
        return {**part.parameters}
    seconds = [number * (60 if unit == "minute" else 1) for unit, number in words.measures("second", "minute")]
    return {"end_seconds": seconds[0]} if seconds and not words.names_last else {}

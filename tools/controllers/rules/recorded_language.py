"""The language of a recording, where a request says it ("the German memo", "translate it from German"): `language` of
the task that transcribes, so that a recogniser of another language refuses. Where the language is to be identified, a
recogniser of one language would always find its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ....graph.task import Ref, Task
from ...languages import NAMES
from ...wording.recorded_language import recorded_language
from ...wording.wording import blanked
from .clauses import ParsedRequest

ANY = "any language"
"""The parameter `language` where the language is not known and matters."""


def without_recorded_language(parsed: ParsedRequest, code: str) -> tuple[ParsedRequest, str]:
    """The request without the words for the language of its recording, and the English name of that, or an empty string."""
    recorded = any(file.resource.kind in ("audio", "video") for file in parsed.files)
    if not recorded or (found := recorded_language(parsed.masked, code)) is None:
        return parsed, ""
    spoken, start, end = found
    return replace(parsed, masked=blanked(parsed.masked, [(start, end)])), NAMES[spoken]


def with_recorded_language(tasks: Sequence[Task], spoken: str) -> Iterator[Task]:
    """The tasks; those that transcribe have the language `spoken`, else that from which their text is translated."""
    for task in tasks:
        language = spoken or _translated_from(tasks, task.id)
        if task.type == "automatic-speech-recognition" and language and "language" not in task.parameters:
            yield task.model_copy(update={"parameters": {**task.parameters, "language": language}})
        else:
            yield task


def takes_english(tasks: Sequence[Task], code: str) -> bool:
    """Whether a recording is transcribed whose language is not named, for a request that is not in English."""
    transcribing = (task for task in tasks if task.type == "automatic-speech-recognition")
    return code != "en" and any("language" not in task.parameters for task in transcribing)


def _translated_from(tasks: Sequence[Task], number: int) -> str:
    """The language from which the text of a task is translated; any, where it is to be identified; else empty."""
    for task in tasks:
        reads = any(isinstance(value, Ref) and value.task_id == number for value in task.inputs.values())
        if task.type == "language-identification" and reads:
            return ANY
        if task.type == "translation" and reads and (source := task.parameters.get("source_language")):
            return str(source)
    return ""

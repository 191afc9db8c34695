"""`required_text`, `spoken_text`, `candidate_labels`: an input inside a call; they raise `ExpertError` where it is empty."""

from ...graph.call import Call
from ...graph.errors import ExpertError
from ..findings import material_in_words
from ..wording.phrases import phrases
from ..wording.request_language import language_of, own_words


def required_text(call: Call, name: str) -> str:
    """The text of an input. Raises `ExpertError` where it is empty."""
    text = call.text(name)
    if not text.strip():
        raise ExpertError(f"the {name} is empty", input_fault=True)
    return text


def spoken_text(call: Call, code: str = "") -> str:
    """The text to speak: of findings and tables what they say, in the language of that code, else of the goal."""
    words = phrases(code or goal_language(call.task.goal))
    text = material_in_words(call.one("text"), words, aloud=True).strip()
    if not text:
        raise ExpertError("the text is empty", input_fault=True)
    return text


def goal_language(goal: str) -> str:
    """ISO 639-1 code of the language that a task's goal is in."""
    return language_of(own_words(goal))


def candidate_labels(call: Call) -> list[str]:
    """The labels of a zero-shot task. Raises `ExpertError` without any."""
    given = call.task.parameters.get("candidate_labels")
    labels = [str(label) for label in given if str(label).strip()] if isinstance(given, tuple) else []
    if not labels:
        raise ExpertError(
            f"{call.task.type} needs labels to choose from", hint="Give candidate_labels.", input_fault=True
        )
    return labels

"""`required_text` and `candidate_labels`: read an input inside a call, and raise `ExpertError` where it is empty."""

from ...graph.call import Call
from ...graph.errors import ExpertError


def required_text(call: Call, name: str) -> str:
    """The text of an input. Raises `ExpertError` where it is empty."""
    text = call.text(name)
    if not text.strip():
        raise ExpertError(f"the {name} is empty", input_fault=True)
    return text


def candidate_labels(call: Call) -> list[str]:
    """The labels of a zero-shot task. Raises `ExpertError` without any."""
    given = call.task.parameters.get("candidate_labels")
    labels = [str(label) for label in given if str(label).strip()] if isinstance(given, tuple) else []
    if not labels:
        raise ExpertError(
            f"{call.task.type} needs labels to choose from", hint="Give candidate_labels.", input_fault=True
        )
    return labels

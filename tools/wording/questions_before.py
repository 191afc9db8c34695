"""`with_questions_before`: a question about what the one before it is about stands behind that one, in one task."""

from collections.abc import Sequence

from ...graph.task import Task
from .asked_apart import FOLLOWED, means_before, means_found


def with_questions_before(tasks: Sequence[Task], code: str) -> list[Task]:
    """The tasks; "how much is it" of the same file is "what is the rent → how much is it"."""
    found = list[Task]()
    for task in tasks:
        first = _before(found[-1], task, code) if found else ""
        question = FOLLOWED.join((first, str(task.inputs.get("question"))))
        found.append(task.model_copy(update={"inputs": {**task.inputs, "question": question}}) if first else task)
    return found


def _before(last: Task, task: Task, code: str) -> str:
    """The first question of a task before one, which means what that is about; empty where it does not."""
    before, question = last.inputs.get("question"), task.inputs.get("question")
    same = last.type == task.type and {**last.inputs, "question": question} == task.inputs
    if not (same and isinstance(question, str) and isinstance(before, str)) or FOLLOWED in question:
        return ""
    means = means_found(question, code) if "table" in task.inputs else means_before(question, code)
    first = before.partition(FOLLOWED)[0]
    return first if means and not means_before(first, code) else ""  # "until when is it open, and why is it": one thing

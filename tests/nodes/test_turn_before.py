"""Promises on what a later turn knows of the turn before it."""

from typing import Any

from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Result
from hugginggpt.graph.state import State
from hugginggpt.graph.task import Ref, Task
from hugginggpt.nodes.turn_before import turn_before


def _state(*statuses: str) -> State:
    text = Resource(kind="text", media_type="text/plain", sha256="a" * 64, size=1)
    tasks = [
        Task(id=0, type="summarization", inputs={"text": text}),
        Task(id=1, type="text-to-speech", inputs={"text": Ref(task_id=0)}),
        Task(id=2, type="summarization", inputs={"text": text}),
    ]
    rows: dict[str, Any] = {}
    for task, status in zip(tasks, statuses, strict=True):
        made = Resource(kind="text", media_type="text/plain", sha256=f"{task.id}" * 64, size=1, producer=str(task.id))
        outputs = {"text": (made,)} if status == "succeeded" else {}
        row = Result.model_validate(
            {"key": str(task.id), "task_id": task.id, "task_type": task.type, "status": status, "outputs": outputs}
        )
        rows[row.key] = row.model_dump(mode="json")
    return State(plan={"tasks": [task.model_dump(mode="json") for task in tasks]}, results=rows)  # type: ignore[typeddict-item]


def test_what_was_made_is_told_with_whether_it_was_taken_and_what_was_not_made_by_its_type() -> None:
    """A summary that was read aloud is no last result; the speech that failed is missing."""
    before = turn_before(_state("succeeded", "failed", "succeeded"))
    assert before["made"] == (("0" * 64, False), ("2" * 64, True))
    assert before["unmade"] == ("text-to-speech",)


def test_a_turn_without_tasks_passes_on_what_it_knew() -> None:
    """A refusal between two turns changes nothing."""
    known = {"made": [["b" * 64, True]], "unmade": []}
    assert turn_before(State(run={"request": known})) == {"made": known["made"]}  # type: ignore[typeddict-item]


def test_a_turn_without_a_result_is_told_as_unanswered() -> None:
    """Refused whole, or each task failed: a later follow-up goes on with no such turn, and an answered one is forgotten."""
    asked = {"request": {"text": "and South?", "unanswered": ["why?"]}}
    refused = State(run=asked)  # type: ignore[typeddict-item]
    assert turn_before(refused)["unanswered"] == ("why?", "and South?")
    failed, answered = _state("failed", "skipped", "failed"), _state("succeeded", "failed", "failed")
    assert turn_before(State(**{**failed, **refused}))["unanswered"] == ("why?", "and South?")  # type: ignore[typeddict-item]
    assert turn_before(State(**{**answered, **refused}))["unanswered"] == ("why?",)  # type: ignore[typeddict-item]

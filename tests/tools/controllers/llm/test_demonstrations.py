"""Promises on the demonstrations of a planning prompt: those of the task types that the request is nearest to."""

import pytest

from hugginggpt.tools.controllers.llm.demonstrations import most_similar


@pytest.mark.parametrize(
    ("request_text", "task_type"),
    [
        ("Übersetze 'Guten Morgen' ins Französische", "translation"),
        ("quantas pessoas aparecem em praia.jpg?", "object-detection"),
        ("Transcris entretien.mp3", "automatic-speech-recognition"),
        ("quelles différences entre a.txt et b.txt ?", "compare"),
    ],
)
def test_a_demonstration_has_a_task_of_the_nearest_type(request_text: str, task_type: str) -> None:
    """In any language, though the demonstrations are English."""
    assert any(task["task"] == task_type for shown in most_similar(request_text) for task in shown.tasks)

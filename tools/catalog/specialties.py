"""`mismatch`: whether a Hub model lacks what a task needs: captioning and reading are specialties of `image-to-text`.

A detector of everyday objects finds no faces and no barcodes. The Hub has no field for this: a model must show in its
name or description that it has the specialty that a task needs.
"""

import re
from typing import NamedTuple

from ...graph.expert import Expert
from ...graph.task import Task


class Specialty(NamedTuple):
    """One of several abilities that tasks of one type may need."""

    task_type: str
    in_goal: re.Pattern[str]
    """Matches the goal of a task that needs it."""
    in_model: re.Pattern[str]
    """Matches the name or description of a model that has it."""
    purpose: str


def _specialty(task_type: str, in_goal: str, in_model: str, purpose: str) -> Specialty:
    return Specialty(task_type, re.compile(in_goal, re.IGNORECASE), re.compile(in_model, re.IGNORECASE), purpose)


_SPECIALTIES = (
    _specialty(
        "image-to-text",
        in_goal=r"\b(?:read|ocr|transcri\w+|extract\w*|text (?:in|on|from)|words? (?:in|on)|what\W+it says)\b",
        in_model=r"ocr|read|donut|nougat|latex|texify",
        purpose="to read text",
    ),
    _specialty("object-detection", in_goal=r"\bfaces?\b", in_model=r"face", purpose="to find faces"),
    _specialty("object-detection", in_goal=r"\b(?:qr|bar)[ -]?codes?\b", in_model=r"code", purpose="to read codes"),
    _specialty(
        "audio-to-audio",
        in_goal=r"\b(?:clean|denois\w+|noise|hiss|hum)\b",
        in_model=r"nois|enhanc|clean|dns|denois",
        purpose="to remove noise",
    ),
)


def mismatch(expert: Expert, task: Task) -> str | None:
    """Why a Hub model does not suit this task, though it has its type; None when it may."""
    model = f"{expert.model_id} {expert.description}"
    for specialty in _SPECIALTIES:
        needed = specialty.task_type == task.type and specialty.in_goal.search(task.goal)
        if needed and not specialty.in_model.search(model):
            return f"is not made {specialty.purpose}"
    return None

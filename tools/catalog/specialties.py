"""Coverage: task types that hold several trades, and the models of the Hub that know only one of them.

`image-to-text` is captioning and reading; a detector of everyday objects knows no faces and no barcodes. What a model was
made for is told by its name and description, for want of anything better; a model that tells nothing is not kept back.
"""

import re
from typing import NamedTuple

from ...graph.expert import Expert
from ...graph.task import Task


class Trade(NamedTuple):
    """One of several things that a task type may be asked for."""

    task_type: str
    asked: re.Pattern[str]
    """How the goal of a task asks for it."""
    shown: re.Pattern[str]
    """How a model shows that it knows it."""
    what: str


def _trade(task_type: str, asked: str, shown: str, what: str) -> Trade:
    return Trade(task_type, re.compile(asked, re.IGNORECASE), re.compile(shown, re.IGNORECASE), what)


_TRADES = (
    _trade("image-to-text", r"\b(?:read|ocr|transcri\w+|extract\w*|text (?:in|on|from)|words? (?:in|on)|what\W+it says)\b",
           r"ocr|read|donut|nougat|latex|texify", "to read text"),
    _trade("object-detection", r"\bfaces?\b", r"face", "to find faces"),
    _trade("object-detection", r"\b(?:qr|bar)[ -]?codes?\b", r"code", "to read codes"),
    _trade("audio-to-audio", r"\b(?:clean|denois\w+|noise|hiss|hum)\b", r"nois|enhanc|clean|dns|denois", "to remove noise"),
)  # fmt: skip


def mismatch(expert: Expert, task: Task) -> str | None:
    """Why a model of the Hub is not for this task, though of its type; None when it may be."""
    shown = f"{expert.model_id} {expert.description}"
    for trade in _TRADES:
        if trade.task_type == task.type and trade.asked.search(task.goal) and not trade.shown.search(shown):
            return f"is not made {trade.what}"
    return None

"""Promises of the rule-based controller on the embedded experts: five ordinary wordings reach each."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from hugginggpt.graph.result import Request
from hugginggpt.tools.backends.embedded.registry import registered
from hugginggpt.tools.controllers.rules.controller import propose

ROWS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "requests" / "embedded.toml").read_text(encoding="utf-8")
)["row"]
NOT_TASKS = {"document-to-text", "document-to-images", "video-to-audio", "video-to-images", "join-text"}
"""Steps that convert one kind of data to another."""


def fault(row: dict[str, Any], text: str) -> str:
    """What is wrong with the plan of a wording; empty for nothing."""
    expert = registered()[f"embedded/{row['name']}"]
    plan = propose(Request(text=text))
    types = [task.type for task in plan.plan.tasks]
    if plan.refusals:
        return f"{types} {plan.refusals[0]}"
    if not (own := [task for task in plan.plan.tasks if task.type == expert.task_type]):
        return str(types)
    if extra := set(types) - {expert.task_type, *row.get("also", ()), *NOT_TASKS}:
        return f"not requested: {extra}"
    if refused := [reason for task in own if expert.accepts and (reason := expert.accepts(task))]:
        return f"{own[0]} {refused[0]}"
    if "operation" in row and any(task.parameters.get("operation") != row["operation"] for task in own):
        return f"{own[0].parameters}"
    return ""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join((row["name"], *row.get("operation", "").split())))
def test_five_ordinary_wordings_reach_each_embedded_expert(row: dict[str, Any]) -> None:
    """The plan has a task of its type that this very expert accepts, and none that was not requested."""
    assert len(row["wordings"]) >= 5
    faults = {text: why for text in row["wordings"] if (why := fault(row, text))}
    assert not faults, faults

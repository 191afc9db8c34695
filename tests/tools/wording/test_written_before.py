"""Requests in six languages, written before the reader that plans them: how many plans are right, and how many wrong."""

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from hugginggpt.graph.converters import STEPS_BETWEEN
from hugginggpt.graph.mentions import kind_of_name
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Proposal, Request
from hugginggpt.tools.controllers.rules.controller import propose
from hugginggpt.tools.languages import english_name

REQUESTS = Path(__file__).parent / "requests"


@pytest.mark.parametrize("folder", [REQUESTS, REQUESTS / "second", REQUESTS / "third"], ids=lambda folder: folder.name)
@pytest.mark.parametrize("language", ["de", "es", "fr", "ja", "pt", "zh"])
def test_four_plans_in_five_are_right_and_one_in_twelve_at_most_is_wrong(language: str, folder: Path) -> None:
    """A plan is wrong where it differs from the accepted ones and the controller reports nothing."""
    rows = tomllib.loads((folder / f"{language}.toml").read_text(encoding="utf-8"))["requests"]
    verdicts = [_verdict(row) for row in rows]
    counts = Counter(verdicts)
    shown = [f"{v}: {row['text']}" for row, v in zip(rows, verdicts, strict=True) if v != "right"]
    assert counts["right"] >= 0.80 * len(rows), shown
    assert counts["wrong"] <= 0.08 * len(rows), shown


def _verdict(row: dict[str, Any]) -> str:
    """`right`, `wrong`, or `refused` where a plan is not accepted and the reason is reported."""
    files = tuple(_resource(name) for name in row.get("files", ()))
    earlier = tuple(Resource(kind=kind, media_type="text/plain", text="A text.") for kind in row.get("earlier", ()))
    proposal = propose(Request(text=row["text"], files=files, resources=earlier))
    if row.get("refuse"):
        return "right" if proposal.refusals and not proposal.plan.tasks else "wrong"
    carried = all(_carries(proposal, value) for value in row.get("must", ()))
    if _accepted(proposal, row["accept"]) and carried and ("uses" not in row or _used(proposal) == {*row["uses"]}):
        return "right"
    return "refused" if proposal.refusals else "wrong"


def _resource(name: str) -> Resource:
    kind, media_type = kind_of_name(name)
    return Resource(kind=kind, media_type=media_type, name=name)


def _accepted(proposal: Proposal, plans: list[str]) -> bool:
    """Whether the task types are those of an accepted plan; steps that only convert a file are no fault."""
    types = Counter(task.type for task in proposal.plan.tasks)
    wanted = [Counter(plan.split()) for plan in plans]
    return any(not plan - types and all(extra in STEPS_BETWEEN for extra in types - plan) for plan in wanted)


def _used(proposal: Proposal) -> set[str]:
    """The names of the files that tasks take."""
    values = [value for task in proposal.plan.tasks for value in task.inputs.values()]
    singles = [single for value in values for single in (value if isinstance(value, tuple) else (value,))]
    return {single.label for single in singles if isinstance(single, Resource)}


def _carries(proposal: Proposal, value: str) -> bool:
    """Whether a parameter of a task is that value, or the English name of that language; else whether a goal names it."""
    said = " ".join(str(v) for task in proposal.plan.tasks for v in task.parameters.values()).lower()
    goals = " ".join(task.goal for task in proposal.plan.tasks).lower()
    if len(value) == 2 and value.isalpha():
        return english_name(value).lower() in said or value in said.split()
    return value.lower() in said or (not value.isdigit() and value.lower() in goals)

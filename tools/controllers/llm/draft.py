"""`suggested`: the rule-based plan of a request, as a suggestion in the prompt and for when no other plan can be run."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ....graph.paper import write_task
from ....graph.resource import Resource
from ....graph.result import BY_RULES, Proposal, Request
from ....graph.task import Single, Task
from ..rules.controller import propose
from .phrases import phrases_for

MAX_CHARACTERS = 800
"""Of a plan that is suggested: a longer one, or one with a long text in it, would take more of the prompt than it helps."""


MAX_REASON = 300
"""Characters of what was wrong with the model's last draft."""


class Suggestion(NamedTuple):
    """The rule-based proposal, and its tasks in the paper's JSON with the names of files that the prompt lists."""

    proposal: Proposal
    tasks: tuple[dict[str, Any], ...]

    @property
    def is_simple(self) -> bool:
        """Whether the rules understand the whole request as one task."""
        return len(self.proposal.plan.tasks) == 1 and not self.proposal.refusals

    @property
    def types(self) -> list[str]:
        """The types of its tasks."""
        return [task.type for task in self.proposal.plan.tasks]


def suggested(request: Request, files: Mapping[str, Resource]) -> Suggestion:
    """Planned by rules in milliseconds. `files`: by the names that the prompt lists."""
    proposal = propose(request)
    names = {(resource.name, resource.sha256): name for name, resource in files.items()}

    def named(single: Single) -> Single:
        return names.get((single.name, single.sha256), single.label) if isinstance(single, Resource) else single

    tasks = tuple(_short(task.with_inputs(lambda _, single: named(single))) for task in proposal.plan.tasks)
    return Suggestion(proposal, tasks if len(json.dumps(tasks)) <= MAX_CHARACTERS else ())


def instead_of_drafts(proposal: Proposal, model: str, problems: Iterable[str], request: Request) -> Proposal | None:
    """The rule-based proposal where no draft of the model can be run; its first refusal says so. None if it is empty."""
    if not proposal.plan.tasks:
        return None
    why = phrases_for(request.text)["by_rules"].format(model=model, why="; ".join(problems)[:MAX_REASON])
    made = {"refusals": (why, *proposal.refusals), "repairs": (*proposal.repairs, BY_RULES)}
    return proposal.model_copy(update=made)


def _short(task: Task) -> dict[str, Any]:
    """Without a goal, and under the names of inputs that the prompt lists."""
    entry = write_task(task)
    args = dict(zip(task.inputs, entry["args"].values(), strict=True)) | entry.get("parameters", {})
    return {"task": entry["task"], "id": entry["id"], "dep": entry["dep"], "args": args}

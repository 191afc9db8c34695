"""`trial`, for `doctor`: a chat model plans two tasks, of which one needs what the other makes."""

from typing import NamedTuple

from ....graph.result import Request
from .controller import LlmController

_REQUEST = Request(text="Translate 'good morning' into French, then say the translation aloud.")
_PLAN = [("translation", ()), ("text-to-speech", ("translation",))]
"""(task type, types of the tasks that it needs)."""


class Trial(NamedTuple):
    """Whether the plan is right, and a sentence on it."""

    ok: bool
    what: str


async def trial(controller: LlmController) -> Trial:
    """A plan by this model, which shows more than a greeting. Raises `ControllerError`."""
    proposal = await controller.plan(_REQUEST)
    if proposal.refusals:  # among them that no draft could be run, and the rules planned
        return Trial(False, f"does not plan two tasks: {proposal.refusals[0]}; choose a stronger model")
    plan = proposal.plan
    planned = [(task.type, tuple(plan.by_id[number].type for number in task.depends_on)) for task in plan.tasks]
    if planned == _PLAN:
        reports = [repair for repair in proposal.repairs if "ignored" in repair or "sent back" in repair]
        return Trial(True, "; ".join(["plans two linked tasks", *dict.fromkeys(reports)]))
    made = ", ".join(task for task, _ in planned) or "nothing"
    return Trial(False, f"plans {made} in place of translation, then text-to-speech: choose a stronger model")

"""`Verdict`: a reply to the question whether a plan may run; `question_of`: that question, in the forms clients know.

Read are `True` and `False`, words ("yes", "reject"), `{"approve": ..., "plan": ...}`, agent-inbox's replies (accept, ignore,
response, edit) and the decisions of LangChain's human-in-the-loop middleware (approve, edit, reject).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..graph.estimate import Estimate
from ..graph.plan import Plan

ACTION = "run_plan"
"""The name of what is to be approved, for clients that show tool calls."""
QUESTION = "run this plan?"
_YES = frozenset("yes y ok okay approve approved accept accepted run go true 1 ja oui si sí sim да 是 はい 네".split())
_NO = frozenset(
    "no n reject rejected refuse refused ignore deny denied stop cancel false 0 nein non não нет 否".split()
)
FORMS = "true, false, 'yes', 'no', or {\"approve\": true, \"plan\": [...]}"

RESPONSE_SCHEMA: Mapping[str, Any] = {
    "title": "Reply",
    "anyOf": [
        {"type": "boolean", "title": "Run the plan, or not"},
        {"type": "string", "examples": ["yes", "no"]},
        {
            "type": "object",
            "properties": {
                "approve": {"type": "boolean"},
                "plan": {
                    "type": "array",
                    "items": {"type": "object"},
                    "description": "another plan, in the paper's JSON",
                },
            },
            "required": ["approve"],
        },
    ],
}
"""JSON Schema of a reply."""


class Verdict(NamedTuple):
    """A reply that was understood."""

    approve: bool
    plan: Any = None
    """Another plan to run, in the paper's JSON; None for the one that was shown."""
    reason: str = ""
    """Why the plan was refused, in the words of the reply."""


class Unreadable(ValueError):
    """A reply that is neither approval nor refusal; its text is a sentence to the user."""


def question_of(plan: Plan, estimate: Estimate, warnings: Sequence[str], problems: Sequence[str]) -> dict[str, Any]:
    """The value of the interrupt: ours, agent-inbox's and LangChain's keys side by side."""
    tasks = plan.to_hugginggpt()
    lines = "\n".join((QUESTION, f"Estimate: {estimate}.", *problems, *warnings))
    return {
        "question": QUESTION,
        "plan": tasks,
        "estimate": estimate.model_dump(mode="json"),
        "warnings": list(warnings),
        "problems": list(problems),
        "response_schema": RESPONSE_SCHEMA,
        "action_request": {"action": ACTION, "args": {"plan": tasks}},
        "config": dict.fromkeys(("allow_accept", "allow_edit", "allow_ignore", "allow_respond"), True),
        "description": lines,
        "action_requests": [{"name": ACTION, "args": {"plan": tasks}, "description": lines}],
        "review_configs": [{"action_name": ACTION, "allowed_decisions": ["approve", "edit", "reject"]}],
    }


def read_verdict(reply: Any) -> Verdict:
    """Raises `Unreadable`."""
    if isinstance(reply, bool):
        return Verdict(reply)
    if isinstance(reply, str):
        return _of_words(reply)
    if isinstance(reply, list | tuple) and len(reply) == 1:
        return read_verdict(reply[0])
    if not isinstance(reply, Mapping):
        raise _unreadable(reply)
    if isinstance(decisions := reply.get("decisions"), list):
        return read_verdict(decisions)
    if "type" in reply:
        return _of_type(reply)
    if "approve" in reply:
        approve, plan = read_verdict(reply["approve"]).approve, reply.get("plan")
        return Verdict(approve, _as_plan(plan) if approve else None, _text(reply.get("message") or reply.get("reason")))
    if "plan" in reply:
        return Verdict(True, _as_plan(reply["plan"]))
    raise _unreadable(reply)


def _of_words(reply: str) -> Verdict:
    words = reply.strip()
    if words[:1] in ("{", "["):
        try:
            return read_verdict(json.loads(words))
        except (ValueError, RecursionError) as error:
            raise error if isinstance(error, Unreadable) else _unreadable(reply) from None
    plain = words.casefold().strip(" .!\"'")
    if plain in _YES or plain in _NO:
        return Verdict(plain in _YES)
    raise _unreadable(reply)


def _of_type(reply: Mapping[str, Any]) -> Verdict:
    args = reply.get("args")
    match reply["type"]:
        case "accept" | "approve":
            return Verdict(True)
        case "ignore" | "reject":
            return Verdict(False, reason=_text(reply.get("message") or args))
        case "response" | "respond":
            return read_verdict(args if args is not None else reply.get("message"))
        case "edit":
            action = reply.get("edited_action") or args
            inner = action.get("args", action) if isinstance(action, Mapping) else action
            plan = inner.get("plan") if isinstance(inner, Mapping) else inner
            if plan is None:
                raise Unreadable(f"the reply is an edit and names no plan; give {FORMS}")
            return Verdict(True, _as_plan(plan))
    raise _unreadable(reply)


def _as_plan(plan: Any) -> Any:
    """A plan that a form gives as text is JSON."""
    if not isinstance(plan, str):
        return plan
    try:
        return json.loads(plan)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the plan in the reply is not JSON ({error}); nothing was run") from None


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _unreadable(reply: Any) -> Unreadable:
    text = repr(reply)
    shown = text if len(text) <= 80 else f"{text[:80]}..."
    return Unreadable(f"the reply {shown} is neither approval nor refusal; give {FORMS}")

"""`edited_fields`: what a client changed in a state beside plan and results: limits, and fields that can't be edited.

A state may be older than the run's row (a limit that `resume` raised, a step back in time). So a field counts as edited
where it differs from the checkpoint before the edits, and from what is recorded.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
from pydantic import ValidationError

from ..graph.errors import InvalidPlan
from ..graph.options import CHANGEABLE
from ..graph.result import Run
from ..graph.state import Json

EDITED = {"update", "fork"}
"""Sources of checkpoints that a client has written."""
_READ_ELSEWHERE = {"run_id", "version", "thread_id", "options", "plan", "results", "epoch"}
"""Fields of a run that `take_up` and `read_edits` check."""
_WHY = {
    "request": "make a new request in this conversation",
    "files": "make a new request in this conversation",
    "options": "edit those of `run`",
    "given_plan": "edit `plan`",
    "answer": "it is written from the results: edit those",
    "problems": "they are found in edits",
    "messages": "a request that is added by hand is not answered; make it as the input of a run in this conversation",
}
_DERIVED = "it is what was recorded"


class EditedFields(NamedTuple):
    """Changes by hand."""

    limits: Mapping[str, Any] = {}
    """Of the run's options, by name."""
    refused: tuple[str, ...] = ()
    """Fields that can't be edited, a sentence each."""


async def before_edits(saver: BaseCheckpointSaver[Any], saved: CheckpointTuple) -> CheckpointTuple | None:
    """The newest checkpoint before those that a client wrote; None where there is none."""
    found: CheckpointTuple | None = saved
    while found and found.metadata.get("source") in EDITED:
        found = await saver.aget_tuple(found.parent_config) if found.parent_config else None
    return found


def edited_fields(state: Json, before: CheckpointTuple | None, recorded: Run | None) -> EditedFields:
    """`before`: the checkpoint before the edits."""
    old = before.checkpoint["channel_values"] if before else {}
    if recorded is None or not isinstance(old.get("run"), Mapping) or not isinstance(state.get("run"), Mapping):
        return EditedFields()
    refused = [
        _refusal(name) for name in ("request", "files", "options", "given_plan", "answer", "problems")
        if state.get(name) and state.get(name) != old.get(name) and state.get(name) != getattr(recorded, name, None)
    ]  # fmt: skip
    refused += [_refusal("messages")] if _added_request(state, old) else []
    try:
        then, now = Run.model_validate(old["run"]), Run.model_validate(state["run"])
    except (ValidationError, InvalidPlan):
        return EditedFields(refused=tuple(refused))  # `read_edits` names what is wrong

    def changed(name: str) -> bool:
        return _comparable(now, name) not in (_comparable(then, name), _comparable(recorded, name))

    refused += [_refusal(name, "run.") for name in Run.model_fields if name not in _READ_ELSEWHERE and changed(name)]
    limits = {
        name: getattr(now.options, name)
        for name in sorted(CHANGEABLE)
        if getattr(now.options, name) not in (getattr(then.options, name), getattr(recorded.options, name))
    }
    return EditedFields(limits, tuple(refused))


def _added_request(state: Json, old: Mapping[str, Any]) -> bool:
    """Whether the newest message is a request that was not there before."""
    last = next(reversed(state.get("messages") or []), None)
    same_run = state["run"].get("run_id") == old["run"].get("run_id")
    return same_run and getattr(last, "type", "") == "human" and last not in (old.get("messages") or [])


def _comparable(run: Run, name: str) -> Any:
    """The value of a field; the files of a request stand in another order in its row."""
    files = {file.sha256 or file.name for file in run.request.files}
    return (run.request.text, files) if name == "request" else getattr(run, name)


def _refusal(name: str, within: str = "") -> str:
    return f"{within}{name} can't be edited: {_WHY.get(name, _DERIVED)}"

"""`list_result`: the result of a list from those of its members; `made_without`: a result that lacks some members."""

from collections.abc import Sequence
from typing import Any

from ..graph.clock import now
from ..graph.expert import Assignment
from ..graph.member import Member
from ..graph.result import Outputs, Result, TaskStatus
from ..graph.task import Task
from .lists import Given

NAMED = 5
"""Missing members that are named in the error of their list; its `members` name all of them."""


def result_of(task: Task, key: str, status: TaskStatus, **fields: Any) -> Result:
    """A result of a task under a ledger key."""
    return Result(task_id=task.id, key=key, task_type=task.type, status=status, **fields)


def gathered(
    task: Task, key: str, status: TaskStatus, done: Sequence[Result], *, began: float, **fields: Any
) -> Result:
    """A result from those of several calls. `began`: seconds since the epoch."""
    return result_of(
        task, key, status, input_fault=status == "failed" and all(row.ok or row.input_fault for row in done),
        started_at=began, duration=now() - began, attempts=max(row.attempts for row in done),
        inputs=tuple(sha for row in done for sha in row.inputs),
        notes=tuple(dict.fromkeys(note for row in done for note in row.notes)), **fields,
    )  # fmt: skip


def list_result(task: Task, assignment: Assignment, done: Sequence[Result], *, began: float) -> Result:
    """The result of a list from the rows of all its members: partial where some are missing."""
    names = {name for row in done for name in row.outputs}
    outputs: Outputs = {name: tuple(made for row in done for made in row.outputs.get(name, ())) for name in names}
    members = tuple(map(_member_of, done))
    missing = [member for member in members if member.error is not None]
    lacking = [member for row in done if row.ok for member in row.missing]
    own = {row.key for row in done}
    without = tuple(dict.fromkeys(member for member in lacking if member.key not in own))
    unread = tuple(dict.fromkeys(Member(key=task.key, error=m.error) for m in lacking if m.key in own))
    failed, needed = [m for m in missing if not m.cause], [m for m in missing if m.cause]
    errors = [failures(failed, f"{len(failed)} of {len(done)} failed")] if failed else []
    errors += [failures(needed, f"{len(needed)} of {len(done)} missing")] if needed else []
    errors += [failures(without, "made without")] if without else []
    errors += [member.error or "" for member in unread]
    return gathered(
        task, task.key, _status(done), done, began=began, outputs=outputs, assignment=assignment,
        members=(*members, *without, *unread), error="; ".join(errors) or None,
    )  # fmt: skip


def _status(done: Sequence[Result]) -> TaskStatus:
    statuses = {row.status for row in done}
    if statuses == {"succeeded"}:
        return "succeeded"
    if statuses & {"succeeded", "partial"}:
        return "partial"
    return "failed" if "failed" in statuses else "skipped"


def made_without(made: Result, given: Given) -> Result:
    """The result of a call, under the name of what it was made from; partial where that lacks members of a list."""
    named = made.model_copy(update={"name": given.name})
    if not (given.missing and made.ok):
        return named
    error = failures(given.missing, "made without")
    return named.model_copy(
        update={
            "status": "partial",
            "members": (*made.members, *given.missing),
            "error": "; ".join(filter(None, (made.error, error))),
        }
    )


def read_in_part(made: Result, gaps: Sequence[str]) -> Result:
    """The result of a call; partial where a part of its input could not be read. `gaps`: what, a sentence each."""
    if not gaps:
        return made
    members = tuple(Member(key=made.key, error=gap) for gap in gaps)
    return made.model_copy(update={"status": "partial", "members": members, "error": "; ".join(gaps)})


def not_made(task: Task, key: str, missing: Sequence[Member], name: str = "") -> Result:
    """The result of a call that can't be made: failed because of its own input, or skipped because of earlier failures."""
    fault = next((member for member in missing if member.key.startswith(f"{task.key}[")), None)
    if fault:
        return result_of(task, key, "failed", error=fault.error, input_fault=True, name=name)
    named = ", ".join(f"{member.name} ({member.key})" if member.name else member.key for member in missing[:NAMED])
    more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
    why = f"needs {named}{more}, which failed"
    return result_of(task, key, "skipped", error=why, name=name, members=tuple(missing))


def failures(missing: Sequence[Member], what: str) -> str:
    """`3 of 50 failed: b.png: it is damaged; ...`; the first few are named."""
    named = "; ".join(f"{_origin(member)}: {member.error}" for member in missing[:NAMED])
    more = f"; and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
    return f"{what}: {named}{more}"


def _origin(member: Member) -> str:
    return f"{member.label} ({member.cause})" if member.cause and member.name else member.cause or member.label


def _member_of(row: Result) -> Member:
    if row.ok:
        return Member(key=row.key, name=row.name)
    cause = row.missing[0] if row.missing else None
    if cause is None:
        return Member(key=row.key, name=row.name, error=row.error or "the reason is not recorded")
    return Member(key=row.key, name=row.name or cause.name, error=cause.error, cause=cause.key)


def few(sentences: Sequence[str]) -> tuple[str, ...]:
    """The first of many sentences about the parts of a whole, and how many are left out; each part keeps its own."""
    more = len(sentences) - NAMED
    return tuple(sentences) if more <= 1 else (*sentences[:NAMED], f"and {more} more parts, of which the same is said")

"""`lineage_of`: from what a piece of data was made, back to the user's files, and what was made from it, in any run."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from ..graph.errors import InvalidPlan, UnknownRun
from ..graph.plan import Plan
from ..graph.resource import Frozen
from ..graph.result import Result
from ..graph.task import Ref, Task, Template, refs_in, singles_in
from .row_connection import RowConnection
from .rows import read_row

DEEPEST = 100
"""Steps of a lineage that are followed."""


class Step(Frozen):
    """A piece of data, with the call that made it and the data that went into that."""

    sha256: str
    label: str = ""
    """Its name where the user gave it, else its kind and the beginning of its text."""
    origin: Literal["given", "made", "edited by hand", "not recorded"] = "not recorded"
    run_id: str = ""
    key: str = ""
    task_type: str = ""
    model_id: str = ""
    revision: str = ""
    parameters: dict[str, Any] = {}
    also_in: tuple[str, ...] = ()
    """Later runs that have taken it over."""
    steps: tuple["Step", ...] = ()
    """Back: what it was made from. Forward: what was made from it."""


class Lineage(Frozen):
    """Both directions from one piece of data."""

    back: Step
    forward: tuple[Step, ...]


def lineage_of(db: RowConnection, name: str) -> Lineage:
    """`name`: a hash, or the beginning of one. Raises `UnknownRun` where no data, or several, have it."""
    query = "SELECT DISTINCT sha256 FROM resources WHERE substr(sha256, 1, length(?1)) = ?1 LIMIT 6"
    found = [sha256 for (sha256,) in db.execute(query, [name]).fetchall()]
    if not found:
        raise UnknownRun(f"no run was given or made {name}", hint="name a file, or the hash that `show` prints")
    if len(found) > 1 and name not in found:
        raise UnknownRun(f"{name} may be any of {', '.join(found[:5])}", hint="write more of it")
    sha256 = name if name in found else found[0]
    return Lineage(back=_back(db, sha256, frozenset()), forward=_forward(db, sha256, frozenset()))


class _Call(NamedTuple):
    run_id: str
    epoch: str
    row: Result


def _back(db: RowConnection, sha256: str, above: frozenset[str], before: _Call | None = None) -> Step:
    """`before`: a call that was given the data and made the same; what comes back is what made it for that call."""
    makers = _calls(db, sha256, "outputs")
    makers = makers[: makers.index(before)] if before else makers
    if not makers:
        query = "SELECT run_id, name, media_type FROM resources WHERE sha256 = ? AND key IS NULL ORDER BY id LIMIT 1"
        if given := db.execute(query, [sha256]).fetchone():
            return Step(sha256=sha256, label=given[1] or given[2], origin="given", run_id=given[0])
        return Step(sha256=sha256, label="words of a request or plan")
    same = [each for each in makers if each.epoch == makers[0].epoch and sha256 in each.row.inputs]
    deeper, first = above | {sha256}, (same or makers)[-1 if same else 0]
    written = _written_from(db, first)
    sources = [] if first.row.edited else written or [each for each in first.row.inputs if each]
    steps = tuple(
        _back(db, each, deeper, first if each == sha256 else None)
        for each in dict.fromkeys(sources)
        if (each == sha256 or each not in above) and len(deeper) < DEEPEST
    )
    makers = [first, *(each for each in makers if each != first)]
    return _step(db, sha256, makers).model_copy(update={"steps": steps})


def _forward(db: RowConnection, sha256: str, above: frozenset[str]) -> tuple[Step, ...]:
    deeper = above | {sha256}
    users = _calls(db, sha256, "inputs")
    for maker in _calls(db, sha256, "outputs"):
        users += _writing_with(db, maker)
    made = dict[tuple[str, str], list[_Call]]()
    for call in (call for call in users if not call.row.edited):
        for resource in call.row.resources:
            if resource.sha256 and resource.sha256 not in above:
                # a call that made what it was given is a step of its own; what was made from that is beside it
                of_call = call.row.key if resource.sha256 == sha256 else ""
                made.setdefault((resource.sha256, of_call), []).append(call)
    if len(deeper) >= DEEPEST:
        return ()
    return tuple(
        _step(db, each, makers).model_copy(update={"steps": () if of_call else _forward(db, each, deeper)})
        for (each, of_call), makers in made.items()
    )


def _calls(db: RowConnection, sha256: str, part: Literal["inputs", "outputs"]) -> list[_Call]:
    """The calls that read or made the data, oldest first; of lists their members, where these are recorded."""
    query = "SELECT run_id, epoch, key, result FROM tasks WHERE instr(result, ?) ORDER BY started_at, rowid"
    rows = [_Call(run_id, epoch, _row(text, key)) for run_id, epoch, key, text in db.execute(query, [sha256])]
    found = [
        call
        for call in rows
        if call.row.ok
        and sha256 in (call.row.inputs if part == "inputs" else [each.sha256 for each in call.row.resources])
    ]
    members = {(call.epoch, call.row.task_id) for call in found if "[" in call.row.key}
    return [call for call in found if "[" in call.row.key or (call.epoch, call.row.task_id) not in members]


def _written_from(db: RowConnection, call: _Call) -> list[str]:
    """Hashes of what was written into the sentences that a call was given: the sentences have hashes of their own."""
    task = _task(db, call)
    found = list[str]()
    for ref in task.refs if task and _templates(task) else ():
        query = "SELECT result FROM tasks WHERE epoch = ? AND key = ?"
        row = db.execute(query, [call.epoch, str(ref.task_id)]).fetchone()
        made = _row(row[0], str(ref.task_id)).outputs.get(ref.output, ()) if row else ()
        found += [resource.sha256 for resource in made if resource.sha256]
    return found


def _writing_with(db: RowConnection, maker: _Call) -> list[_Call]:
    """The calls of the same run that were given a sentence with what `maker` made."""
    found = list[_Call]()
    for task in _plan(db, maker.run_id).tasks:
        if maker.row.task_id in {ref.task_id for ref in _templates(task)}:
            query = "SELECT key, result FROM tasks WHERE epoch = ? AND key = ?"
            rows = db.execute(query, [maker.epoch, task.key])
            found += [_Call(maker.run_id, maker.epoch, _row(text, key)) for key, text in rows]
    return found


def _templates(task: Task) -> list[Ref]:
    """The references within sentences."""
    singles = (single for value in task.inputs.values() for single in singles_in(value))
    return [ref for single in singles if isinstance(single, Template) for ref in refs_in(single)]


def _plan(db: RowConnection, run_id: str) -> Plan:
    found = db.execute("SELECT plan FROM runs WHERE run_id = ?", [run_id]).fetchone()
    try:
        return Plan.model_validate_json(found[0]) if found and found[0] else Plan()
    except (ValueError, InvalidPlan):  # of another version
        return Plan()


def _task(db: RowConnection, call: _Call) -> Task | None:
    return _plan(db, call.run_id).by_id.get(call.row.task_id)


def _row(text: str, key: str) -> Result:
    return read_row(Result, text, f"task {key}")


def _step(db: RowConnection, sha256: str, makers: Sequence[_Call]) -> Step:
    """The call that made the data first; others are copies of its row, or calls that made the same."""
    first, *others = makers
    row, task = first.row, _task(db, first)
    expert = row.assignment.expert if row.assignment else None
    made = next(each for each in row.resources if each.sha256 == sha256)
    words = " ".join((made.text or "").split())
    return Step(
        sha256=sha256,
        label=f"{made.kind} {words[:60] if words else sha256[:8]}",
        origin="edited by hand" if row.edited else "made",
        run_id=first.run_id,
        key=row.key,
        task_type=row.task_type,
        model_id=expert.model_id if expert else "",
        revision=expert.revision if expert else "",
        parameters=dict(task.parameters) if task else {},
        also_in=tuple(dict.fromkeys(call.run_id for call in others if call.run_id != first.run_id)),
    )

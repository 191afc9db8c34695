"""`checkpoints_of`: the checkpoints of a thread, each with the run that it belongs to.

A checkpoint between the arrival of a request and its plan still has the state of the turn before; it belongs to the run
that is planned from it.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from langgraph.checkpoint.serde.types import _DeltaSnapshot

from ..graph.state import run_id_of
from .row_connection import RowConnection
from .serializer import strict_serializer
from .state_parts import PartsSerializer
from .state_rows import states_of

_BEFORE_THE_PLAN = {"__start__", "branch:to:plan"}
"""Channels that have a value until `plan` has run."""


class OwnedCheckpoint(NamedTuple):
    """One checkpoint of a thread."""

    namespace: str
    checkpoint_id: str
    run_id: str | None
    """The run that it belongs to; None where it is another graph's, or no run was recorded."""
    shown: str | None
    """The run in its state."""
    newest: bool
    """The newest of its namespace."""
    is_other_graphs: bool


def checkpoints_of(db: RowConnection, thread_id: str) -> list[OwnedCheckpoint]:
    """The checkpoints of a thread in all namespaces, newest first in each."""
    known = {run_id for (run_id,) in db.execute("SELECT run_id FROM runs WHERE thread_id = ?", [thread_id])}
    serde = PartsSerializer(strict_serializer(), db)
    found, planned_from = list[OwnedCheckpoint](), dict[tuple[str, str], str]()
    for state in sorted(states_of(db, thread_id), key=lambda state: state.namespace):  # newest first within each
        namespace, checkpoint_id, parent = state.namespace, state.checkpoint_id, state.parent
        values = serde.loads_typed((state.kind, state.state)).get("channel_values") or {}
        run_id = shown = _run_in(values)
        if first := bool(_BEFORE_THE_PLAN & values.keys()):
            run_id = planned_from.get((namespace, checkpoint_id)) or _run_in(values.get("__start__"))
            if run_id is None and (derived := run_id_of(thread_id, namespace, checkpoint_id)) in known:
                run_id = derived
        if run_id and parent:
            planned_from[namespace, parent] = run_id
        newest = not found or found[-1].namespace != namespace
        found.append(OwnedCheckpoint(namespace, checkpoint_id, run_id, shown, newest, not first and shown is None))
    return found


def plain_channels(db: RowConnection, thread_id: str, namespace: str) -> set[str]:
    """The channels of which a checkpoint of the namespace has the whole value, and none saved differences only."""
    serde, plain, partial = PartsSerializer(strict_serializer(), db), set[str](), set[str]()
    for state in states_of(db, thread_id, namespace):
        for channel, value in (serde.loads_typed((state.kind, state.state)).get("channel_values") or {}).items():
            (partial if isinstance(value, _DeltaSnapshot) else plain).add(channel)
    return plain - partial


def _run_in(values: Any) -> str | None:
    """The run id in a state of the root graph or of a task's sub-graph."""
    run = values.get("run") if isinstance(values, Mapping) else None
    run_id = run.get("run_id") if isinstance(run, Mapping) else None
    return run_id if isinstance(run_id, str) else None

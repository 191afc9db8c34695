"""`States`: what LangGraph's saver interface says, on the rows of one connection, within a job of the database thread."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    get_checkpoint_id,
    get_checkpoint_metadata,
    writes_sort_key,
)
from langgraph.checkpoint.serde.base import SerializerProtocol

from .compression import damaged
from .row_connection import RowConnection
from .state_parts import PartsSerializer
from .state_rows import SavedState, SavedWrite, save_state, save_writes, states_of, writes_of


class States:
    """Checkpoints of one database."""

    def __init__(self, db: RowConnection, serde: SerializerProtocol, once: Collection[str] = ()) -> None:
        """`once`: channels that need one write a super-step: the writes of further tasks are not read."""
        self._db = db
        self._serde = PartsSerializer(serde, db)
        self._once = once

    def put(self, config: RunnableConfig, checkpoint: Checkpoint, metadata: CheckpointMetadata) -> RunnableConfig:
        """Save a checkpoint after the one that `config` names."""
        named = config["configurable"]
        text = json.dumps(get_checkpoint_metadata(config, metadata), ensure_ascii=False)
        (text,) = self._db.redact([text.encode("utf-8", "ignore").decode()])
        where = str(named["thread_id"]), str(named["checkpoint_ns"])
        kind, state = self._serde.dumps_checkpoint(*where, checkpoint)
        save_state(self._db, SavedState(*where, checkpoint["id"], named.get("checkpoint_id"), kind, state, text))
        return _config(named["thread_id"], named["checkpoint_ns"], checkpoint["id"])

    def put_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Save what a task wrote after a checkpoint. Only errors, questions and their answers replace earlier ones."""
        named = config["configurable"]
        saved = [
            SavedWrite(
                task_id, task_path, WRITES_IDX_MAP.get(channel, number), channel, *self._serde.dumps_typed(value)
            )
            for number, (channel, value) in enumerate(writes)
        ]
        where = str(named["thread_id"]), str(named["checkpoint_ns"]), str(named["checkpoint_id"])
        save_writes(self._db, *where, saved, replace=all(channel in WRITES_IDX_MAP for channel, _ in writes))

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The checkpoint that `config` names, or the newest of its namespace."""
        named = config["configurable"]
        where = str(named["thread_id"]), named.get("checkpoint_ns", ""), get_checkpoint_id(config)
        state = next(states_of(self._db, *where), None)
        return self._tuple(state) if state else None

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        """The checkpoints of a thread, of one of its namespaces, or of all, newest first."""
        named = config["configurable"] if config else {}
        thread_id = str(named["thread_id"]) if "thread_id" in named else None
        where = thread_id, named.get("checkpoint_ns"), get_checkpoint_id(config) if config else None
        left = limit
        for state in states_of(self._db, *where, before=get_checkpoint_id(before) if before else None):
            if left is not None and left <= 0:
                return
            if not filter or _has(json.loads(state.metadata), filter):
                yield self._tuple(state)
                left = None if left is None else left - 1

    def _tuple(self, state: SavedState) -> CheckpointTuple:
        where = state.thread_id, state.namespace, state.checkpoint_id
        found = sorted(writes_of(self._db, *where), key=lambda w: writes_sort_key(w.task_path, w.task_id, w.number))
        writes = list(_without_repeats(found, self._once)) if self._once else found
        try:
            saved, *values = self._serde.loads_all(
                [(state.kind, state.state), *((write.kind, write.value) for write in writes)]
            )
            metadata = json.loads(state.metadata)
        except (ValueError, TypeError, LookupError, NotImplementedError) as error:  # of the readers of damaged bytes
            raise damaged() from error
        return CheckpointTuple(
            _config(*where),
            saved,
            cast(CheckpointMetadata, metadata),
            _config(*where[:2], state.parent) if state.parent else None,
            [(write.task_id, write.channel, value) for write, value in zip(writes, values, strict=True)],
        )


def _without_repeats(writes: Sequence[SavedWrite], once: Collection[str]) -> Iterator[SavedWrite]:
    """Without what other tasks write to these channels too; those of a task with an error or a question are all kept."""
    special = {write.task_id for write in writes if write.channel in WRITES_IDX_MAP}
    seen = set[str]()
    for write in writes:
        if write.channel in once and write.task_id not in special:
            if write.channel in seen:
                continue
            seen.add(write.channel)
        yield write


def _config(thread_id: str, namespace: str, checkpoint_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread_id, "checkpoint_ns": namespace, "checkpoint_id": checkpoint_id}}


def _has(metadata: Any, filter: Mapping[str, Any]) -> bool:
    """Whether the metadata have all these values; a name with dots is a path. A value of None is that of no value."""
    return all(_within(metadata, name.split(".")) == value for name, value in filter.items())


def _within(value: Any, path: Sequence[str]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value

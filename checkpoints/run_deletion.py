"""Deletes conversations, runs, and what LangGraph's server deletes: `delete_threads`, `delete_runs`, `delete_for_runs`, ...

Each works inside a `Deletion`: rows follow the checkpoints, and checkpoints the rows.
"""

import json
from collections.abc import Collection, Iterable

from ..graph.errors import UsageError
from .deletion import Deletion, refuse_living
from .state_rows import newest_of, states_of, writes_of, written_after
from .turns import OwnedCheckpoint, checkpoints_of, plain_channels


def delete_threads(deletion: Deletion, thread_ids: Collection[str]) -> None:
    """Delete conversations with all that belongs to them. Raises `RunBusy`."""
    refuse_living(deletion.db, thread_ids)
    for thread_id in thread_ids:
        deletion.thread(thread_id)


def delete_runs(deletion: Deletion, run_ids: Collection[str]) -> None:
    """Delete runs; the other runs of their conversations stay as they are. Raises `RunBusy`."""
    query = "SELECT DISTINCT thread_id FROM runs WHERE run_id IN (SELECT value FROM json_each(?))"
    threads = [thread_id for (thread_id,) in deletion.db.execute(query, [json.dumps(list(run_ids))]).fetchall()]
    refuse_living(deletion.db, threads)
    for thread_id in threads:
        query = "SELECT run_id FROM runs WHERE thread_id = ?"
        there = {run_id for (run_id,) in deletion.db.execute(query, [thread_id]).fetchall()}
        owned = checkpoints_of(deletion.db, thread_id)
        if there <= set(run_ids) and not any(each.is_other_graphs for each in owned):
            deletion.thread(thread_id)
            continue
        for each in owned:
            # the first checkpoints of the next run hold the results of this one until the next is planned
            outdated = each.shown in run_ids and each.shown != each.run_id and not each.newest
            if each.run_id in run_ids or outdated:
                deletion.checkpoint(thread_id, each.namespace, each.checkpoint_id)
        deletion.rows(sorted(there & set(run_ids)))


def delete_for_runs(deletion: Deletion, server_run_ids: Collection[str]) -> None:
    """Delete the checkpoints that runs of LangGraph's server made, and our runs that were planned in them.

    A run of ours that keeps a checkpoint (the deleted ones resumed it) is left as interrupted. Raises `RunBusy`.
    """
    rows = [
        (state.thread_id, state.namespace, state.checkpoint_id)
        for state in states_of(deletion.db)
        if json.loads(state.metadata).get("run_id") in server_run_ids
    ]
    threads = {thread_id for thread_id, _, _ in rows}
    refuse_living(deletion.db, threads)
    for thread_id in sorted(threads):
        gone = {(namespace, checkpoint_id) for thread, namespace, checkpoint_id in rows if thread == thread_id}
        owned = checkpoints_of(deletion.db, thread_id)
        deleted, left = _runs_of(owned, gone), _runs_of(owned, {each[:2] for each in owned} - gone)
        for namespace, checkpoint_id in sorted(gone):
            deletion.checkpoint(thread_id, namespace, checkpoint_id)
        deletion.rows(sorted(deleted - left))
        for run_id in deleted & left:
            query = "UPDATE runs SET status = 'interrupted' WHERE run_id = ? AND status = 'running'"
            deletion.db.execute(query, [run_id])


def _runs_of(owned: Iterable[OwnedCheckpoint], which: Collection[tuple[str, str]]) -> set[str]:
    return {each.run_id for each in owned if each.run_id and (each.namespace, each.checkpoint_id) in which}


def prune_threads(deletion: Deletion, thread_ids: Collection[str], strategy: str) -> None:
    """`delete` all of the threads; or `keep_latest`, the newest checkpoint of each namespace, and all rows of the runs."""
    if strategy == "delete":
        delete_threads(deletion, thread_ids)
        return
    if strategy != "keep_latest":
        raise UsageError(f"there is no strategy {strategy!r}", hint="it is keep_latest or delete")
    refuse_living(deletion.db, thread_ids)
    for thread_id in thread_ids:
        for namespace, newest in newest_of(deletion.db, thread_id):
            _keep_newest(deletion, thread_id, namespace, newest)


def _keep_newest(deletion: Deletion, thread_id: str, namespace: str, newest: str) -> None:
    """Also keeps the rest of a namespace where a channel may be one that saves differences (`DeltaChannel`)."""
    older = [at for of, at in written_after(deletion.db, thread_id) if of == namespace and at != newest]
    written = {write.channel for at in older for write in writes_of(deletion.db, thread_id, namespace, at)}
    plain = plain_channels(deletion.db, thread_id, namespace)
    if all(channel in plain or channel.startswith(("__", "branch:")) for channel in written):
        for state in list(states_of(deletion.db, thread_id, namespace)):
            if state.checkpoint_id != newest:
                deletion.checkpoint(thread_id, namespace, state.checkpoint_id)

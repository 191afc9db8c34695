"""`known_run`: the run of a name as its rows have it; in a home that lacks them, as its checkpoints have it."""

from typing import cast

from langgraph.checkpoint.base import BaseCheckpointSaver

from ..checkpoints.history import History
from ..graph.errors import UnknownRun
from ..graph.result import Run
from ..graph.state import State
from ..graph.world import World
from ..nodes.next_stages import asks, stages_left
from ..nodes.respond import complete
from .run_at import run_id_of


async def known_run(world: World, name: str | None) -> Run:
    """Writes nothing: what resumes or retries the run has its rows written again. Raises `UnknownRun`."""
    try:
        return await History(world.ledger).run(name)
    except UnknownRun:
        found = await _in_checkpoints(world, name) if name else None
        if found is None:
            raise
        return found


async def _in_checkpoints(world: World, name: str) -> Run | None:
    """The newest run of a conversation whose id begins so."""
    saver = cast("BaseCheckpointSaver[str]", world.graph.checkpointer)
    async for older in saver.alist(None):
        if not run_id_of(older).startswith(name):
            continue
        thread_id = older.config["configurable"]["thread_id"]
        saved = await saver.aget_tuple({"configurable": {"thread_id": thread_id}})
        if saved is None or run_id_of(saved) != run_id_of(older):
            return None  # another run came after it
        run = complete(cast(State, saved.checkpoint["channel_values"]))
        status = "waiting" if asks(saved) else "interrupted" if stages_left(saved) else run.status
        return run.model_copy(update={"status": status})
    return None

"""`kept_open`: the worlds that calls from Python share; each stays open until the process ends, or `close` is called."""

import atexit
import os
from threading import Lock
from typing import Any

from ..graph.settings import Settings, settings_given
from ..graph.world import World
from .own_files import OwnFiles
from .shared_world import Share, close_all, close_databases

_lock = Lock()
_kept: dict[Settings, Share] = {}
own_files = OwnFiles()
"""What runs of this process gave to their callers."""


def kept_open(settings: Settings) -> World:
    """The world of these settings; it stays open."""
    share = Share(settings)
    world = share.open()
    with _lock:
        if not _kept:
            atexit.register(close_databases)
        earlier, _kept[settings] = _kept.get(settings), share
    if earlier:
        earlier.close()
    return world


def close() -> None:
    """Close what calls of this module and unclosed tools keep open in this process: worker processes, databases."""
    with _lock:
        _kept.clear()
    close_all()


def _forget() -> None:
    """A forked child opens its own."""
    global _lock  # noqa: PLW0603  (a thread of the parent may have held it)
    _lock = Lock()
    _kept.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def settings_of_call(settings: Any, llm: str | None = None, where: Any = None) -> Settings:
    """The settings of a call. Raises `UsageError`."""
    return (settings_given(settings) or Settings.from_env()).with_given(llm=llm, where=where)

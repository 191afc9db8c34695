"""`Share`: a holder's part of a world that this process opens once, however many tools and calls use it.

Worlds of the same settings are one; those of one home share its database and slots. The last holder's `close` closes what
only it used. A world whose database was moved away is left to its holders, and the next one opens it anew.
"""

import os
from dataclasses import dataclass, field
from threading import Lock

from ..checkpoints.open import Storage
from ..graph.background import blocking
from ..graph.errors import UsageError
from ..graph.settings import Settings
from ..graph.world import World, assemble, slots_for
from ..tools.slots import SlotBoard

_lock = Lock()
_worlds: dict[Settings, "_Open"] = {}
_homes: dict[str, "_Home"] = {}


@dataclass
class _Home:
    """What the worlds of a home share."""

    storage: Storage
    holders: int = 0
    slots: dict[int, SlotBoard] = field(default_factory=dict)
    """By the number of worker processes, which is a capacity of theirs."""


@dataclass
class _Open:
    """An open world."""

    world: World
    home: _Home
    holders: int = 0
    process: int = field(default_factory=os.getpid)

    @property
    def is_here(self) -> bool:
        """Whether this process opened it. A forked child has neither the threads nor the workers of its parent."""
        return self.process == os.getpid()


class Share:
    """Opens nothing until `open` is called."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._held: _Open | None = None
        self._closed = False

    def open(self) -> World:
        """The world. Raises `UsageError` after `close`, `StorageError` when its database can't be opened. May block."""
        with _lock:
            if self._closed:
                raise UsageError("it was closed", hint="make another one")
            if self._held is None or not self._held.is_here:
                self._held = _taken(self.settings)
            return self._held.world

    def close(self) -> None:
        """Give the world back. Any number of times."""
        with _lock:
            held, self._held, self._closed = self._held, None, True
            if held is not None and held.is_here:
                _give_back(held)


def close_all() -> None:
    """Close every world of this process; holders that go on open theirs anew."""
    with _lock:
        for opened in list(_worlds.values()):
            opened.holders = 1
            _give_back(opened)


def close_databases() -> None:
    """At the end of the process, when workers have ended already: return leases, and leave whole files."""
    with _lock:
        for home in _homes.values():
            home.storage.close()
        _worlds.clear()
        _homes.clear()


def _taken(settings: Settings) -> _Open:
    opened = _worlds.get(settings)
    if opened is None or opened.home.storage.moved:
        opened = _worlds[settings] = _opened(settings)
    opened.holders += 1
    return opened


def _opened(settings: Settings) -> _Open:
    path = os.path.realpath(settings.home)
    home = _homes.get(path)
    if home is None or home.storage.moved:
        home = _homes[path] = _Home(Storage(settings.home))
    slots = home.slots.setdefault(settings.workers, slots_for(settings))
    saver = blocking(home.storage.checkpointer)
    home.holders += 1
    return _Open(assemble(settings, home.storage.ledger, slots, saver), home)


def _give_back(opened: _Open) -> None:
    opened.holders -= 1
    if opened.holders != 0:  # below zero: `close_all` closed it
        return
    for settings in [settings for settings, other in _worlds.items() if other is opened]:
        del _worlds[settings]
    home = opened.home
    home.holders -= 1
    try:
        for backend in opened.world.backends.values():
            blocking(backend.aclose)
    finally:
        if not home.holders:
            for path in [path for path, other in _homes.items() if other is home]:
                del _homes[path]
            home.storage.close()


def _forget() -> None:
    """A forked child has neither the threads nor a right to the connections."""
    global _lock  # noqa: PLW0603  (the parent may have held it)
    _lock = Lock()
    _worlds.clear()
    _homes.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)

"""Pulse: whether anybody answers at the user's servers, looked at a moment before they are chosen, and kept for a while."""

import socket
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future
from typing import NamedTuple
from urllib.parse import urlsplit

from ....graph.expert import Obstacle
from ...net.proxies import proxy_for
from .endpoints_file import Endpoint

PATIENCE = 2.0
"""Seconds in which a server must take a connection; how long it then thinks is for the call to see."""
KEPT_WELL = 30.0
"""Seconds for which a server that answered is not looked at again."""
KEPT_ILL = 5.0
"""The same for one that did not: it may have been started since."""


class _Look(NamedTuple):
    began: float
    trouble: "Future[Obstacle | None]"

    def fresh(self) -> bool:
        """Whether it still counts."""
        if not self.trouble.done():
            return True
        return time.monotonic() - self.began < (KEPT_ILL if self.trouble.result() else KEPT_WELL)


class Pulse:
    """Looks are taken side by side, each in a thread that holds up nothing. Usable from any thread.

    A look opens a connection and closes it: no request is sent, which might wake a machine that is paid by the hour. What a
    server says is for `doctor` and `models`, and what a call there gives for `doctor --live`.
    """

    def __init__(self) -> None:
        self._looks: dict[tuple[str, int], _Look] = {}
        self._lock = threading.Lock()

    def look(self, endpoints: Iterable[Endpoint]) -> None:
        """Begin to look at those that were not looked at lately."""
        for endpoint in endpoints:
            self._look(endpoint)

    def trouble(self, endpoint: Endpoint) -> Obstacle | None:
        """Why nobody can be asked there now, or None. Waits for the look, two seconds or little more."""
        try:
            return self._look(endpoint).trouble.result(PATIENCE + 1)
        except TimeoutError:  # its name is being looked up for long: the call will tell
            return None

    def _look(self, endpoint: Endpoint) -> _Look:
        place, proxied = _place(endpoint.url), proxy_for(endpoint.url) is not None
        with self._lock:
            kept = self._looks.get(place)
            if kept is None or not kept.fresh():
                kept = self._looks[place] = _Look(time.monotonic(), Future())
                work = threading.Thread(target=_fill, args=(kept.trouble, *place, proxied), name="pulse", daemon=True)
                work.start()
            return kept


def _place(url: str) -> tuple[str, int]:
    """Host and port."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _fill(outcome: "Future[Obstacle | None]", host: str, port: int, proxied: bool) -> None:
    """Where a proxy of the user's stands between, only it knows who answers."""
    try:
        outcome.set_result(None if proxied else _trouble(host, port))
    except Exception as error:  # a name that no address has
        outcome.set_result(Obstacle(what=f"{host}:{port} can't be called ({error})"))


def _trouble(host: str, port: int) -> Obstacle | None:
    try:
        with socket.create_connection((host, port), timeout=PATIENCE):
            return None
    except OSError as error:
        why = f"no connection within {PATIENCE:g} s" if isinstance(error, TimeoutError) else error.strerror or error
        remedy = "start it, or remove it (hugginggpt models --remove)"
        return Obstacle(what=f"nobody answers at {host}:{port} ({why})", remedy=remedy)

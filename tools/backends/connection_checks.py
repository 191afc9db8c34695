"""`ConnectionChecks`: whether a server accepts a connection, found out in a thread before one of its experts is chosen."""

import socket
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future
from typing import NamedTuple
from urllib.parse import urlsplit

from ...graph.expert import Obstacle
from ..net.addresses import without_secrets
from ..net.proxies import proxy_for

CONNECT_SECONDS = 2.0
"""In which a server must accept a connection; how long it then takes is for the call to find out."""
FRESH_SECONDS = 30.0
"""For which the result for a server that accepted a connection is reused."""
FRESH_SECONDS_DOWN = 5.0
"""The same for a server that did not: it may have started since."""


class _Check(NamedTuple):
    began: float
    result: "Future[str]"
    """Why no connection could be made; empty where one could."""

    def is_fresh(self) -> bool:
        if not self.result.done():
            return True
        return time.monotonic() - self.began < (FRESH_SECONDS_DOWN if self.result.result() else FRESH_SECONDS)


class ConnectionChecks:
    """Opens connections in threads, and closes them: a request might start a machine that is paid by the hour."""

    def __init__(self) -> None:
        self._checks: dict[tuple[str, int], _Check] = {}
        self._lock = threading.Lock()

    def start(self, urls: Iterable[str]) -> None:
        """Begin to check the servers that have no fresh result."""
        for url in urls:
            self._check(url)

    def obstacle(self, url: str, remedy: str) -> Obstacle | None:
        """Why a server can't be called now, or None. Waits for its check, two seconds or little more."""
        try:
            why = self._check(url).result.result(CONNECT_SECONDS + 1)
        except TimeoutError:  # its name takes long to resolve: the call will report it
            return None
        except ValueError as error:  # a port that does not exist
            return Obstacle(what=f"{without_secrets(url)} is no address ({error})", remedy=remedy)
        return Obstacle(what=why, remedy=remedy) if why else None

    def _check(self, url: str) -> _Check:
        parts, proxied = urlsplit(url), proxy_for(url) is not None
        address = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        with self._lock:
            check = self._checks.get(address)
            if check is None or not check.is_fresh():
                check = self._checks[address] = _Check(time.monotonic(), Future())
                arguments = (check.result, *address, proxied)
                threading.Thread(target=_run_check, args=arguments, name="connection-check", daemon=True).start()
            return check


def _run_check(outcome: "Future[str]", host: str, port: int, proxied: bool) -> None:
    """Behind a proxy of the user's, only the proxy can tell whether a server answers: the check passes."""
    try:
        outcome.set_result("" if proxied else _connect(host, port))
    except Exception as error:  # a name that no address has
        outcome.set_result(f"{host}:{port} can't be called ({error})")


def _connect(host: str, port: int) -> str:
    try:
        with socket.create_connection((host, port), timeout=CONNECT_SECONDS):
            return ""
    except OSError as error:
        slow = f"no connection within {CONNECT_SECONDS:g} s"
        why = slow if isinstance(error, TimeoutError) else error.strerror or error
        return f"no server answers at {host}:{port} ({why})"

"""Whether the user's servers answer: `ConnectionChecks` before one is chosen, `describe_health` for `doctor`."""

import socket
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from ....graph.advice import command
from ....graph.expert import Obstacle
from ...net.configured_transport import bounded_client
from ...net.daemon_threads import call_with_timeout
from ...net.http_errors import expert_errors
from ...net.proxies import proxy_for
from .endpoints_file import Endpoint, headers_for

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 2.0
"""In which a server must accept a connection; how long it then takes is for the call to find out."""
REQUEST_SECONDS = 10.0
FRESH_SECONDS = 30.0
"""For which the result for a server that accepted a connection is reused."""
FRESH_SECONDS_DOWN = 5.0
"""The same for a server that did not: it may have started since."""


class _Check(NamedTuple):
    began: float
    result: "Future[Obstacle | None]"

    def is_fresh(self) -> bool:
        if not self.result.done():
            return True
        return time.monotonic() - self.began < (FRESH_SECONDS_DOWN if self.result.result() else FRESH_SECONDS)


class ConnectionChecks:
    """Opens connections in threads, and closes them: a request might start a machine that is paid by the hour."""

    def __init__(self) -> None:
        self._checks: dict[tuple[str, int], _Check] = {}
        self._lock = threading.Lock()

    def start(self, endpoints: Iterable[Endpoint]) -> None:
        """Begin to check those that have no fresh result."""
        for endpoint in endpoints:
            self._check(endpoint)

    def obstacle(self, endpoint: Endpoint) -> Obstacle | None:
        """Why a server can't be called now, or None. Waits for its check, two seconds or little more."""
        try:
            return self._check(endpoint).result.result(CONNECT_SECONDS + 1)
        except TimeoutError:  # its name takes long to resolve: the call will report it
            return None

    def _check(self, endpoint: Endpoint) -> _Check:
        parts, proxied = urlsplit(endpoint.url), proxy_for(endpoint.url) is not None
        address = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        with self._lock:
            check = self._checks.get(address)
            if check is None or not check.is_fresh():
                check = self._checks[address] = _Check(time.monotonic(), Future())
                arguments = (check.result, *address, proxied)
                threading.Thread(target=_run_check, args=arguments, name="connection-check", daemon=True).start()
            return check


def describe_health(endpoint: Endpoint) -> str:
    """A sentence on the server's health. `ExpertError` for a refused key, or a server error but 501 (no such route)."""
    base = endpoint.url.rstrip("/")
    url = f"{base}/models" if endpoint.api == "openai" else f"{base}/health"
    with expert_errors(endpoint.name, REQUEST_SECONDS, key=endpoint.key_env or "its key"):
        response = call_with_timeout(_get, REQUEST_SECONDS, url, endpoint)
        if (response.status_code >= 500 and response.status_code != 501) or response.status_code in (401, 403):
            response.raise_for_status()
    milliseconds = f"{response.elapsed.total_seconds() * 1000:.0f} ms"
    if response.is_success:
        return f"answers {response.status_code} in {milliseconds}"
    status = response.status_code
    return f"reached in {milliseconds}, and reports no health ({status}): {command('doctor --live')} tries its task"


def _get(url: str, endpoint: Endpoint) -> "httpx.Response":
    with bounded_client(seconds=REQUEST_SECONDS, headers=headers_for(endpoint)) as http:
        return http.get(url)


def _run_check(outcome: "Future[Obstacle | None]", host: str, port: int, proxied: bool) -> None:
    """Behind a proxy of the user's, only the proxy can tell whether a server answers: the check passes."""
    try:
        outcome.set_result(None if proxied else _connect(host, port))
    except Exception as error:  # a name that no address has
        outcome.set_result(Obstacle(what=f"{host}:{port} can't be called ({error})"))


def _connect(host: str, port: int) -> Obstacle | None:
    try:
        with socket.create_connection((host, port), timeout=CONNECT_SECONDS):
            return None
    except OSError as error:
        slow = f"no connection within {CONNECT_SECONDS:g} s"
        why = slow if isinstance(error, TimeoutError) else error.strerror or error
        remedy = f"start it, or remove it: {command('models --remove')}"
        return Obstacle(what=f"no server answers at {host}:{port} ({why})", remedy=remedy)

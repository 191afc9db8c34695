"""`describe_health`: whether a server of the user's answers, for `doctor`."""

from typing import TYPE_CHECKING

from ....graph.advice import command
from ...net.configured_transport import bounded_client
from ...net.daemon_threads import call_with_timeout
from ...net.http_errors import expert_errors
from .endpoints_file import Endpoint, headers_for

if TYPE_CHECKING:
    import httpx

REQUEST_SECONDS = 10.0


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

"""Probing: which API a server speaks, which models it has, and whether it is well."""

from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import SecretStr

from ....graph.untrusted_json import read_untrusted_json
from ...net.addresses import without_secrets
from ...net.configured_transport import bounded_client
from ...net.daemon_threads import call_with_timeout
from ...net.http_errors import expert_errors
from .known import Api, Endpoint

if TYPE_CHECKING:
    import httpx

PATIENCE = 10.0
"""Seconds for one look."""


class Found(NamedTuple):
    """What a server tells of itself."""

    api: Api
    models: tuple[str, ...] = ()


def probe(url: str, key: SecretStr | None, *, patience: float = PATIENCE) -> Found:
    """Look for the routes that each kind of server has; what has none of them is taken to speak the task API.

    Raises `ExpertError` when nobody answers at all.
    """
    base = url.rstrip("/")
    with expert_errors(without_secrets(url), patience, key="the key of this server"):
        return call_with_timeout(_probe, patience, base, key)


def _probe(base: str, key: SecretStr | None) -> Found:
    with _client(key) as http:
        info = _json(http.get(f"{base}/info"))
        if isinstance(info, dict) and "model_type" in info:  # TEI tells embedding, classifier or reranker
            return Found("tei", (str(info.get("model_id", "")),))
        for path in (f"{base}/models", f"{base}/v1/models"):
            listed = _json(http.get(path))
            if isinstance(listed, dict) and isinstance(listed.get("data"), list):
                return Found("openai", tuple(str(row.get("id")) for row in listed["data"] if isinstance(row, dict)))
        if isinstance(info, dict) and "model_id" in info:  # TGI, which speaks OpenAI's API under /v1
            return Found("openai", (str(info["model_id"]),))
    return Found("tasks")


def health(endpoint: Endpoint) -> str:
    """In words how a server is: any answer but a server's error is taken as life. Raises `ExpertError` when it is not.

    Many a server has nothing but its task's route, to which a look is a missing page (404, 405) or method (501).
    """
    base = endpoint.url.rstrip("/")
    path = f"{base}/models" if endpoint.api == "openai" else f"{base}/health"
    with expert_errors(endpoint.name, PATIENCE, key=endpoint.key_env or "its key"):
        response = call_with_timeout(_look, PATIENCE, path, endpoint.key)
        if (response.status_code >= 500 and response.status_code != 501) or response.status_code in (401, 403):
            response.raise_for_status()
    milliseconds = f"{response.elapsed.total_seconds() * 1000:.0f} ms"
    if response.is_success:
        return f"answers {response.status_code} in {milliseconds}"
    told = f"reached in {milliseconds}, and tells nothing of its health ({response.status_code})"
    return f"{told}: doctor --live tries its task"


def _look(path: str, key: SecretStr | None) -> "httpx.Response":
    with _client(key) as http:
        return http.get(path)


def _client(key: SecretStr | None) -> "httpx.Client":
    headers = {"authorization": f"Bearer {key.get_secret_value()}"} if key else {}
    return bounded_client(seconds=PATIENCE, headers=headers)


def _json(response: "httpx.Response") -> Any:
    """The body of a good answer; None for any other."""
    try:
        return read_untrusted_json(response.content) if response.is_success else None
    except ValueError:
        return None

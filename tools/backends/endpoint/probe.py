"""`probe`, for `models --add`: finds a server's API and models by requests to the routes that each kind of server has."""

from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import SecretStr

from ....graph.untrusted_json import read_untrusted_json
from ...net.addresses import without_secrets
from ...net.configured_transport import bounded_client
from ...net.daemon_threads import call_with_timeout
from ...net.http_errors import expert_errors
from .endpoints_file import Api

if TYPE_CHECKING:
    import httpx

PROBE_SECONDS = 10.0


class ServerInfo(NamedTuple):
    """What a server reports of itself."""

    api: Api
    models: tuple[str, ...] = ()
    base: str = ""
    """Of OpenAI's API: the address whose `/models` answered, with `/v1` or without."""


def probe(url: str, key: SecretStr | None, *, seconds: float = PROBE_SECONDS) -> ServerInfo:
    """The API of a server; one without known routes is taken to speak the task API. `ExpertError` when none answers."""
    base = url.rstrip("/")
    with expert_errors(without_secrets(url), seconds, key="the key of this server"):
        return call_with_timeout(_probe, seconds, base, key)


def _probe(base: str, key: SecretStr | None) -> ServerInfo:
    headers = {"authorization": f"Bearer {key.get_secret_value()}"} if key else {}
    with bounded_client(seconds=PROBE_SECONDS, headers=headers) as http:
        info = _json(http.get(f"{base}/info"))
        if isinstance(info, dict) and "model_type" in info:  # TEI: an embedding model, a classifier or a reranker
            return ServerInfo("tei", (str(info.get("model_id", "")),))
        for root in (base,) if base.endswith("/v1") else (f"{base}/v1", base):
            listed = _json(http.get(f"{root}/models"))
            if isinstance(listed, dict) and isinstance(listed.get("data"), list):
                names = tuple(str(row.get("id")) for row in listed["data"] if isinstance(row, dict))
                return ServerInfo("openai", names, root)
        if isinstance(info, dict) and "model_id" in info:  # TGI, which speaks OpenAI's API under /v1
            return ServerInfo("openai", (str(info["model_id"]),), base if base.endswith("/v1") else f"{base}/v1")
    return ServerInfo("tasks")


def _json(response: "httpx.Response") -> Any:
    try:
        return read_untrusted_json(response.content) if response.is_success else None
    except ValueError:
        return None

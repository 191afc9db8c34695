"""`Endpoint` and `endpoints.json` in the configuration folder: the user's own servers, with names of keys and no keys.

A home may come from anywhere: a list in a home is not read until the user has seen and accepted it (`models --take-over`).
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError

from ....graph.advice import command
from ....graph.configuration import write_private
from ....graph.errors import StorageError, UsageError
from ....graph.expert import Obstacle
from ....graph.resource import Frozen
from ....graph.untrusted_json import read_untrusted_json
from ....graph.vocabulary import VOCABULARY
from ...net.addresses import origin

FILE = "endpoints.json"

Api = Literal["tasks", "openai", "tei"]
"""The task API of the Hub; OpenAI's (vLLM, TGI, llama.cpp, Ollama); Text Embeddings Inference."""


def callable_url(url: str) -> str:
    """The URL itself. Raises `ValueError` where its host or port is missing or impossible."""
    parts = urlsplit(url)
    if not parts.hostname or parts.port == 0:
        raise ValueError("it needs a host, and a port of 1 to 65535")
    return url


class Endpoint(Frozen, defer_build=True):
    """A server that does one task type."""

    name: str = Field(pattern=r"^[\w.:/@-]{1,80}$")
    """The name that `--model TASK=NAME` takes."""
    url: Annotated[str, Field(pattern=r"^https?://\S+$"), AfterValidator(callable_url)]
    task_type: str
    api: Api = "tasks"
    model: str = ""
    """The model's name at that server, where the server has several (OpenAI's API)."""
    key_env: str = ""
    """The environment variable that holds the server's key; empty for a server without keys."""
    key_for: str = ""
    """The only address that gets the key: scheme, host and port of the URL for which the user named it."""
    price: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """Dollars a call, as the user states it; None where that is not known."""
    untried: str = ""
    """Of a server that the user keeps though its trial call failed: why. Empty once a call has succeeded."""

    @property
    def key(self) -> SecretStr | None:
        """The key, if it is set now and was named for this address."""
        value = os.environ.get(self.key_env, "").strip() if self.key_env and self.has_own_key else ""
        return SecretStr(value) if value else None

    @property
    def has_own_key(self) -> bool:
        """Whether its key was named for the address that it has now."""
        return origin(self.key_for) == origin(self.url)

    @property
    def missing_key(self) -> Obstacle | None:
        """Why it can't be called with its key; None where it can, or needs none."""
        if not self.key_env or self.key is not None:
            return None
        if self.has_own_key:
            return Obstacle(what="needs its key", remedy=f"set {self.key_env}")
        what = f"its key {self.key_env} was not named for this address; add it again"
        return Obstacle(what=what, remedy=command("models --add"))

    def with_key_bound(self) -> "Endpoint":
        """A copy with the key bound to the address: the user has just named both together."""
        return self.model_copy(update={"key_for": origin(self.url) if self.key_env else ""})


def headers_for(endpoint: Endpoint) -> dict[str, str]:
    """The headers that carry its key, where it has one."""
    return {"authorization": f"Bearer {endpoint.key.get_secret_value()}"} if endpoint.key else {}


class EndpointList(NamedTuple):
    """The servers of a list, and a message on what of it can't be read."""

    endpoints: tuple[Endpoint, ...] = ()
    trouble: str = ""


def known_endpoints(config: Path) -> EndpointList:
    """The servers that were added, and a message on what of a damaged or newer list can't be read."""
    path = config / FILE
    try:
        rows = read_untrusted_json(path.read_bytes()) if path.is_file() else []
    except (OSError, ValueError) as error:
        return EndpointList(trouble=f"{path} can't be read as a list of endpoints: {error}")
    if not isinstance(rows, list):
        return EndpointList(trouble=f"{path} holds no list of endpoints")
    found, broken = list[Endpoint](), 0
    for row in rows:
        try:
            found.append(Endpoint.model_validate(row))
        except ValidationError:
            broken += 1
    return EndpointList(tuple(found), f"{broken} of {len(rows)} rows of {path} can't be read" if broken else "")


def read_endpoints(config: Path) -> tuple[Endpoint, ...]:
    """The servers that can be read."""
    return known_endpoints(config).endpoints


def add_endpoint(config: Path, endpoint: Endpoint) -> None:
    """Save a server, in place of one of the same name and task type. Raises `StorageError` for a damaged list."""
    if endpoint.task_type not in VOCABULARY:
        raise UsageError(f"there is no task type {endpoint.task_type!r}", hint=f"{command('tasks')} lists them")
    others = [e for e in _readable(config) if (e.name, e.task_type) != (endpoint.name, endpoint.task_type)]
    _write(config, [*others, endpoint.with_key_bound()])


def remove_endpoint(config: Path, name: str) -> int:
    """Remove all servers of that name or URL; returns how many there were."""
    known = _readable(config)
    kept = [endpoint for endpoint in known if name not in (endpoint.name, endpoint.url)]
    if len(kept) < len(known):
        _write(config, kept)
    return len(known) - len(kept)


def _readable(config: Path) -> tuple[Endpoint, ...]:
    known = known_endpoints(config)
    if known.trouble:
        raise StorageError(known.trouble, hint="repair or remove it")
    return known.endpoints


def _write(config: Path, endpoints: Sequence[Endpoint]) -> None:
    write_private(config / FILE, json.dumps([e.model_dump() for e in endpoints], indent=2) + "\n")

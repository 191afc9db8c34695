"""Known endpoints: the user's own servers, in `endpoints.json` in the home. Keys are not in it, only where to find them."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError

from ....graph.errors import StorageError, UsageError
from ....graph.resource import Frozen
from ....graph.vocabulary import VOCABULARY

Api = Literal["tasks", "openai", "tei"]
"""The task API of the Hub; OpenAI's (vLLM, TGI, llama.cpp, Ollama); Text Embeddings Inference."""


def callable_url(url: str) -> str:
    """The URL itself. Raises `ValueError` where it has no host, or an address or port that no host has."""
    parts = urlsplit(url)
    if not parts.hostname or parts.port == 0:
        raise ValueError("it needs a host, and a port of 1 to 65535")
    return url


class Endpoint(Frozen):
    """A server that does one task type."""

    name: str = Field(pattern=r"^[\w.:/@-]{1,80}$")
    """As `--model TASK=NAME` takes it."""
    url: Annotated[str, Field(pattern=r"^https?://\S+$"), AfterValidator(callable_url)]
    task_type: str
    api: Api = "tasks"
    model: str = ""
    """The model's name at that server, where it has several (OpenAI's API)."""
    key_env: str = ""
    """Environment variable with the key that goes there; empty for a server without keys."""

    @property
    def key(self) -> SecretStr | None:
        """The key, if it is set now."""
        value = os.environ.get(self.key_env, "").strip() if self.key_env else ""
        return SecretStr(value) if value else None


def headers_for(endpoint: Endpoint) -> dict[str, str]:
    """Those that carry its key, where it has one."""
    return {"authorization": f"Bearer {endpoint.key.get_secret_value()}"} if endpoint.key else {}


class Known(NamedTuple):
    """The list, and what of it can't be read."""

    endpoints: tuple[Endpoint, ...] = ()
    trouble: str = ""


def known_endpoints(home: Path) -> Known:
    """Those that were added. A damaged list, or a row of a later version, keeps nobody from running: it is told."""
    path = _path(home)
    try:
        rows = json.loads(path.read_bytes()) if path.is_file() else []
    except (OSError, ValueError) as error:
        return Known(trouble=f"{path} can't be read as a list of endpoints: {error}")
    if not isinstance(rows, list):
        return Known(trouble=f"{path} holds no list of endpoints")
    found, broken = list[Endpoint](), 0
    for row in rows:
        try:
            found.append(Endpoint.model_validate(row))
        except ValidationError:
            broken += 1
    return Known(tuple(found), f"{broken} of {len(rows)} rows of {path} can't be read" if broken else "")


def read_endpoints(home: Path) -> tuple[Endpoint, ...]:
    """Those that can be read."""
    return known_endpoints(home).endpoints


def add_endpoint(home: Path, endpoint: Endpoint) -> None:
    """Keep it, in place of one of the same name and task type. Raises `StorageError` rather than lose a damaged list."""
    if endpoint.task_type not in VOCABULARY:
        raise UsageError(f"there is no task type {endpoint.task_type!r}", hint="`hugginggpt tasks` lists them")
    others = [e for e in _sound(home) if (e.name, e.task_type) != (endpoint.name, endpoint.task_type)]
    _write(home, [*others, endpoint])


def remove_endpoint(home: Path, name: str) -> int:
    """Forget all of that name or URL; gives how many there were."""
    known = _sound(home)
    kept = [endpoint for endpoint in known if name not in (endpoint.name, endpoint.url)]
    if len(kept) < len(known):
        _write(home, kept)
    return len(known) - len(kept)


def _sound(home: Path) -> tuple[Endpoint, ...]:
    known = known_endpoints(home)
    if known.trouble:
        raise StorageError(known.trouble, hint="mend or remove it")
    return known.endpoints


def _write(home: Path, endpoints: Sequence[Endpoint]) -> None:
    path = _path(home)
    draft = path.with_suffix(".new")
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft.touch(mode=0o600)
        draft.write_text(json.dumps([e.model_dump() for e in endpoints], indent=2) + "\n", encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise StorageError(
            f"{path} can't be written: {error.strerror or error}", hint="choose another home with --home"
        ) from error


def _path(home: Path) -> Path:
    return home / "endpoints.json"

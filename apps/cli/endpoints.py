"""Does the work of `models`, `models --add URL`, `--remove NAME`: lists, adds and removes the user's own servers."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import typer
from pydantic import SecretStr, ValidationError

from ...graph.advice import command
from ...graph.errors import ExpertError, UsageError
from ...graph.settings import Settings
from ...tools.backends.endpoint.backend import can_call
from ...tools.backends.endpoint.endpoints_file import (
    Endpoint,
    add_endpoint,
    callable_url,
    known_endpoints,
    read_endpoints,
    remove_endpoint,
)
from ...tools.backends.endpoint.health import describe_health
from ...tools.backends.endpoint.probe import ServerInfo, probe
from ...tools.net.addresses import without_secrets
from .arguments import settings_of
from .console import note, out, plain, print_json, report_errors, run_async, table, warn

if TYPE_CHECKING:
    from .live_checks import LiveCheck


def add(
    url: str, tasks: Sequence[str], *, name: str | None, api: str | None, model: str | None, key_env: str | None,
    home: Path | None,
) -> None:  # fmt: skip
    """Find out which API the server has, add it, and make one real call for each task; exit code 3 where one fails."""
    shown = _without_key(url)
    with report_errors():
        if not tasks:
            raise UsageError(
                "--task is missing: which task type does the server do?",
                hint=f"hugginggpt models --add {shown} --task summarization",
            )
        _check(url, shown)
        settings = settings_of(home=home)
        key = SecretStr(os.environ[key_env]) if key_env and os.environ.get(key_env) else None
        found, trouble = _found(url, key)
        used_api = api or (found.api if found else "tasks")
        named = model or (found.models[0] if found and found.models else "")
        if used_api == "openai" and found and not named:
            raise UsageError(f"{shown} lists no models", hint="name the one that it serves: --model NAME")
        added = []
        for task in tasks:
            endpoint = _endpoint(
                name=name or _name(url, task, read_endpoints(settings.config)),
                url=_base(url, used_api, found),
                task_type=task,
                api=used_api,
                model=named,
                key_env=key_env or "",
            )
            add_endpoint(settings.config, endpoint)
            added.append(endpoint)
            if not can_call(endpoint):
                warn(f"warning: {used_api} has no call for {task}; the server was added all the same")
    if trouble:
        warn(f"warning: the server does not answer now: {plain(trouble)}")
    out().print(f"added {plain(shown)} ({used_api}) for {', '.join(tasks)}", soft_wrap=True)
    if found:
        failed = [check for check in run_async(_tried(settings, added)) if not check.ok]
        if failed:
            warn(
                f"hugginggpt models --remove {plain(added[0].name)} removes it; {command('doctor --live')} tries again"
            )
            raise typer.Exit(3)


async def _tried(settings: Settings, endpoints: Sequence[Endpoint]) -> list["LiveCheck"]:
    """One real call for each task type; what came back, or the reason, is printed at once."""
    from ...graph.world import open_world
    from .live_checks import check_endpoint

    checks = []
    async with open_world(settings.model_copy(update={"llm": ""})) as world:
        for endpoint in endpoints:
            if can_call(endpoint) and not endpoint.missing_key:
                checks.append(check := await check_endpoint(world, endpoint))
                tell = out().print if check.ok else warn
                tell(plain(f"tried {endpoint.task_type}: {check.outcome}"))
    return checks


def _base(url: str, api: str, found: ServerInfo | None) -> str:
    """The address to store: of OpenAI's API the one that answered, else with `/v1`."""
    if api != "openai":
        return url
    base = url.rstrip("/")
    return (found.base if found else "") or (base if base.endswith("/v1") else f"{base}/v1")


def _check(url: str, shown: str) -> None:
    if "@" in re.split(r"[/?#]", url.rpartition("://")[2])[0]:
        raise UsageError(
            f"a user or password in the URL of {shown} would be stored in plain text",
            hint="put the key into an environment variable, and name it with --key-env",
        )
    if not url.startswith(("http://", "https://")):
        raise UsageError(f"{url!r} is no URL", hint=f"begin it with http:// or https://, e.g. http://{url}")
    try:
        callable_url(url)
    except ValueError as error:
        raise UsageError(f"{shown} is no URL that can be called: {error}", hint="check its host and port") from None


def remove(name: str, *, home: Path | None) -> None:
    """Remove a server."""
    with report_errors():
        settings = settings_of(home=home)
        if not remove_endpoint(settings.config, name):
            names = ", ".join(sorted({e.name for e in read_endpoints(settings.config)})) or "none"
            raise UsageError(f"there is no server {name!r}", hint=f"there are: {names}")
    out().print(f"removed {plain(name)}")


def list_all(*, home: Path | None, as_json: bool) -> None:
    """Print every server that was added, and its state now."""
    with report_errors():
        listed = _listed(settings_of(home=home))
        states = [_state(endpoint) for endpoint in listed]
    if as_json:
        rows = zip(listed, states, strict=True)
        print_json([e.model_dump() | {"url": without_secrets(e.url), "state": state} for e, state in rows])
        return
    if not listed:
        note("no servers of your own; hugginggpt models --add URL --task TASK adds one")
        return
    shown = table("name", "task type", "url", "API", "model", "key", "state")
    for endpoint, state in zip(listed, states, strict=True):
        missing = "" if endpoint.key else " (not set)" if endpoint.has_own_key else " (of another address)"
        key = f"{endpoint.key_env}{missing}" if endpoint.key_env else ""
        url = without_secrets(endpoint.url)
        fields = (endpoint.name, endpoint.task_type, url, endpoint.api, endpoint.model, key, state)
        shown.add_row(*map(plain, fields))
    out().print(shown)


def _listed(settings: Settings) -> tuple[Endpoint, ...]:
    listed = known_endpoints(settings.config)
    if listed.trouble:
        warn(f"warning: {plain(listed.trouble)}")
    return listed.endpoints


def _name(url: str, task_type: str, known: Sequence[Endpoint]) -> str:
    """A name for a server: its host, and its path if another server of that task type has that name."""
    parts = urlsplit(url)
    others = {e.name for e in known if e.task_type == task_type and e.url.rstrip("/") not in _spellings(url)}
    name = parts.netloc or url
    return re.sub(r"[^\w.:/@-]", "-", f"{name}{parts.path.rstrip('/')}")[:80] if name in others else name


def _spellings(url: str) -> tuple[str, str]:
    """A URL as it was typed, and as it is stored for OpenAI's API."""
    return url.rstrip("/"), f"{url.rstrip('/')}/v1"


def _found(url: str, key: SecretStr | None) -> tuple[ServerInfo | None, str]:
    try:
        return probe(url, key), ""
    except ExpertError as error:
        return None, str(error)


def _endpoint(**fields: str) -> Endpoint:
    try:
        return Endpoint.model_validate(fields)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, e['loc']))} is {_without_key(e['input'])!r}: {e['msg']}" for e in error.errors()
        )
        raise UsageError(problems, hint="URLs begin with http:// or https://; --api is tasks, openai or tei") from None


def _without_key(value: str) -> str:
    return without_secrets(value) if "://" in value else value.rpartition("@")[2]


def _state(endpoint: Endpoint) -> str:
    try:
        return describe_health(endpoint)
    except ExpertError as error:
        return error.message

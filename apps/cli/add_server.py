"""Does the work of `models --add URL`: finds a server's API, has it do each task once, and keeps it where that worked."""

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import typer
from pydantic import SecretStr, ValidationError

from ...graph.advice import command
from ...graph.errors import ExpertError, UsageError
from ...graph.settings import Settings
from ...graph.vocabulary import VOCABULARY
from ...tools.backends.endpoint.backend import can_call
from ...tools.backends.endpoint.endpoints_file import Endpoint, add_endpoint, callable_url, read_endpoints
from ...tools.backends.endpoint.probe import ServerInfo, probe
from ...tools.net.addresses import without_secrets
from .arguments import settings_of
from .console import out, plain, print_json, report_errors, run_async, warn

if TYPE_CHECKING:
    from .live_checks import LiveCheck


def add(
    url: str, tasks: Sequence[str], *, name: str | None, api: str | None, model: str | None, key_env: str | None,
    price: float | None, keep: bool, home: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Keep the server for each task that it does when it is called; exit code 1 for none, 3 for some.

    `keep`: also for those that it can't do now, marked with the reason, and with exit code 3.
    """
    shown = _without_key(url)
    with report_errors():
        _check(url, tasks, shown)
        settings = settings_of(home=home)
        key = SecretStr(os.environ[key_env]) if key_env and os.environ.get(key_env) else None
        found = _found(url, key, keep=keep)
        used_api = api or (found.api if found else "tasks")
        offered = _endpoints(
            url, tasks, name=name, api=used_api, model=model, key_env=key_env or "", price=price, found=found,
            settings=settings,
        )  # fmt: skip
        checks = run_async(_tried(settings, offered))
        kept = [
            endpoint.model_copy(update={"untried": "" if check.ok else check.outcome[:300]})
            for endpoint, check in zip(offered, checks, strict=True)
            if check.ok or keep
        ]
        for endpoint in kept:
            add_endpoint(settings.config, endpoint)
    _report(shown, offered, kept, checks, found=found, chosen=model, as_json=as_json)
    if not all(check.ok for check in checks):
        raise typer.Exit(3 if kept else 1)


def _endpoints(
    url: str, tasks: Sequence[str], *, name: str | None, api: str, model: str | None, key_env: str,
    price: float | None, found: ServerInfo | None, settings: Settings,
) -> list[Endpoint]:  # fmt: skip
    named = model or (found.models[0] if found and found.models else "")
    if api == "openai" and not named:
        raise UsageError(
            f"{_without_key(url)} {'lists no models' if found else 'can not be asked for its models now'}",
            hint="name the one that it serves: --served-model NAME",
        )
    base = _base(url, api, found)
    known = read_endpoints(settings.config)
    return [
        _endpoint(
            name=name or _name(url, base, task, known),
            url=base,
            task_type=task,
            api=api,
            model=named,
            key_env=key_env,
            price=price,
        ).with_key_bound()
        for task in dict.fromkeys(tasks)
    ]


async def _tried(settings: Settings, endpoints: Sequence[Endpoint]) -> "list[LiveCheck]":
    """What came of one real call for each task type. The list of servers for it is one of its own, which is removed."""
    from ...graph.world import open_world
    from .live_checks import LiveCheck, check_endpoint

    checks = []
    with tempfile.TemporaryDirectory() as config:
        alone = settings.model_copy(update={"llm": "", "config": Path(config)})
        for endpoint in endpoints:
            add_endpoint(alone.config, endpoint)
        async with open_world(alone) as world:
            for endpoint in endpoints:
                if endpoint.missing_key:
                    checks.append(LiveCheck(endpoint.name, False, str(endpoint.missing_key)))
                elif not can_call(endpoint):
                    what = f"its API ({endpoint.api}) has no call for {endpoint.task_type}"
                    checks.append(LiveCheck(endpoint.name, False, what))
                else:
                    checks.append(await check_endpoint(world, endpoint))
    return checks


def _report(
    shown: str, offered: Sequence[Endpoint], kept: Sequence[Endpoint], checks: "Sequence[LiveCheck]", *,
    found: ServerInfo | None, chosen: str | None, as_json: bool,
) -> None:  # fmt: skip
    """What each call returned, on stdout; the reasons of those that failed, and what is kept, on stderr."""
    names = {endpoint.task_type for endpoint in kept}
    for endpoint, check in zip(offered, checks, strict=True):
        if not check.ok:
            warn(plain(f"tried {endpoint.task_type}: {check.outcome}"))
        elif not as_json:
            out().print(plain(f"tried {endpoint.task_type}: {check.outcome}"), soft_wrap=True)
    if as_json:
        print_json(
            [
                e.model_dump(exclude={"untried"})
                | {"url": without_secrets(e.url), "kept": e.task_type in names, "ok": c.ok, "outcome": c.outcome}
                for e, c in zip(offered, checks, strict=True)
            ]
        )
    elif kept:
        model = f" with the model {kept[0].model}" if kept[0].model else ""
        out().print(
            plain(f"added {shown} ({kept[0].api}){model} for {', '.join(e.task_type for e in kept)}"), soft_wrap=True
        )
    if found and len(found.models) > 1 and not chosen:
        warn(
            plain(f"it lists {len(found.models)} models, of which this is the first; --served-model NAME takes another")
        )
    if left := [endpoint.task_type for endpoint in offered if endpoint.task_type not in names]:
        warn(
            plain(
                f"not added for {', '.join(left)}; --keep adds a server that does not do its task now, marked as such"
            )
        )
    elif not all(check.ok for check in checks):
        warn(
            f"kept, and marked as never tried: {command('doctor --live')} tries it again, "
            f"{plain(command(f'models --remove {kept[0].name}'))} removes it"
        )


def _base(url: str, api: str, found: ServerInfo | None) -> str:
    """The address to store: of OpenAI's API the one that answered, else with `/v1`."""
    if api != "openai":
        return url
    base = url.rstrip("/")
    return (found.base if found else "") or (base if base.endswith("/v1") else f"{base}/v1")


def _check(url: str, tasks: Sequence[str], shown: str) -> None:
    """Raises `UsageError` where a task type is missing or unknown, or the URL can't be called or holds a password."""
    if not tasks:
        raise UsageError(
            "--task is missing: which task type does the server do?",
            hint=f"hugginggpt models --add {shown} --task summarization",
        )
    if unknown := [task for task in tasks if task not in VOCABULARY]:
        raise UsageError(f"there is no task type {unknown[0]!r}", hint=f"{command('tasks')} lists them")
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


def _name(url: str, base: str, task_type: str, known: Sequence[Endpoint]) -> str:
    """A name for a server: its host, and its path if another server of that task type has that name."""
    parts = urlsplit(url)
    here = {url.rstrip("/"), base.rstrip("/")}
    others = {e.name for e in known if e.task_type == task_type and e.url.rstrip("/") not in here}
    name = parts.netloc or url
    return re.sub(r"[^\w.:/@-]", "-", f"{name}{parts.path.rstrip('/')}")[:80] if name in others else name


def _found(url: str, key: SecretStr | None, *, keep: bool) -> ServerInfo | None:
    """What a server reports of itself; None for one that does not answer and is to be kept all the same."""
    try:
        return probe(url, key)
    except ExpertError as error:
        if keep:
            return None
        hint = (
            f"nothing was added; start it, or add --keep to have it kept as it is, marked as never tried. {error.hint}"
        )
        raise ExpertError(f"the server does not answer: {error.message}", hint=hint.strip()) from error


def _endpoint(**fields: Any) -> Endpoint:
    try:
        return Endpoint.model_validate(fields)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, e['loc']))} is {_without_key(str(e['input']))!r}: {e['msg']}" for e in error.errors()
        )
        raise UsageError(
            problems,
            hint="URLs begin with http:// or https://; --api is tasks, openai or tei; --price is 0 or more",
        ) from None


def _without_key(value: str) -> str:
    return without_secrets(value) if "://" in value else value.rpartition("@")[2]

"""Does the work of `models --take-over`: shows the servers that an old home lists, and adds them if the user agrees."""

import sys
from pathlib import Path

import typer

from ...graph.errors import StorageError, UsageError
from ...tools.backends.endpoint.endpoints_file import known_endpoints
from ...tools.backends.endpoint.old_endpoints_file import put_aside, take_over
from ...tools.net.addresses import without_secrets
from .arguments import settings_of
from .console import err, out, plain, report_errors, warn

PARTIAL = 3


def take_over_list(*, home: Path | None, yes: bool) -> None:
    """Show what an old home lists, and add it to the configuration if the user agrees; either way, ask only once."""
    with report_errors():
        settings = settings_of(home=home)
        left = known_endpoints(settings.home)
        if not left.endpoints and not left.trouble:
            raise UsageError(f"the home {settings.home} lists no servers", hint="another home: --home DIR")
        if not left.endpoints:
            raise StorageError(left.trouble, hint="repair it, or remove it; nothing was changed")
        if left.trouble:
            warn(f"warning: {plain(left.trouble)}")
        for endpoint in left.endpoints:
            key = f", which gets your key {endpoint.key_env}" if endpoint.key_env else ""
            out().print(plain(f"{endpoint.name}: {without_secrets(endpoint.url)} for {endpoint.task_type}{key}"))
        if not yes and not _agreed():
            err().print("nothing was taken over; to add one alone: hugginggpt models --add URL --task TASK")
            put_aside(settings.home)
            return
        count = take_over(settings.home, settings.config)
    out().print(f"took over {count}; they are kept in {plain(str(settings.config))}", soft_wrap=True)
    aside = plain(str(settings.home / "endpoints.json.old"))
    err().print(f"the old list is now {aside}{', with what could not be read' if left.trouble else ''}", soft_wrap=True)
    if left.trouble:
        raise typer.Exit(PARTIAL)


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask at", hint="if you know these servers: models --take-over --yes")
    err().print("Files and keys will go to these servers. Take them over? y/N ", end="")
    return sys.stdin.readline().strip().lower() in ("y", "yes")

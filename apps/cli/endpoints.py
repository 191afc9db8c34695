"""Does the work of `models` and `models --remove NAME`: lists and removes the user's own servers."""

from pathlib import Path

from ...graph.errors import ExpertError, UsageError
from ...graph.settings import Settings
from ...tools.backends.endpoint.endpoints_file import Endpoint, known_endpoints, read_endpoints, remove_endpoint
from ...tools.backends.endpoint.health import describe_health
from ...tools.net.addresses import without_secrets
from .arguments import settings_of
from .console import note, out, plain, print_json, report_errors, table, warn


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


def _state(endpoint: Endpoint) -> str:
    try:
        state = describe_health(endpoint)
    except ExpertError as error:
        state = error.message
    return f"{state}; its task was never done: {endpoint.untried}" if endpoint.untried else state

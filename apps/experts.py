"""`tasks`, `models`: which experts there are, what can run here, and what would change that."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..graph.errors import ExpertError, UsageError
from ..graph.expert import Candidate, Expert, allowed
from ..graph.settings import Settings
from ..graph.task_type import TaskType
from ..graph.vocabulary import VOCABULARY
from ..graph.world import backends_for
from ..tools.catalog.cache import CatalogCache, Fared
from ..tools.catalog.hub import Hub
from ..tools.catalog.joined import ranked
from .console import err, out, plain, print_json, table, told_errors

NOBODY = "nobody here has a way to do it yet; a server of your own may"


def list_tasks(name: str | None, *, home: Path | None, where: str | None, as_json: bool) -> None:
    """`hugginggpt tasks`."""
    with told_errors():
        settings = Settings.from_env(home=home, where=where)
        places = backends_for(settings)
        wanted = (row for row in VOCABULARY.values() if (name or "") in row.name)
        rows = [(row, allowed(ranked(places, row.name), settings.where)) for row in wanted]
        if not rows:
            raise UsageError(f"no task type's name contains {name!r}", hint="`hugginggpt tasks` lists all of them")
    if as_json:
        print_json([_task_json(row, candidates) for row, candidates in rows])
        return
    shown = table("task type", "takes", "gives", "runs here", "does not, because")
    for row, candidates in rows:
        shown.add_row(
            row.name,
            ", ".join(f"{port.name}{'' if port.required else '?'}" for port in row.inputs),
            ", ".join(output.name for output in row.outputs),
            plain(", ".join(_short(c) for c in candidates if c.obstacle is None)),
            plain(
                "; ".join(_reasons(candidates))
                or ("" if candidates else "nobody here has a way to do it yet; a server of your own may")
            ),
        )
    out().print(shown)
    runnable = sum(any(c.obstacle is None for c in candidates) for _, candidates in rows)
    err().print(f"{runnable} of {len(rows)} task types can run here; (part) covers a part of the type", style="dim")


def list_models(task_type: str, *, home: Path | None, where: str | None, refresh: bool, as_json: bool) -> None:
    """`hugginggpt models TASK`."""
    with told_errors():
        if task_type not in VOCABULARY:
            raise UsageError(f"there is no task type {task_type!r}", hint="`hugginggpt tasks` lists them")
        settings = Settings.from_env(home=home, where=where)
        hub = Hub(settings)
        if refresh:
            _refresh(hub, task_type)
        fared = CatalogCache(settings.home).fared()
        candidates = allowed(ranked(backends_for(settings), task_type, fared=fared), settings.where)
        age = hub.age(task_type)
    if as_json:
        print_json([c.expert.model_dump(mode="json") | {"obstacle": c.obstacle} for c in candidates])
        return
    if not candidates:
        err().print(f"no backend here offers {task_type}")
        return
    shown = table("rank", "model", "where", "downloads", "size", "license", "runs here", "went", "what it is")
    for rank, candidate in enumerate(candidates, 1):
        expert = candidate.expert
        shown.add_row(
            str(rank), plain(expert.model_id), plain(_place(expert)), _short_number(expert.downloads),
            _short_number(expert.size), plain(expert.license),
            "yes" if candidate.obstacle is None else plain(f"no: {candidate.obstacle}"),
            _went(fared.get((expert.backend, expert.provider, expert.model_id))), plain(expert.description),
        )  # fmt: skip
    out().print(shown)
    old = "never fetched: well-known models stand for it" if age is None else f"{age / 3600:.1f} hours old"
    err().print(f"the Hub's list is {old}; --refresh fetches it; --model {task_type}=ID takes any model", style="dim")


def _refresh(hub: Hub, task_type: str) -> None:
    """Fetch the list; where the Hub can't be reached, say so and go on with what is known."""
    try:
        with err().status("asking the Hub"):
            hub.refresh(task_type)
    except ExpertError as error:
        err().print(f"warning: {plain(str(error))}", style="yellow", soft_wrap=True)


def _place(expert: Expert) -> str:
    return f"{expert.backend} ({expert.provider})" if expert.provider not in ("", expert.model_id) else expert.backend


def _short_number(number: int) -> str:
    """`1,234`, `67 M`, `12 G`; empty for 0."""
    for limit, unit in ((1_000_000_000, "G"), (1_000_000, "M")):
        if number >= limit:
            return f"{number / limit:.3g} {unit}"
    return f"{number:,}" if number else ""


def _went(fared: Fared | None) -> str:
    """How calls to it went here."""
    return f"{fared.calls - fared.failures} of {fared.calls}, {fared.latency:.1f} s" if fared else ""


def _short(candidate: Candidate) -> str:
    return candidate.expert.model_id + (" (part)" if candidate.expert.partial else "")


def _reasons(candidates: list[Candidate]) -> Iterator[str]:
    """Each obstacle once, with those that it stops."""
    by_reason: dict[str, list[str]] = {}
    for candidate in candidates:
        if candidate.obstacle is not None:
            by_reason.setdefault(candidate.obstacle, []).append(candidate.expert.model_id)
    return (f"{', '.join(models)}: {reason}" for reason, models in by_reason.items())


def _task_json(row: TaskType, candidates: list[Candidate]) -> dict[str, Any]:
    return row.model_dump(mode="json") | {
        "experts": [c.expert.model_dump(mode="json") | {"obstacle": c.obstacle} for c in candidates]
    }

"""Does the work of `tasks` and `models TASK`: which experts can run here, and what to do so that others can."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from ...graph.errors import ExpertError, UsageError
from ...graph.expert import Candidate, Expert, Obstacle, allowed
from ...graph.task_type import TaskType
from ...graph.vocabulary import VOCABULARY
from ...tools.catalog.cache import CallStats, CatalogCache
from ...tools.catalog.hub_index import HubIndex
from ...tools.catalog.ranked_catalog import ranked_candidates
from ...tools.places import backends_for
from ...tools.wording.samples import examples_of, shown_example
from ...tools.wording.wording import LANGUAGES
from .arguments import settings_of
from .console import err, note, out, plain, print_json, report_errors, table, warn
from .hints import Remedies

NO_EXPERT = Obstacle(
    what="no expert here can do it",
    remedy="hugginggpt models --add URL --task TASK adds a server of yours that does it",
)
_FEW = 5
"""Example phrases of each language that are printed where no language is asked for."""
ROOMY, WIDE = 100, 160
"""Columns from which on inputs and outputs, and from which on descriptions beside names, are shown."""


def list_tasks(name: str | None, *, language: str | None, home: Path | None, where: str | None, as_json: bool) -> None:
    """`hugginggpt tasks`."""
    with report_errors():
        if language and language not in LANGUAGES:
            raise UsageError(f"there are no phrases in {language!r}", hint=f"--language takes {', '.join(LANGUAGES)}")
        settings = settings_of(home=home, where=where)
        places = backends_for(settings)
        listed = (row for row in VOCABULARY.values() if (name or "") in row.name)
        rows = [(row, allowed(ranked_candidates(places, row.name), settings.where)) for row in listed]
        if not rows:
            raise UsageError(f"no task type's name contains {name!r}", hint="`hugginggpt tasks` lists all of them")
    if as_json:
        print_json([_task_json(row, candidates, language) for row, candidates in rows])
        return
    obstacles = [_obstacles(candidates) for _, candidates in rows]
    remedies, console = Remedies(obstacles), out()
    ports = console.width >= ROOMY
    shown = table("task type", *["takes", "gives"] * ports, "runs here", "more with")
    shown.columns[0].no_wrap = True
    for (row, candidates), stopped in zip(rows, obstacles, strict=True):
        takes = ", ".join(f"{port.name}{'' if port.required else '?'}" for port in row.inputs)
        gives = ", ".join(output.name for output in row.outputs)
        runs = Text.from_markup(plain(", ".join(_short(c) for c in candidates if c.obstacle is None)))
        cells = map(
            Text, (row.name, *[takes, gives] * ports)
        )  # a string is searched for markup whenever it is measured
        shown.add_row(*cells, runs, Text(remedies.marks(stopped)))
    console.print(shown)
    for line in ("", *remedies.lines("task type")):
        console.print(line, soft_wrap=True)
    if name:
        _print_examples([row.name for row, _ in rows], language)
    runnable = sum(any(c.obstacle is None for c in candidates) for _, candidates in rows)
    summary = f"{runnable} of {len(rows)} task types can run here; (part) covers a part of the type"
    note(f"{summary}; hugginggpt models TASK lists the experts of one")


def _print_examples(task_types: Sequence[str], language: str | None) -> None:
    """Print how people ask for each type: in one language all the example phrases, else the first of each."""
    console = out()
    for task_type in task_types:
        for code in (language,) if language else LANGUAGES:
            phrases = [shown_example(example, code) for example in examples_of(task_type, code)]
            if phrases:
                chosen = phrases if language else phrases[:_FEW]
                console.print(plain(f"{task_type} ({code}): {' · '.join(chosen)}"), soft_wrap=True)


def list_models(task_type: str, *, home: Path | None, where: str | None, refresh: bool, as_json: bool) -> None:
    """`hugginggpt models TASK`."""
    with report_errors():
        if task_type not in VOCABULARY:
            raise UsageError(f"there is no task type {task_type!r}", hint="`hugginggpt tasks` lists them")
        settings = settings_of(home=home, where=where)
        hub = HubIndex(settings)
        if refresh:
            _refresh(hub, task_type)
        stats = CatalogCache(settings.cache).call_stats()
        candidates = allowed(ranked_candidates(backends_for(settings), task_type, stats=stats), settings.where)
        age = hub.age(task_type)
    if hub.warning:
        warn(f"warning: {plain(hub.warning)}")
    if as_json:
        print_json([_candidate_json(candidate) for candidate in candidates])
        return
    if not candidates:
        err().print(f"no backend here offers {task_type}")
        return
    remedies, console = Remedies([c.obstacle] for c in candidates if c.obstacle), out()
    beside = console.width >= WIDE
    shown = table(
        "rank", "model", "where", "downloads", "size", "license", "runs here", "went well", *["description"] * beside
    )
    for rank, candidate in enumerate(candidates, 1):
        expert = candidate.expert
        name, about = plain(expert.model_id), plain(expert.description)
        shown.add_row(
            str(rank), name if beside or not about else f"{name}\n[dim]{about}[/]", plain(_place(expert)),
            _short_number(expert.downloads), _short_number(expert.size), plain(expert.license),
            _runs_here(candidate, remedies), _success_rate(stats.get((expert.backend, expert.provider, expert.model_id))),
            *[about] * beside,
        )  # fmt: skip
    console.print(shown)
    for line in ("", *remedies.lines("model")):
        console.print(line, soft_wrap=True)
    old = "never fetched: well-known models are listed instead" if age is None else f"{age / 3600:.1f} hours old"
    note(f"the Hub's list is {old}; --refresh fetches it; --model {task_type}=ID takes any model")


def _refresh(hub: HubIndex, task_type: str) -> None:
    try:
        with err().status("calling the Hub"):
            hub.refresh(task_type)
    except ExpertError as error:
        warn(f"warning: {plain(str(error))}")


def _place(expert: Expert) -> str:
    return f"{expert.backend} ({expert.provider})" if expert.provider not in ("", expert.model_id) else expert.backend


def _short_number(number: int) -> str:
    """`1,234`, `67 M`, `12 G`; empty for 0."""
    for limit, unit in ((1_000_000_000, "G"), (1_000_000, "M")):
        if number >= limit:
            return f"{number / limit:.3g} {unit}"
    return f"{number:,}" if number else ""


def _success_rate(stats: CallStats | None) -> str:
    return f"{stats.calls - stats.failures} of {stats.calls}, {stats.latency:.1f} s" if stats else ""


def _short(candidate: Candidate) -> str:
    return candidate.expert.model_id + (" (part)" if candidate.expert.partial else "")


def _obstacles(candidates: list[Candidate]) -> list[Obstacle]:
    """The obstacles of a task type; if no expert runs and none has a remedy, a server of the user's own is one."""
    found = [c.obstacle for c in candidates if c.obstacle]
    hopeless = len(found) == len(candidates) and not any(obstacle.remedy for obstacle in found)
    return [*found, NO_EXPERT] if hopeless else found


def _runs_here(candidate: Candidate, remedies: Remedies) -> str:
    if candidate.obstacle is None:
        return "yes"
    mark = remedies.marks([candidate.obstacle])
    return plain(f"no: {candidate.obstacle.what}{f' ({mark})' if mark else ''}")


def _task_json(row: TaskType, candidates: list[Candidate], language: str | None) -> dict[str, Any]:
    codes = (language,) if language else LANGUAGES
    phrases = {code: [shown_example(example, code) for example in examples_of(row.name, code)] for code in codes}
    experts = [_candidate_json(candidate) for candidate in candidates]
    return row.model_dump(mode="json") | {"experts": experts, "phrases": phrases}


def _candidate_json(candidate: Candidate) -> dict[str, Any]:
    return candidate.expert.model_dump(mode="json") | candidate.model_dump(mode="json", include={"obstacle"})

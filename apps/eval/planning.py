"""`eval taskbench`: how well a controller plans labelled requests. Nothing is run and no file is read."""

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from ...graph.errors import NoUsablePlan, UsageError
from ...graph.mentions import mentions
from ...graph.ports import Controller
from ...graph.resource import Resource
from ...graph.result import Request
from ...graph.settings import Settings
from ..cli.arguments import settings_of
from ..cli.console import err, exit_when_interrupted, out, print_json, run_async, table
from .kept import Kept, default_file, key_of
from .progress import each
from .scores import METRICS, planned_arguments, prediction_of, report_of
from .taskbench import Record, read_records

HEADINGS = ("node F1", "edge F1", "argument type F1", "argument value F1")
"""Of `METRICS`, for people."""
NOTHING: Mapping[str, Any] = {"tasks": [], "links": [], "arguments": []}
"""What a controller that gave no usable plan predicted."""


@dataclass(frozen=True)
class Wanted:
    """How the user wants it measured."""

    home: Path | None
    llm: str | None
    limit: int | None
    out: Path | None
    jobs: int
    fresh: bool
    json: bool
    timeout: float | None = None

    def settings(self) -> Settings:
        """Theirs over the environment's."""
        return settings_of(home=self.home, llm=self.llm, timeout=self.timeout)


def score_taskbench(data: Path, wording: str, wanted: Wanted) -> None:
    """Print the scores; exit code 3 when some requests could not be asked."""
    if wording not in ("request", "paraphrase"):
        raise UsageError(f"--text is {wording!r}", hint="it is request or paraphrase")
    report = run_async(_score(data, wording, wanted))
    if wanted.json:
        print_json(report)
    else:
        _print(report)
    if report["left"]:
        raise typer.Exit(3)


async def _score(data: Path, wording: str, wanted: Wanted) -> dict[str, Any]:
    from ...graph.world import controller_for

    settings = wanted.settings()
    records = [record for record in read_records(data) if wording in record.texts][: wanted.limit]
    if not records:
        raise UsageError(f"{data} has no records with a {wording}")
    controller = controller_for(settings)
    kept = Kept(wanted.out or default_file(settings.home, "taskbench", controller.name), fresh=wanted.fresh)
    try:
        with exit_when_interrupted(
            lambda: f"interrupted; the same command goes on, what was found out is in {kept.file}"
        ):
            return await _report(records, wording, controller, kept, wanted.jobs)
    finally:
        kept.close()


async def _report(
    records: Sequence[Record], wording: str, controller: Controller, kept: Kept, jobs: int
) -> dict[str, Any]:
    from ... import __version__

    keys = [key_of(controller.name, __version__, wording, r.id, r.texts[wording]) for r in records]
    todo = [(key, record) for key, record in zip(keys, records, strict=True) if kept.get(key) is None]
    if len(todo) < len(records):
        kept_before = f"{len(records) - len(todo)} of {len(records)} are in {kept.file}; --fresh asks them again"
        err().print(kept_before, style="dim", soft_wrap=True)

    async def ask(named: tuple[str, Record]) -> None:
        key, record = named
        row = {"controller": controller.name, "version": __version__, "id": record.id, "text": wording}
        kept.add(key, row | await _predicted(record.texts[wording], controller))

    left = await each(todo, ask, jobs=jobs, total=len(records))
    rows = [(record, row) for key, record in zip(keys, records, strict=True) if (row := kept.get(key))]
    outcomes = [row["outcome"] for _, row in rows]
    report = report_of(rows)
    times = [row["ms"] for _, row in rows] or [0.0]
    return {
        "controller": controller.name,
        "version": __version__,
        "text": wording,
        "left": left,
        **{outcome: outcomes.count(outcome) for outcome in ("planned", "refused", "failed")},
        "ms": {"median": statistics.median(times), "most": max(times)},
        "usage": {name: sum(row["usage"][name] for _, row in rows) for name in ("calls", "tokens")},
        **report,
        "kept": str(kept.file),
    }


async def _predicted(text: str, controller: Controller) -> dict[str, Any]:
    """What the controller plans for a text. The files that it names are known by their names only."""
    found = mentions(text)
    files = tuple(Resource(kind=mention.kind, media_type=mention.media_type, name=mention.name) for mention in found)
    started = time.perf_counter()
    try:
        proposal = await controller.plan(Request(text=text, files=files))
    except NoUsablePlan as error:
        answer: dict[str, Any] = {"outcome": "failed", **NOTHING, "error": error.message}
        spent = {"calls": error.calls, "tokens": error.tokens}
    else:
        spent = {"calls": proposal.usage.llm_calls, "tokens": proposal.usage.tokens}
        arguments = sorted(planned_arguments(proposal.plan))
        outcome = "planned" if proposal.plan.tasks else "refused"
        answer = {"outcome": outcome, **prediction_of(proposal.plan), "arguments": arguments}
    ms = round((time.perf_counter() - started) * 1000, 3)
    return {**answer, "ms": ms, "usage": spent}


def _print(report: Mapping[str, Any]) -> None:
    shown = table(f"{report['controller']}, {report['text']}", "requests", *HEADINGS)
    rows = [("micro", report, "micro"), ("macro", report, "macro")]
    rows += [(f"{kind} (micro)", of_type, "micro") for kind, of_type in report["by_type"].items()]
    for name, scores, mean in rows:
        figures = [scores[mean][metric] for metric in METRICS]
        told = ["-" if figure is None else f"{figure:.3f}" for figure in figures]
        shown.add_row(name, str(scores["requests"]), *told)
    console = out()
    console.print(shown)
    usage, ms = report["usage"], report["ms"]
    console.print(
        f"\nplanned {report['planned']}, refused {report['refused']}, without a usable plan {report['failed']} (scored as "
        f"empty); {ms['median']:.1f} ms a plan (median; most {ms['most']:.0f}); {usage['calls']} calls, "
        f"{usage['tokens']} tokens",
        soft_wrap=True,
    )
    if report["left"]:
        err().print(
            f"{report['left']} could not be asked and are not scored: the controller was out of reach. "
            "The same command asks them again.",
            style="yellow",
            soft_wrap=True,
        )

"""Does the work of `eval taskbench`: scores a controller's plans on labelled requests; runs nothing, reads no files."""

import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from ...graph.errors import IncompleteAnswer, NoUsablePlan, UsageError
from ...graph.mentions import mentions
from ...graph.ports import Controller
from ...graph.resource import Resource
from ...graph.result import BY_RULES, Request
from ..cli.console import exit_when_interrupted, note, out, plain, print_json, run_async, table, warn
from .batch import process_all
from .metrics import METRICS, planned_arguments, prediction_of, report_of
from .options import EvalOptions
from .results_file import ResultsFile, default_path, row_key
from .taskbench import Record, read_records

HEADINGS = ("node F1", "edge F1", "argument type F1", "argument value F1")
"""Column headings of `METRICS`."""
EMPTY_PREDICTION: Mapping[str, Any] = {"tasks": [], "links": [], "arguments": []}
"""The prediction of a controller that returned no usable plan."""


def evaluate_plans(data: Path, wording: str, options: EvalOptions) -> None:
    """Print the scores; exit code 3 when the controller failed at some requests, 1 when at all."""
    if wording not in ("request", "paraphrase"):
        raise UsageError(f"--text is {wording!r}", hint="it is request or paraphrase")
    report = run_async(_score(data, wording, options))
    show = print_json if options.json else _print
    show(report)
    if report["left"]:
        raise typer.Exit(3 if report["requests"] else 1)


async def _score(data: Path, wording: str, options: EvalOptions) -> dict[str, Any]:
    from ...graph.world import controller_for

    settings = options.settings()
    records = [record for record in read_records(data) if wording in record.texts][: options.limit]
    if not records:
        raise UsageError(f"{data} has no records with a {wording}")
    controller = controller_for(settings)
    results = ResultsFile(options.out or default_path(settings.home, "taskbench", controller.name), fresh=options.fresh)
    try:
        hint = f"interrupted; the same command continues, the results so far are in {results.file}"
        with exit_when_interrupted(lambda: hint):
            return await _report(records, wording, controller, results, options.jobs)
    finally:
        results.close()


async def _report(
    records: Sequence[Record], wording: str, controller: Controller, results: ResultsFile, jobs: int
) -> dict[str, Any]:
    from ... import __version__

    keys = [row_key(controller.name, __version__, wording, r.id, r.texts[wording]) for r in records]
    todo = [(key, record) for key, record in zip(keys, records, strict=True) if results.get(key) is None]
    if len(todo) < len(records):
        note(f"{len(records) - len(todo)} of {len(records)} are in {results.file}; --fresh plans them again")

    async def predict(pending: tuple[str, Record]) -> None:
        key, record = pending
        row = {"controller": controller.name, "version": __version__, "id": record.id, "text": wording}
        results.add(key, row | await _predicted(record.texts[wording], controller))

    left = await process_all(todo, predict, jobs=jobs, total=len(records))
    rows = [(record, row) for key, record in zip(keys, records, strict=True) if (row := results.get(key))]
    outcomes = [row["outcome"] for _, row in rows]
    report = report_of(rows)
    times = [row["ms"] for _, row in rows] or [0.0]
    return {
        "controller": controller.name,
        "version": __version__,
        "text": wording,
        "left": left.number,
        "why": left.why,
        **{outcome: outcomes.count(outcome) for outcome in ("planned", "refused", "failed")},
        "ms": {"median": statistics.median(times), "most": max(times)},
        "usage": {name: sum(row["usage"][name] for _, row in rows) for name in ("calls", "tokens")},
        **report,
        "kept": str(results.file),
    }


async def _predicted(text: str, controller: Controller) -> dict[str, Any]:
    found = mentions(text)
    files = tuple(Resource(kind=mention.kind, media_type=mention.media_type, name=mention.name) for mention in found)
    started = time.perf_counter()
    try:
        proposal = await controller.plan(Request(text=text, files=files))
    except (NoUsablePlan, IncompleteAnswer) as error:  # a plan that comes too late, or not whole, is none
        prediction: dict[str, Any] = {"outcome": "failed", **EMPTY_PREDICTION, "error": error.message}
        usage = {"calls": error.calls, "tokens": error.tokens}
    else:
        usage = {"calls": proposal.usage.llm_calls, "tokens": proposal.usage.tokens}
        if BY_RULES in proposal.repairs:  # scored as the model's it would be a figure of another controller
            prediction = {"outcome": "failed", **EMPTY_PREDICTION, "error": proposal.refusals[0]}
        else:
            arguments = sorted(planned_arguments(proposal.plan))
            outcome = "planned" if proposal.plan.tasks else "refused"
            prediction = {"outcome": outcome, **prediction_of(proposal.plan), "arguments": arguments}
    ms = round((time.perf_counter() - started) * 1000, 3)
    return {**prediction, "ms": ms, "usage": usage}


def _print(report: Mapping[str, Any]) -> None:
    shown = table(f"{report['controller']}, {report['text']}", "requests", *HEADINGS)
    rows = [("micro", report, "micro"), ("macro", report, "macro")]
    rows += [(f"{kind} (micro)", of_type, "micro") for kind, of_type in report["by_type"].items()]
    for name, scores, mean in rows:
        figures = [scores[mean][metric] for metric in METRICS]
        cells = ["-" if figure is None else f"{figure:.3f}" for figure in figures]
        shown.add_row(name, str(scores["requests"]), *cells)
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
        unreached = f"{report['left']} have no plan and are not scored: {report['why']}."
        warn(plain(f"{unreached} The same command tries them again."))

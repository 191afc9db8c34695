"""`hugginggpt eval ...`: what can be typed. What each command does is in its own file, imported when it is called."""

from pathlib import Path
from typing import Annotated

import typer

evaluations = typer.Typer(
    help="Measure a controller: its plans on labelled requests, or whole runs of a file of requests.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Home = Annotated[Path | None, typer.Option("--home", metavar="DIR", help="Where runs and what was found out are kept.")]
Llm = Annotated[str | None, typer.Option("--llm", metavar="SPEC", help="Controller, as for `run` [embedded].")]
Limit = Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="Only the first N.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="JSON lines, a request each; the same command goes on there."),
]
Jobs = Annotated[int, typer.Option("--jobs", min=1, metavar="N", help="How many at once.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Take nothing from before.")]
Timeout = Annotated[float | None, typer.Option("--timeout", metavar="SECONDS", help="For one call [300].")]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable, on stdout.")]


@evaluations.command(
    epilog="Example: hugginggpt eval taskbench --data data_huggingface --llm openai:gpt-5-mini --limit 100"
)
def taskbench(
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="TaskBench's folder, or a file of its records.")],
    text: Annotated[
        str, typer.Option("--text", metavar="request|paraphrase", help="Which wording, where a record has two.")
    ] = "request",
    llm: Llm = None,
    limit: Limit = None,
    out: Out = None,
    jobs: Jobs = 4,
    fresh: Fresh = False,
    json: Json = False,
    timeout: Timeout = None,
    home: Home = None,
) -> None:
    """Score plans on TaskBench (arXiv 2311.18760): node, edge, argument type and argument value F1.

    Reads the published folder data_huggingface and JSON lines (id, request, tasks, links). Only plans; runs nothing.
    """
    from .plan_evaluation import Wanted, score_taskbench

    score_taskbench(data, text, Wanted(home, llm, limit, out, jobs, fresh, json, timeout))


@evaluations.command(epilog="Example: hugginggpt eval requests wishes.txt --llm ollama:qwen3:8b --json")
def requests(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A request a line; or .jsonl or .toml, see below.")],
    llm: Llm = None,
    limit: Limit = None,
    out: Out = None,
    jobs: Jobs = 1,
    fresh: Fresh = False,
    json: Json = False,
    timeout: Timeout = None,
    home: Home = None,
) -> None:
    """Do every request of a file from end to end, and tell plan, success and time of each.

    JSON lines (or [[requests]] in TOML) may hold id, request, files (beside FILE), and accept: the plans that are right,
    as {"tasks": [types], "links": [[place, place]]}.
    """
    from .plan_evaluation import Wanted
    from .run_evaluation import run_requests

    run_requests(file, Wanted(home, llm, limit, out, jobs, fresh, json, timeout))

"""Declares `eval taskbench` and `eval requests`; `plan_evaluation.py` and `run_evaluation.py` do the work."""

from pathlib import Path
from typing import Annotated

import typer

from ..cli.options import Json, option

evaluations = typer.Typer(
    help="Measure a controller: its plans on labelled requests, or whole runs of a file of requests.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Home = Annotated[Path | None, option("--home", "DIR", "Where runs and results are stored.")]
Llm = Annotated[str | None, option("--llm", "SPEC", "Controller, as for `run` [embedded].")]
Limit = Annotated[int | None, option("--limit", "N", "Only the first N.", min=1)]
Out = Annotated[
    Path | None, option("--out", "FILE", "Results as JSON lines, one per request; a second call continues from it.")
]
Jobs = Annotated[int, option("--jobs", "N", "How many at once.", min=1)]
Fresh = Annotated[bool, typer.Option("--fresh", help="Ignore earlier results.")]
Timeout = Annotated[float | None, option("--timeout", "SECONDS", "For one call [300].")]


@evaluations.command(
    epilog="Example: hugginggpt eval taskbench --data data_huggingface --llm openai:gpt-5-mini --limit 100"
)
def taskbench(
    data: Annotated[Path, option("--data", "DIR", "TaskBench's folder, or a file of its records.")],
    text: Annotated[str, option("--text", "request|paraphrase", "Which wording, where a record has two.")] = "request",
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

    Reads the published folder data_huggingface and JSON lines (id, request, tasks, links). It plans, and runs nothing.
    """
    from .options import EvalOptions
    from .plan_evaluation import evaluate_plans

    evaluate_plans(data, text, EvalOptions(home, llm, limit, out, jobs, fresh, json, timeout))


@evaluations.command(epilog="Example: hugginggpt eval requests requests.txt --llm ollama:qwen3:8b --json")
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
    """Run every request of a file from end to end, and report plan, success and time of each.

    JSON lines (or [[requests]] in TOML) may hold id, request, files (beside FILE), and accept: the plans that are right,
    as {"tasks": [types], "links": [[index, index]]}.
    """
    from .options import EvalOptions
    from .run_evaluation import evaluate_runs

    evaluate_runs(file, EvalOptions(home, llm, limit, out, jobs, fresh, json, timeout))

"""The `hugginggpt` command: what can be typed. What each command does is in its own file, imported when it is called."""

import os
import sys
from pathlib import Path
from typing import Annotated, TextIO, cast

import typer

from ..eval.commands import evaluations

app = typer.Typer(
    name="hugginggpt",
    help="Plan a request as tasks, have an expert model do each, keep everything. Answers go to stdout, progress to stderr.",
    epilog="Exit codes: 0 done, 1 failed, 2 wrong use, 3 done in part, 4 waiting for approval, 130 interrupted (resumable).",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(evaluations, name="eval")

Home = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="DIR",
        help="Where runs are kept [$HUGGINGGPT_HOME, ./.hugginggpt if you made it, your data folder].",
    ),
]
Llm = Annotated[
    str | None,
    typer.Option(
        "--llm",
        metavar="SPEC",
        help="Controller: openai:MODEL, ollama:MODEL, hf:MODEL, openai:MODEL@URL, ... [$HUGGINGGPT_LLM; else embedded].",
    ),
]
Files = Annotated[
    list[str] | None,
    typer.Option("-f", "--file", metavar="FILE", help="A file or URL that it is about; repeatable."),
]
Request = Annotated[str | None, typer.Argument(metavar="REQUEST", help="What is to be done; - reads it from stdin.")]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable, on stdout.")]
Newest = Annotated[
    str | None, typer.Argument(metavar="[RUN]", help="Run id, or the beginning of one; the newest without.")
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Copy what was made there, under readable names.")
]
Thread = Annotated[
    str | None, typer.Option("--thread", metavar="ID", help="Conversation to go on with; a new one without.")
]
Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model", metavar="TASK=ID", help="Your own choice of expert for a task type or task id; repeatable."
    ),
]
Select = Annotated[
    str | None,
    typer.Option(
        "--select", metavar="controller|rank", help="Who chooses among several experts; rank takes the first, no call."
    ),
]
MaxCalls = Annotated[
    int | None,
    typer.Option(
        "--max-llm-calls", min=0, metavar="N", help="Stop, resumably, after N calls to the controller's model."
    ),
]
MaxTokens = Annotated[
    int | None, typer.Option("--max-tokens", min=0, metavar="N", help="Stop, resumably, after N tokens, in and out.")
]
Where = Annotated[
    str | None,
    typer.Option(
        "--where",
        metavar="PLACES",
        help="Where experts may run, preferred first: embedded,local,endpoint,hf,chat; or local, huggingface, hybrid.",
    ),
]
Download = Annotated[
    str | None,
    typer.Option(
        "--download", metavar="ask|yes|no", help="Whether models may be downloaded to run on this machine [ask]."
    ),
]
Timeout = Annotated[float | None, typer.Option("--timeout", metavar="SECONDS", help="For one call to an expert [300].")]


def _print_version(wanted: bool) -> None:
    if wanted:
        from ... import __version__

        typer.echo(f"hugginggpt {__version__}")
        raise typer.Exit


@app.callback()
def _everywhere(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks; may stand anywhere.")] = False,
) -> None:
    """What may stand before any command."""


@app.command(
    epilog='Example: hugginggpt run "Read the text in this receipt and say it aloud" -f receipt.png --out made'
)
def run(
    request: Request = None,
    files: Files = None,
    thread: Thread = None,
    home: Home = None,
    out: Out = None,
    llm: Llm = None,
    model: Models = None,
    where: Where = None,
    json: Annotated[bool, typer.Option("--json", help="Print every event as JSON, one a line, on stdout.")] = False,
    approve: Annotated[
        str, typer.Option("--approve", metavar="always|never", help="Pause for your approval once the plan is ready.")
    ] = "never",
    select: Select = None,
    max_llm_calls: MaxCalls = None,
    max_tokens: MaxTokens = None,
    timeout: Timeout = None,
    download: Download = None,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record", metavar="FILE", help="Keep all that model, experts and files said in FILE, without keys."
        ),
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option(
            "--replay", metavar="FILE", help="Run a recording again, without key and network; tell departures."
        ),
    ] = None,
) -> None:
    """Do what a request asks for: plan, choose experts, run them, answer."""
    from .run import Work, replay_run, run_request

    work = Work(home=home, llm=llm, timeout=timeout, download=download, out=out, json=json, where=where)
    if replay:
        settled = {"file": files, "thread": thread, "llm": llm, "model": model, "where": where, "select": select}
        limits = {"max-llm-calls": max_llm_calls, "max-tokens": max_tokens}
        replay_run(work, replay, {"REQUEST": request, **settled, "record": record, **limits})
    run_request(
        work,
        request,
        files or [],
        thread=thread,
        models=model or [],
        approve=approve,
        select=select,
        limits=(max_llm_calls, max_tokens),
        record=record,
    )


@app.command(epilog="Example: hugginggpt chat -f photo.jpg --llm openai:gpt-5-mini")
def chat(
    files: Files = None,
    thread: Thread = None,
    home: Home = None,
    out: Out = None,
    llm: Llm = None,
    model: Models = None,
    where: Where = None,
    json: Annotated[bool, typer.Option("--json", help="Print every event as JSON, one a line, on stdout.")] = False,
    select: Select = None,
    max_llm_calls: MaxCalls = None,
    max_tokens: MaxTokens = None,
    timeout: Timeout = None,
    download: Download = None,
) -> None:
    """Hold a conversation: a request a line, from the keyboard or a pipe. Limits are for each request."""
    from .chat import converse
    from .run import Work

    converse(
        Work(home=home, llm=llm, timeout=timeout, download=download, out=out, json=json, where=where),
        files or [],
        thread=thread,
        models=model or [],
        select=select,
        limits=(max_llm_calls, max_tokens),
    )


@app.command(epilog='Example: hugginggpt plan "Translate notes.txt to French and read it to me" --explain')
def plan(
    request: Request = None,
    files: Files = None,
    home: Home = None,
    llm: Llm = None,
    json: Json = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show the words that asked for each task, and the words left unused.")
    ] = False,
) -> None:
    """Print the checked plan of a request, and run nothing.

    With --json: the paper's JSON list; with --explain too, an object with plan, words and unused.
    """
    from .plan import print_plan

    print_plan(request, files or [], home=home, llm=llm, as_json=json, explain=explain)


@app.command(
    epilog="Example: hugginggpt resume            goes on with the newest run that is waiting or was interrupted"
)
def resume(
    run: Newest = None,
    approve: Annotated[bool, typer.Option("--approve", help="Run the plan that waits.")] = False,
    refuse: Annotated[bool, typer.Option("--refuse", help="Do not run it.")] = False,
    edit: Annotated[
        Path | None,
        typer.Option("--edit", metavar="FILE", help="Run the plan in FILE instead (the paper's JSON list)."),
    ] = None,
    home: Home = None,
    llm: Llm = None,
    out: Out = None,
    json: Json = False,
    max_llm_calls: MaxCalls = None,
    max_tokens: MaxTokens = None,
    timeout: Timeout = None,
    download: Download = None,
) -> None:
    """Go on with a run that waits for approval or was interrupted; what is recorded is not done again."""
    from .run import Work, resume_run

    resume_run(
        Work(home=home, llm=llm, timeout=timeout, download=download, out=out, json=json),
        run,
        approve=approve,
        refuse=refuse,
        edit=edit,
        limits=(max_llm_calls, max_tokens),
    )


@app.command(
    epilog="Example: hugginggpt retry            tries again what failed in the newest run in which anything did"
)
def retry(
    run: Newest = None,
    home: Home = None,
    llm: Llm = None,
    out: Out = None,
    json: Json = False,
    max_llm_calls: MaxCalls = None,
    max_tokens: MaxTokens = None,
    timeout: Timeout = None,
    download: Download = None,
) -> None:
    """Run again what failed in a run, and what hung on it. Limits count what the run has spent so far."""
    from .run import Work, retry_run

    work = Work(home=home, llm=llm, timeout=timeout, download=download, out=out, json=json)
    retry_run(work, run, limits=(max_llm_calls, max_tokens))


@app.command()
def runs(
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many.")] = 20, home: Home = None, json: Json = False
) -> None:
    """List runs, the newest first."""
    from .inspect import list_runs

    list_runs(limit, home=home, as_json=json)


@app.command(epilog="Example: hugginggpt show            draws the newest run")
def show(run: Newest = None, home: Home = None, json: Json = False) -> None:
    """Draw a run: its tasks with states, experts, reasons, timings, inputs and outputs."""
    from .inspect import show_run

    show_run(run, home=home, as_json=json)


@app.command()
def history(run: Newest = None, home: Home = None, json: Json = False) -> None:
    """List the checkpoints of a run, the newest first."""
    from .inspect import list_checkpoints

    list_checkpoints(run, home=home, as_json=json)


@app.command()
def resources(
    thread: Annotated[str | None, typer.Option("--thread", metavar="ID", help="Of one conversation only.")] = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """List what was given and made, by which task and model."""
    from .inspect import list_resources

    list_resources(thread, home=home, as_json=json)


@app.command(epilog="Example: hugginggpt tasks image      every type with `image` in its name")
def tasks(
    name: Annotated[str | None, typer.Argument(metavar="[TASK]", help="Only types whose name contains this.")] = None,
    where: Where = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Say for every task type which experts can run here, and the line that would let others run."""
    from .experts import list_tasks

    list_tasks(name, home=home, where=where, as_json=json)


@app.command(
    epilog="Examples: hugginggpt models text-to-image --refresh;  "
    "hugginggpt models --add http://127.0.0.1:8080 --task summarization;  hugginggpt models --remove NAME"
)
def models(
    task: Annotated[str | None, typer.Argument(metavar="[TASK]", help="Without: your own servers.")] = None,
    where: Where = None,
    refresh: Annotated[bool, typer.Option("--refresh", help="Fetch the Hub's list anew first.")] = False,
    add: Annotated[
        str | None, typer.Option("--add", metavar="URL", help="Add a server of your own, with --task.")
    ] = None,
    for_task: Annotated[
        list[str] | None, typer.Option("--task", metavar="TASK", help="A task type that it does; repeatable.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="How to call it [its host].")] = None,
    api: Annotated[
        str | None, typer.Option("--api", metavar="tasks|openai|tei", help="What it speaks [found out by asking it].")
    ] = None,
    model: Annotated[
        str | None, typer.Option("--served-model", metavar="ID", help="Its model, where it has several.")
    ] = None,
    key_env: Annotated[
        str | None, typer.Option("--key-env", metavar="VAR", help="Environment variable with the key for it.")
    ] = None,
    remove: Annotated[
        str | None, typer.Option("--remove", metavar="NAME", help="Forget a server of that name or URL.")
    ] = None,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Look at the servers that an old home lists, and add them or not.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --take-over: add them without a question.")] = False,
    home: Home = None,
    json: Json = False,
) -> None:
    """List the experts for a task type, best first, and why each can or can't run; add servers of your own."""
    from . import endpoints, experts

    if add:
        endpoints.add(add, for_task or [], name=name, api=api, model=model, key_env=key_env, home=home)
    elif remove:
        endpoints.remove(remove, home=home)
    elif take_over:
        from .take_over import take_over_list

        take_over_list(home=home, yes=yes)
    elif task:
        experts.list_models(task, home=home, where=where, refresh=refresh, as_json=json)
    else:
        endpoints.list_all(home=home, as_json=json)


@app.command(epilog="Example: hugginggpt home --here    keeps the runs of this folder in ./.hugginggpt from now on")
def home(
    here: Annotated[
        bool, typer.Option("--here", help="Make ./.hugginggpt the home of this folder, or adopt the one that is there.")
    ] = False,
    home: Home = None,
    json: Json = False,
) -> None:
    """Print where runs are kept, and why there."""
    from .home import print_home

    print_home(home, here=here, as_json=json)


@app.command(epilog="Example: hugginggpt doctor --live      one small real call to each model and server set up")
def doctor(
    live: Annotated[
        bool,
        typer.Option("--live", help="Call each chat model, provider and endpoint once: answer, cost, seconds."),
    ] = False,
    home: Home = None,
    llm: Llm = None,
    json: Json = False,
) -> None:
    """Check the installation: home, database, controller, experts, a call in a worker process."""
    from .doctor import examine

    examine(home=home, llm=llm, live=live, as_json=json)


def main() -> None:
    """Entry point. `--debug` may stand anywhere: it is a wish about errors, not about a command."""
    arguments = sys.argv[1:]
    words = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if "--debug" in words:
        os.environ["HUGGINGGPT_DEBUG"] = "1"
        arguments = [word for word in words if word != "--debug"] + arguments[len(words) :]
    from ...graph.errors import HuggingGPTError
    from .stderr import CleanStream

    sys.stderr = cast("TextIO", CleanStream(sys.stderr))
    try:
        app(args=arguments, prog_name="hugginggpt")
    except HuggingGPTError as error:  # before anything was opened: the settings, say
        from .console import told

        sys.exit(told(error))
    except OSError as error:  # of writing to stdout: all else is told where it happens
        sys.exit(f"error: the output can't be written: {error.strerror or error}")

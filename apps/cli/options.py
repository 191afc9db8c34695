"""Typer options and arguments that several commands share, as annotated types."""

from pathlib import Path
from typing import Annotated

import typer

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
    list[str] | None, typer.Option("-f", "--file", metavar="FILE", help="A file or URL for the request; repeatable.")
]
Request = Annotated[str | None, typer.Argument(metavar="REQUEST", help="What to do; - reads it from stdin.")]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable, on stdout.")]
Newest = Annotated[str | None, typer.Argument(metavar="[RUN]", help="Run id, or its beginning [the newest run].")]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Copy outputs to DIR, under readable names.")]
Thread = Annotated[str | None, typer.Option("--thread", metavar="ID", help="Conversation to continue [a new one].")]
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

Events = Annotated[bool, typer.Option("--json", help="Print every event as JSON, one a line, on stdout.")]
Approve = Annotated[
    str, typer.Option("--approve", metavar="always|never", help="Pause for your approval once the plan is ready.")
]
Record = Annotated[
    Path | None,
    typer.Option(
        "--record", metavar="FILE", help="Record every exchange with model, experts and files in FILE, without keys."
    ),
]
Replay = Annotated[
    Path | None,
    typer.Option(
        "--replay", metavar="FILE", help="Run a recording again, without key and network; report differences."
    ),
]
Edit = Annotated[
    Path | None, typer.Option("--edit", metavar="FILE", help="Run the plan in FILE instead (the paper's JSON list).")
]

# -- of `models`: servers of the user's own ---------------------------------------------------------------------------

Add = Annotated[str | None, typer.Option("--add", metavar="URL", help="Add a server of your own, with --task.")]
ForTask = Annotated[
    list[str] | None, typer.Option("--task", metavar="TASK", help="A task type that the server does; repeatable.")
]
ServerName = Annotated[str | None, typer.Option("--name", metavar="NAME", help="Name of the server [its host].")]
ServerApi = Annotated[
    str | None, typer.Option("--api", metavar="tasks|openai|tei", help="API of the server [found out by a call].")
]
ServedModel = Annotated[
    str | None, typer.Option("--served-model", metavar="ID", help="Model to use, if the server has several.")
]
KeyVariable = Annotated[
    str | None, typer.Option("--key-env", metavar="VAR", help="Environment variable with the key for the server.")
]
Remove = Annotated[
    str | None, typer.Option("--remove", metavar="NAME", help="Remove the server with that name or URL.")
]
TakeOver = Annotated[
    bool, typer.Option("--take-over", help="Show the servers that an old home lists, and add them or not.")
]

"""Typer options and arguments that several commands share, as annotated types."""

from pathlib import Path
from typing import Annotated, Any

import typer


def option(flag: str, metavar: str, help: str, **more: Any) -> Any:
    """A Typer option with a value, which the help calls `metavar`."""
    return typer.Option(flag, metavar=metavar, help=help, **more)


def _not_empty(given: str | None) -> str | None:
    """An id as it is given: an empty one, of a variable that is not set for instance, names nothing."""
    if given is not None and not given.strip():
        raise typer.BadParameter("it is empty; `hugginggpt runs` lists runs and conversations")
    return given


Home = Annotated[
    Path | None,
    option("--home", "DIR", "Where runs are kept [$HUGGINGGPT_HOME, ./.hugginggpt if you made it, your data folder]."),
]
Llm = Annotated[
    str | None,
    option(
        "--llm",
        "SPEC",
        "Controller: openai:MODEL, ollama:MODEL, hf:MODEL, openai:MODEL@URL, ... [$HUGGINGGPT_LLM; else embedded].",
    ),
]
Files = Annotated[
    list[str] | None, typer.Option("-f", "--file", metavar="FILE", help="A file or URL for the request; repeatable.")
]
Request = Annotated[str | None, typer.Argument(metavar="REQUEST", help="What to do; - reads it from stdin.")]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable, on stdout.")]
Run = Annotated[str, typer.Argument(metavar="RUN", help="Run id, or its beginning.", callback=_not_empty)]
Newest = Annotated[
    str | None,
    typer.Argument(metavar="[RUN]", help="Run id, or its beginning [the newest run].", callback=_not_empty),
]
RunOrThread = Annotated[
    str | None,
    typer.Argument(
        metavar="[RUN|CONVERSATION]", help="Run id, or its beginning; or a conversation.", callback=_not_empty
    ),
]
Out = Annotated[Path | None, option("--out", "DIR", "Copy outputs to DIR, under readable names.")]
Thread = Annotated[str | None, option("--thread", "ID", "Conversation to continue [a new one].", callback=_not_empty)]
OfThread = Annotated[str | None, option("--thread", "ID", "Of one conversation only.", callback=_not_empty)]
Models = Annotated[
    list[str] | None, option("--model", "TASK=ID", "Your own choice of expert for a task type or task id; repeatable.")
]
Select = Annotated[
    str | None,
    option("--select", "controller|rank", "Who chooses among several experts; rank takes the first, no call."),
]
MaxCalls = Annotated[
    int | None, option("--max-llm-calls", "N", "Stop, resumably, after N calls to the controller's model.")
]
MaxTokens = Annotated[int | None, option("--max-tokens", "N", "Stop, resumably, after N tokens, in and out.")]
MaxCost = Annotated[
    float | None,
    option("--max-cost", "DOLLARS", "Stop, resumably, at so many dollars; refuses what has no price."),
]
MaxSeconds = Annotated[
    float | None,
    option("--max-seconds", "SECONDS", "Stop, resumably, after so many seconds of work on the run."),
]
Deadline = Annotated[
    str | None, option("--deadline", "TIME", "Stop, resumably, then: 10m from now, or 2026-11-30T18:00.")
]
ThreadBudget = Annotated[
    str | None,
    option(
        "--thread-budget", "LIMITS", "Limits of the whole conversation: 'calls=50,tokens=100000,cost=2,seconds=600'."
    ),
]
Where = Annotated[
    str | None,
    option(
        "--where",
        "PLACES",
        "Where experts may run, preferred first: embedded,local,endpoint,hf,chat; or local, huggingface, hybrid.",
    ),
]
Download = Annotated[
    str | None,
    option(
        "--download",
        "ask|yes|no",
        "Whether models may be downloaded to run on this machine; not kept with a run [ask].",
    ),
]
Timeout = Annotated[
    float | None,
    option(
        "--timeout",
        "SECONDS",
        "For one call to an expert [300]; kept with the run. The controller's: $HUGGINGGPT_LLM_FIRST_TOKEN, _NEXT_TOKEN.",
    ),
]

Events = Annotated[bool, typer.Option("--json", help="Print every event as JSON, one a line, on stdout.")]
Approve = Annotated[
    str,
    option(
        "--approve",
        "always|never|LIMIT",
        "Pause for your approval once the plan is ready; with LIMIT if the estimate is over it, or unknown: 'cost>0.10', "
        "of cost (dollars), calls (to chat models), tokens, seconds.",
    ),
]
Record = Annotated[
    Path | None,
    option("--record", "FILE", "Record every exchange with model, experts and files in FILE, without keys."),
]
Replay = Annotated[
    Path | None, option("--replay", "FILE", "Run a recording again, without key and network; report differences.")
]
Edit = Annotated[
    Path | None,
    option("--edit", "FILE", "Run the plan in FILE instead (the paper's JSON list, as `plan --json` prints it)."),
]

# -- of `fork` ---------------------------------------------------------------------------------------------------------

Set = Annotated[
    list[str] | None,
    option(
        "--set", "TASK=VALUE", 'Give an output by hand: 2.text="...", 2=@FILE, "3[1]=@FILE" for a member; repeatable.'
    ),
]
ForkModels = Annotated[
    list[str] | None, option("--model", "TASK=ID", "Have a task, or a task type, done by that model; repeatable.")
]
Redo = Annotated[list[int] | None, option("--redo", "TASK", "Do a task again though its result is known; repeatable.")]
EditPlan = Annotated[
    Path | None,
    option(
        "--edit-plan",
        "FILE",
        "Run the plan in FILE (as `show RUN --plan` prints it); tasks that are the same are kept.",
    ),
]
At = Annotated[
    str | None,
    option("--at", "CHECKPOINT", "Go on from an earlier checkpoint of RUN (see `history`).", callback=_not_empty),
]
ForkThread = Annotated[
    str | None, option("--thread", "ID", "Conversation of the new run [a new one].", callback=_not_empty)
]

# -- of `models`: servers of the user's own ---------------------------------------------------------------------------

Add = Annotated[
    str | None, option("--add", "URL", "Add a server of your own, with --task; it is called once for each.")
]
ForTask = Annotated[list[str] | None, option("--task", "TASK", "A task type that the server does; repeatable.")]
ServerName = Annotated[str | None, option("--name", "NAME", "Name of the server [its host].")]
ServerApi = Annotated[str | None, option("--api", "tasks|openai|tei", "API of the server [found out by a call].")]
ServedModel = Annotated[str | None, option("--served-model", "ID", "Model to use, if the server has several.")]
KeyVariable = Annotated[str | None, option("--key-env", "VAR", "Environment variable with the key for the server.")]
ServerPrice = Annotated[float | None, option("--price", "DOLLARS", "What a call to the server costs; 0 for nothing.")]
Keep = Annotated[
    bool, typer.Option("--keep", help="Add the server though it does not do its task now; marked, exit code 3.")
]
Remove = Annotated[str | None, option("--remove", "NAME", "Remove the server with that name or URL.")]
TakeOver = Annotated[
    bool, typer.Option("--take-over", help="Show the servers that an old home lists, and add them or not.")
]

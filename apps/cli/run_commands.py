"""Declares `run`, `chat`, `plan`, `resume`, `cancel`, `retry`, `fork` (options, help); files of those names do the work."""

from typing import Annotated

import typer

from . import options

run_commands = typer.Typer(rich_markup_mode=None)


@run_commands.command(
    epilog='Example: hugginggpt run "Read the text in this receipt and say it aloud" -f receipt.png --out made'
)
def run(
    request: options.Request = None,
    files: options.Files = None,
    thread: options.Thread = None,
    home: options.Home = None,
    out: options.Out = None,
    llm: options.Llm = None,
    model: options.Models = None,
    where: options.Where = None,
    json: options.Events = False,
    approve: options.Approve = "never",
    select: options.Select = None,
    max_llm_calls: options.MaxCalls = None,
    max_tokens: options.MaxTokens = None,
    max_cost: options.MaxCost = None,
    max_seconds: options.MaxSeconds = None,
    deadline: options.Deadline = None,
    thread_budget: options.ThreadBudget = None,
    timeout: options.Timeout = None,
    download: options.Download = None,
    record: options.Record = None,
    replay: options.Replay = None,
) -> None:
    """Plan a request, choose an expert for each task, run them, answer."""
    from .common_options import CommonOptions, Limits
    from .run import replay_run, run_request

    common = CommonOptions(home=home, llm=llm, timeout=timeout, download=download, out=out, json=json, where=where)
    if replay:
        settled = {"file": files, "thread": thread, "llm": llm, "model": model, "where": where, "select": select}
        limits: dict[str, object] = {"max-llm-calls": max_llm_calls, "max-tokens": max_tokens, "max-cost": max_cost}
        limits |= {"max-seconds": max_seconds, "deadline": deadline, "thread-budget": thread_budget}
        replay_run(common, replay, {"REQUEST": request, **settled, "record": record, **limits})
    run_request(
        common,
        request,
        files or [],
        thread=thread,
        models=model or [],
        approve=approve,
        select=select,
        limits=Limits(max_llm_calls, max_tokens, max_cost, max_seconds, deadline, thread_budget, timeout),
        record=record,
    )


@run_commands.command(epilog="Example: hugginggpt chat -f photo.jpg --llm openai:gpt-5-mini")
def chat(
    files: options.Files = None,
    thread: options.Thread = None,
    home: options.Home = None,
    out: options.Out = None,
    llm: options.Llm = None,
    model: options.Models = None,
    where: options.Where = None,
    json: options.Events = False,
    select: options.Select = None,
    max_llm_calls: options.MaxCalls = None,
    max_tokens: options.MaxTokens = None,
    max_cost: options.MaxCost = None,
    max_seconds: options.MaxSeconds = None,
    deadline: options.Deadline = None,
    thread_budget: options.ThreadBudget = None,
    timeout: options.Timeout = None,
    download: options.Download = None,
) -> None:
    """Hold a conversation: a request a line, from the keyboard or a pipe. Limits are for each request.

    From a pipe, and with --json, the exit code is the worst of all requests; else that of the last one.
    """
    from .chat import converse
    from .common_options import CommonOptions, Limits

    converse(
        CommonOptions(home=home, llm=llm, timeout=timeout, download=download, out=out, json=json, where=where),
        files or [],
        thread=thread,
        models=model or [],
        select=select,
        limits=Limits(max_llm_calls, max_tokens, max_cost, max_seconds, deadline, thread_budget, timeout),
    )


@run_commands.command(epilog='Example: hugginggpt plan "Translate notes.txt to French and read it to me" --explain')
def plan(
    request: options.Request = None,
    files: options.Files = None,
    home: options.Home = None,
    llm: options.Llm = None,
    json: options.Json = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show the words that request each task, and the unused words.")
    ] = False,
) -> None:
    """Print the checked plan of a request with what it is expected to spend, and run nothing.

    With --json: the paper's JSON list; with --explain too, an object with plan, words, unused and estimate.
    """
    from .plan import print_plan

    print_plan(request, files or [], home=home, llm=llm, as_json=json, explain=explain)


@run_commands.command(
    epilog="Example: hugginggpt resume --max-cost 2      goes on with the newest run that waits or was interrupted"
)
def resume(
    run: options.Newest = None,
    approve: Annotated[bool, typer.Option("--approve", help="Run the plan that waits.")] = False,
    refuse: Annotated[bool, typer.Option("--refuse", help="Do not run it.")] = False,
    edit: options.Edit = None,
    home: options.Home = None,
    llm: options.Llm = None,
    out: options.Out = None,
    json: options.Json = False,
    max_llm_calls: options.MaxCalls = None,
    max_tokens: options.MaxTokens = None,
    max_cost: options.MaxCost = None,
    max_seconds: options.MaxSeconds = None,
    deadline: options.Deadline = None,
    thread_budget: options.ThreadBudget = None,
    timeout: options.Timeout = None,
    download: options.Download = None,
) -> None:
    """Go on with a run that waits for approval or was interrupted; what is recorded is not run again."""
    from .common_options import CommonOptions, Limits
    from .run import resume_run

    resume_run(
        CommonOptions(home=home, llm=llm, timeout=timeout, download=download, out=out, json=json),
        run,
        approve=approve,
        refuse=refuse,
        edit=edit,
        limits=Limits(max_llm_calls, max_tokens, max_cost, max_seconds, deadline, thread_budget, timeout),
    )


@run_commands.command(epilog="Example: hugginggpt cancel 3f2a            ends the run whose id begins so")
def cancel(
    run: options.Run,
    home: options.Home = None,
    json: options.Json = False,
) -> None:
    """End a run, whichever process works on it. What it has recorded is kept; `resume` goes on with it."""
    from .cancel import cancel_run

    cancel_run(run, home=home, as_json=json)


@run_commands.command(
    epilog="Example: hugginggpt retry            tries again what failed in the newest run in which anything did"
)
def retry(
    run: options.Newest = None,
    home: options.Home = None,
    llm: options.Llm = None,
    out: options.Out = None,
    json: options.Json = False,
    max_llm_calls: options.MaxCalls = None,
    max_tokens: options.MaxTokens = None,
    max_cost: options.MaxCost = None,
    max_seconds: options.MaxSeconds = None,
    deadline: options.Deadline = None,
    thread_budget: options.ThreadBudget = None,
    timeout: options.Timeout = None,
    download: options.Download = None,
) -> None:
    """Run again what failed in a run, and what depends on it; files that could not be used are read again.

    Limits count what the run has spent so far.
    """
    from .common_options import CommonOptions, Limits
    from .run import retry_run

    common = CommonOptions(home=home, llm=llm, timeout=timeout, download=download, out=out, json=json)
    retry_run(
        common, run, limits=Limits(max_llm_calls, max_tokens, max_cost, max_seconds, deadline, thread_budget, timeout)
    )


@run_commands.command(
    epilog='Example: hugginggpt fork 3f2a --set 2.text="12.50 euros"      runs again only what depends on task 2'
)
def fork(
    run: options.Newest = None,
    set: options.Set = None,
    model: options.ForkModels = None,
    redo: options.Redo = None,
    edit_plan: options.EditPlan = None,
    at: options.At = None,
    thread: options.ForkThread = None,
    home: options.Home = None,
    llm: options.Llm = None,
    out: options.Out = None,
    json: options.Json = False,
    max_llm_calls: options.MaxCalls = None,
    max_tokens: options.MaxTokens = None,
    max_cost: options.MaxCost = None,
    max_seconds: options.MaxSeconds = None,
    deadline: options.Deadline = None,
    thread_budget: options.ThreadBudget = None,
    timeout: options.Timeout = None,
    download: options.Download = None,
) -> None:
    """Start a run that goes on from another one with changes; what they do not touch is taken over, and not run again.

    The other run stays as it is. Without a change: what failed is tried again, in a run of its own.
    """
    from .common_options import CommonOptions, Limits
    from .fork import fork_run

    common = CommonOptions(home=home, llm=llm, timeout=timeout, download=download, out=out, json=json)
    fork_run(
        common,
        run,
        outputs=set or [],
        models=model or [],
        redo=redo or [],
        edit_plan=edit_plan,
        at=at,
        thread=thread,
        limits=Limits(max_llm_calls, max_tokens, max_cost, max_seconds, deadline, thread_budget, timeout),
    )

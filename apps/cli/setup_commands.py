"""Declares `tasks`, `models`, `home`, `doctor`, `setup` (Typer options and help); files beside it do the work."""

from typing import Annotated

import typer

from . import options

setup_commands = typer.Typer(rich_markup_mode=None)


@setup_commands.command(epilog="Example: hugginggpt tasks image      every type with `image` in its name")
def tasks(
    name: Annotated[str | None, typer.Argument(metavar="[TASK]", help="Only types whose name contains this.")] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="CODE", help="All phrases in en, zh, ja, es, fr, de or pt.")
    ] = None,
    where: options.Where = None,
    home: options.Home = None,
    json: options.Json = False,
) -> None:
    """List for every task type which experts can run here, and what would let others; with TASK how to ask for it."""
    from .experts import list_tasks

    list_tasks(name, language=language, home=home, where=where, as_json=json)


@setup_commands.command(
    epilog="Examples: hugginggpt models text-to-image --refresh;  "
    "hugginggpt models --add http://127.0.0.1:8080 --task summarization;  hugginggpt models --remove NAME"
)
def models(
    task: Annotated[str | None, typer.Argument(metavar="[TASK]", help="Without: your own servers.")] = None,
    where: options.Where = None,
    refresh: Annotated[bool, typer.Option("--refresh", help="Fetch the Hub's list again first.")] = False,
    add: options.Add = None,
    for_task: options.ForTask = None,
    name: options.ServerName = None,
    api: options.ServerApi = None,
    model: options.ServedModel = None,
    key_env: options.KeyVariable = None,
    price: options.ServerPrice = None,
    keep: options.Keep = False,
    remove: options.Remove = None,
    take_over: options.TakeOver = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --take-over: add them without a question.")] = False,
    home: options.Home = None,
    json: options.Json = False,
) -> None:
    """List the experts for a task type, best first, and why each can or can't run; add servers of your own."""
    from . import endpoints, experts

    if add:
        from . import add_server

        add_server.add(
            add, for_task or [], name=name, api=api, model=model, key_env=key_env, price=price, keep=keep, home=home,
            as_json=json,
        )  # fmt: skip
    elif remove:
        endpoints.remove(remove, home=home)
    elif take_over:
        from .take_over import take_over_list

        take_over_list(home=home, yes=yes)
    elif task:
        experts.list_models(task, home=home, where=where, refresh=refresh, as_json=json)
    else:
        endpoints.list_all(home=home, as_json=json)


@setup_commands.command(
    epilog="Example: hugginggpt home --here    keeps the runs of this folder in ./.hugginggpt from now on"
)
def home(
    here: Annotated[
        bool, typer.Option("--here", help="Make ./.hugginggpt the home of this folder, or adopt the one that is there.")
    ] = False,
    home: options.Home = None,
    json: options.Json = False,
) -> None:
    """Print where runs are kept, and why there."""
    from .home import print_home

    print_home(home, here=here, as_json=json)


@setup_commands.command(
    epilog="Example: hugginggpt doctor --live      one small real call to each model and server set up"
)
def doctor(
    live: Annotated[
        bool, typer.Option("--live", help="Call each chat model, provider and endpoint once: answer, cost, seconds.")
    ] = False,
    home: options.Home = None,
    llm: options.Llm = None,
    json: options.Json = False,
) -> None:
    """Check the installation: home, database, controller, experts, a call in a worker process."""
    from .doctor import run_doctor

    run_doctor(home=home, llm=llm, live=live, as_json=json)


@setup_commands.command(
    epilog="Example: hugginggpt setup --download yes      gets both without a question, and tries each once"
)
def setup(
    download: options.Download = None,
    home: options.Home = None,
    json: options.Json = False,
) -> None:
    """Get two good small models for this machine, after you agree to their size, and try each: MiniLM and Whisper."""
    from .setup import set_up

    set_up(home=home, download=download, as_json=json)

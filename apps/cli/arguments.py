"""Checks and converts command line arguments before anything is opened; errors are `UsageError`."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...graph.approval import checked_approval
from ...graph.encodable import refuse_unencodable
from ...graph.errors import InvalidPlan, UsageError
from ...graph.plan import Plan
from ...graph.settings import Settings
from ...graph.vocabulary import VOCABULARY
from ...tools.redaction.configured_secrets import redactor_of
from .printable import hide_secrets

_PLANS = "`hugginggpt plan REQUEST --json` prints a plan; `hugginggpt resume RUN --json` the one that waits, as `plan`"


def settings_of(**given: object) -> Settings:
    """Settings from options and environment variables; from here on no secret in them is printed or logged."""
    settings = Settings.from_env(os.environ, **given)
    hide_secrets(redactor_of(settings))
    return settings


def settings_of_home(named: Path | None) -> Settings:
    """Settings for commands that only read or change recorded runs, without a chat model.

    Raises `UsageError` where `--home` names no folder: these commands make no home.
    """
    if named and not os.path.isdir(named.expanduser()):  # noqa: PTH112  (also of a name that is too long)
        raise UsageError(
            f"there is no home at {named}", hint="`hugginggpt home` prints the one that is used without --home"
        )
    return settings_of(home=named, llm="")


def request_text(given: str | None) -> str:
    """The request: the argument, or stdin if that is `-` or a pipe."""
    piped = given == "-" or (given is None and not sys.stdin.isatty())
    text = decoded(sys.stdin.buffer.read()) if piped else given or ""
    if not text.strip():
        raise UsageError("the request is empty", hint='describe what to do: hugginggpt run "summarise notes.txt"')
    return text


def decoded(raw: bytes) -> str:
    """The text of a request that was not given as an argument. Raises `InvalidInput` where it is not UTF-8."""
    text = raw.decode("utf-8", "surrogateescape")
    refuse_unencodable(text, "the request")
    return text


def approval_of(given: str) -> str:
    """The value of `--approve`, checked."""
    try:
        return checked_approval(given)
    except ValueError as error:
        raise UsageError(f"--approve {error}, not {given!r}") from None


def thread_limits_of(given: str | None) -> dict[str, str]:
    """`--thread-budget 'cost=2,calls=50'`, by the names of `Options`; their values are checked there."""
    names = {"calls": "thread_max_llm_calls", "tokens": "thread_max_tokens", "cost": "thread_max_cost"}
    names |= {"seconds": "thread_max_seconds"}
    found = dict[str, str]()
    for entry in (given or "").split(",") if given is not None else ():
        name, equals, value = (part.strip() for part in entry.partition("="))
        if name not in names or not equals or not value:
            raise UsageError(
                f"--thread-budget {given!r}: {entry.strip()!r} is no limit",
                hint=f"e.g. --thread-budget cost=2,calls=50 (of {', '.join(names)})",
            )
        found[names[name]] = value
    return found


def choices_of(given: Sequence[str]) -> dict[str, str]:
    """`--model TASK=ID`, as `Options.models`."""
    chosen = {}
    for pair in given:
        task, equals, model_id = pair.partition("=")
        if not equals or not model_id or not (task in VOCABULARY or task.isdecimal()):
            raise UsageError(
                f"--model {pair!r} must be TASK=ID with a task type or a task's number",
                hint="e.g. --model text-to-speech=embedded/espeak-ng; `hugginggpt tasks` lists the types",
            )
        chosen[task] = model_id
    return chosen


def verdict_of(approve: bool, refuse: bool, edit: Path | None) -> Any:
    """`--approve`, `--refuse`, `--edit FILE`, as `nodes/review.py` takes them; None without any."""
    if approve + refuse + (edit is not None) > 1:
        raise UsageError("--approve, --refuse and --edit exclude each other")
    if edit is None:
        return True if approve else False if refuse else None
    try:
        plan = edit.read_text(encoding="utf-8")
        Plan.from_hugginggpt(plan)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{edit} can't be read: {error}", hint=_PLANS) from error
    except InvalidPlan as error:
        raise InvalidPlan(error.problems, hint=_PLANS) from None
    return {"approve": True, "plan": plan}


def selection_of(given: str | None) -> str:
    """The value of `--select`; `controller` if there is none."""
    if given not in (None, "controller", "rank"):
        raise UsageError(f"--select is {given!r}", hint="it is controller or rank")
    return given or "controller"

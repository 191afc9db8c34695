"""Typed: what was typed behind a command, checked before anything is opened. Raises `UsageError`."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...graph.errors import UsageError
from ...graph.settings import Settings
from ...graph.vocabulary import VOCABULARY
from ...tools.redaction.configured_secrets import redactor_of
from .printable import hide


def settings_of(**given: object) -> Settings:
    """What was typed over the environment; from here on no secret of it is printed."""
    settings = Settings.from_env(os.environ, **given)
    hide(redactor_of(settings))
    return settings


def request_text(given: str | None) -> str:
    """The request: the argument, or stdin where that is `-` or a pipe."""
    piped = given == "-" or (given is None and not sys.stdin.isatty())
    text = sys.stdin.buffer.read().decode("utf-8", "replace") if piped else given or ""
    text = text.encode("utf-8", "replace").decode()  # what is no text can't be asked
    if not text.strip():
        raise UsageError("the request is empty", hint='say what is to be done: hugginggpt run "summarise notes.txt"')
    return text


def approval_of(given: str) -> str:
    """`--approve`."""
    if given not in {"always", "never"}:
        raise UsageError(f"--approve must be always or never, not {given!r}")
    return given


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
        return {"approve": True, "plan": edit.read_text(encoding="utf-8")}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{edit} can't be read: {error}") from error


def selection_of(word: str | None) -> str:
    """`--select`: `controller` unless told; raises `UsageError` for another word than the two."""
    if word not in (None, "controller", "rank"):
        raise UsageError(f"--select is {word!r}", hint="it is controller or rank")
    return word or "controller"

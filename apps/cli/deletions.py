"""Does the work of `prune`, `delete`: shows what will go, asks, deletes, and reports what went and what is left."""

import asyncio
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import typer
from rich.filesize import decimal

from ...checkpoints.database import Database
from ...checkpoints.deletion import WorkedOn
from ...checkpoints.open import Storage, open_storage
from ...checkpoints.pruning import Report, delete_named, prune
from ...graph.errors import UsageError
from ...tools.redaction.configured_secrets import redactor_of
from .arguments import settings_of_home
from .console import err, local_time, out, plain, print_json, report_errors, table, warn
from .json_errors import print_json_error

DECLINED: Final = 1
PARTIAL: Final = 3
_SECONDS: Final = {"h": 3600.0, "d": 86400.0, "w": 604800.0}
Work = Callable[[Database, bool], Report]
"""Deletes, or for a trial reports what it would delete."""


def prune_runs(
    older: str | None,
    keep_last: int | None,
    *,
    keep_resumable: bool,
    dry_run: bool,
    yes: bool,
    home: Path | None,
    as_json: bool,
) -> None:
    """`hugginggpt prune`."""
    with report_errors():
        if older is None and keep_last is None:
            raise UsageError(
                "nothing says which runs are to be deleted", hint="e.g. hugginggpt prune --older 30d --keep-last 20"
            )
        seconds = None if older is None else _seconds(older)

    def work(database: Database, trial: bool) -> Report:
        return prune(database, older=seconds, keep_last=keep_last, keep_resumable=keep_resumable, trial=trial)

    _delete(work, prunes=True, dry_run=dry_run, yes=yes, home=home, as_json=as_json)


def delete_run(name: str | None, thread: str | None, *, yes: bool, home: Path | None, as_json: bool) -> None:
    """`hugginggpt delete`."""
    with report_errors():
        if (not name and not thread) or (name and thread):
            raise UsageError("name one run or one conversation", hint="`hugginggpt runs` lists them")

    def work(database: Database, trial: bool) -> Report:
        return delete_named(database, name, thread=thread, trial=trial)

    report = _delete(work, prunes=False, dry_run=False, yes=yes, home=home, as_json=as_json)
    if report.deleted.files_left:
        raise typer.Exit(PARTIAL)


def _seconds(given: str) -> float:
    """Raises `UsageError` for what is no length of time."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([hdw])", given.strip().lower())
    if not match:
        raise UsageError(f"--older is {given!r}", hint="write hours, days or weeks: 12h, 30d, 8w")
    return float(match[1]) * _SECONDS[match[2]]


def _delete(work: Work, *, prunes: bool, dry_run: bool, yes: bool, home: Path | None, as_json: bool) -> Report:
    async def done() -> Report | None:
        settings = settings_of_home(home)
        async with open_storage(settings.home, redactor_of(settings), reading=dry_run) as storage:
            database = storage.ledger.database
            planned = await _planned(storage, work)
            nothing = not (planned.runs or planned.deleted.files or planned.deleted.checkpoints)
            if dry_run or nothing:
                _report(planned, "would be deleted" if dry_run else "deleted", as_json)
                return planned
            if not yes:
                _show(planned, prunes=prunes)
                if not _agreed(planned):
                    return None
            report = await asyncio.to_thread(work, database, False)
            _report(report, "deleted", as_json)
            return report

    with report_errors():
        report = asyncio.run(done())
    if report is None:
        err().print("nothing was deleted")
        print_json_error("Declined", "nothing was deleted", "", DECLINED)
        raise typer.Exit(DECLINED)
    if report.not_compacted:
        raise typer.Exit(PARTIAL)
    return report


async def _planned(storage: Storage, work: Work) -> Report:
    """What would be deleted. The beats of an owner on another host are watched first."""
    while True:
        try:
            return await asyncio.to_thread(work, storage.ledger.database, True)
        except WorkedOn as busy:
            await storage.ledger.runs.claim(busy.run_id)


def _agreed(planned: Report) -> bool:
    if not sys.stdin.isatty():
        raise UsageError(
            "there is no terminal to ask at; nothing was deleted", hint="to delete without a question: --yes"
        )
    err().print(f"Delete {_amount(planned)}? y/N ", end="")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _amount(report: Report) -> str:
    runs, files = len(report.runs), report.deleted.files
    unfinished = sum(head.resumable for head in report.runs)
    of_these = f" ({unfinished} of them unfinished)" if unfinished else ""
    size = decimal(report.deleted.bytes + report.deleted.database_bytes)
    return f"{runs} run{'s' * (runs != 1)}{of_these} and {files} file{'s' * (files != 1)}, {size}"


def _show(report: Report, *, prunes: bool) -> None:
    shown = table("run", "conversation", "status", "started", "request")
    for head in report.runs:
        shown.add_row(
            head.run_id,
            plain(head.thread_id, 20),
            head.status,
            local_time(head.started_at),
            plain(head.request or "", 60),
        )
    if report.runs:
        err().print(shown)
    if can := [head.run_id for head in report.runs if head.resumable]:
        they = f"{len(can)} of these can be resumed" if len(can) > 1 else "one of these can be resumed"
        more = f" and {len(can) - 5} more" * (len(can) > 5)
        keep = ", or keep these runs with --keep-resumable" if prunes else ""
        warn(f"{they}: {', '.join(can[:5])}{more}; finish first what you need (hugginggpt resume RUN){keep}")


def _report(report: Report, verb: str, as_json: bool) -> None:
    """What went on stdout, what is left and why on stderr."""
    if as_json:
        print_json(_as_json(report, trial=verb != "deleted"))
    else:
        if verb != "deleted":
            _show(report, prunes=True)
        out().print(f"{verb}: {_amount(report)}", soft_wrap=True)
    for head, reason in report.kept:
        err().print(plain(f"kept: run {head.run_id}, because {reason}"), soft_wrap=True)
    for thread_id in report.repeated_in:
        text = f"conversation {thread_id} goes on after that; its messages repeat the request and the answer"
        warn(plain(f"{text}. To delete all of it: hugginggpt delete --thread {thread_id}"))
    if left := report.deleted.files_left:
        what = f"{left} file{'s' * (left != 1)} without a run {'are' if left != 1 else 'is'} kept"
        warn(f"{what}: stored a moment ago, or since a run in progress began; a later `hugginggpt prune` removes them")
    if report.not_compacted:
        warn(plain(f"the file of the database is as large as before: {report.not_compacted}"))


def _as_json(report: Report, *, trial: bool) -> dict[str, Any]:
    return {
        "dry_run": trial,
        "runs": [head._asdict() | {"resumable": head.resumable} for head in report.runs],
        "kept": [{"run_id": head.run_id, "reason": reason} for head, reason in report.kept],
        "repeated_in": report.repeated_in,
        "checkpoints": report.deleted.checkpoints,
        "files": report.deleted.files,
        "file_bytes": report.deleted.bytes,
        "files_left": report.deleted.files_left,
        "database_bytes": report.deleted.database_bytes,
        "not_compacted": report.not_compacted,
    }

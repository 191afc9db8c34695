"""The `hugginggpt` command in this process, in a tenth of the time, also beside a world that is open; and a full disk."""

import asyncio
import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from click.testing import Result as Shown
from typer.testing import CliRunner

from hugginggpt.apps.cli.app import app


class Printed(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


def command(*words: str, typed: str = "") -> Printed:
    """Run it with whatever home the environment names; `typed` is its standard input."""
    done = CliRunner().invoke(app, list(words), input=typed)
    return Printed(done.exit_code, done.stdout, done.stderr)


async def typed(*words: str | Path, home: Path) -> Shown:
    """The command in this process, in a thread of its own: it has an event loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, app, [*map(str, words), "--home", str(home)])


async def as_json(*words: str | Path, home: Path) -> Any:
    shown = await typed(*words, "--json", home=home)
    assert shown.exit_code == 0, shown.output
    return json.loads(shown.stdout)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Writing beyond so many bytes of any file fails, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

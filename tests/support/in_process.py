"""`typed`, `as_json`: the command in this process, beside a world that is open here; and a disk that is full."""

import asyncio
import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from click.testing import Result as Shown
from typer.testing import CliRunner

from hugginggpt.apps.cli.app import app


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

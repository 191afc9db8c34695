"""`command`: the `hugginggpt` command in this process, with whatever home the environment names; a tenth of the time."""

from typing import NamedTuple

from typer.testing import CliRunner

from hugginggpt.apps.cli.app import app


class Printed(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


def command(*words: str, typed: str = "") -> Printed:
    """Run it; `typed` is its standard input."""
    done = CliRunner().invoke(app, list(words), input=typed)
    return Printed(done.exit_code, done.stdout, done.stderr)

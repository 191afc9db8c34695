"""`Shell`: runs the `hugginggpt` command in real processes with a real home."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from warm_commands import Forked, WarmCommands

MARK = "===="
_EACH = f"""
import json, sys
from hugginggpt.apps.cli.app import main
for words in json.loads(sys.argv[1]):
    for stream in (sys.stdout, sys.stderr):
        print("{MARK}", file=stream, flush=True)
    sys.argv = ["hugginggpt", *words]
    try:
        main()
    except SystemExit as done:
        print("exit", done.code, file=sys.stderr, flush=True)
"""


_READ_AT_IMPORT = {"HF_HUB_OFFLINE"}
"""Variables that libraries read once, when they are imported."""


@cache
def _warm() -> WarmCommands:
    return WarmCommands()


class Typed:
    """What a command printed, and its exit code."""

    def __init__(self, done: "subprocess.CompletedProcess[str]") -> None:
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def events(self) -> list[dict[str, object]]:
        """The events that `--json` prints, an object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


class Shell:
    """Runs commands in a folder of its own, with a home of its own and no keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("HUGGINGGPT", "OPENAI", "HF_", "COLUMNS"))}
        self.env |= {f"HUGGINGGPT_{name.upper()}": str(folder / name) for name in ("home", "config", "cache")}

    def __call__(self, *words: str, **env: str) -> Typed:
        if env.keys() & _READ_AT_IMPORT or not hasattr(os, "fork"):
            return self.cold(*words, **env)
        return Typed(_warm().run(words, self.folder, self.env | env))

    def typed(self, lines: str, *words: str, **env: str) -> Typed:
        """The command, which reads these lines from a pipe."""
        return Typed(_warm().run(words, self.folder, self.env | env, lines))

    def cold(self, *words: str, **env: str) -> Typed:
        """The command from the start of its interpreter on."""
        return self._done([sys.executable, "-m", "hugginggpt.apps", *words], env)

    def _done(self, command: Sequence[str], env: Mapping[str, str]) -> Typed:
        return Typed(
            subprocess.run(
                command,
                cwd=self.folder,
                env=self.env | dict(env),
                capture_output=True,
                text=True,
                timeout=120,
                stdin=subprocess.DEVNULL,
                check=False,
            )
        )

    def each(self, commands: Sequence[Sequence[str]], then: str = "", **env: str) -> Typed:
        """Many commands in one process, each after a line `MARK` on both streams; `then`: Python at its end."""
        return self.python(_EACH + then, json.dumps(commands), **env)

    def python(self, code: str, *words: str, **env: str) -> Typed:
        """A Python program with these arguments."""
        return Typed(_warm().run(words, self.folder, self.env | env, code=code))

    def start(self, *words: str, code: str = "") -> Forked:
        """The process, running; `code`: a Python program in place of the command."""
        return _warm().piped(words, self.folder, self.env, code)

    def on(self, streams: tuple[int, int, int], *words: str, code: str = "", **env: str) -> Forked:
        """The process, running, with these files as its standard streams."""
        return _warm().start(words, self.folder, self.env | env, streams, code)

"""Shell: the command as a user types it, in real processes and a real home."""

import json
import os
import subprocess
import sys
from pathlib import Path


class Typed:
    """What a command printed, and how it ended."""

    def __init__(self, done: "subprocess.CompletedProcess[str]") -> None:
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def events(self) -> list[dict[str, object]]:
        """Of `--json`: an object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


class Shell:
    """Types commands in a folder of its own, with a home of its own and no keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("HUGGINGGPT", "OPENAI", "HF_", "COLUMNS"))}
        self.env |= {f"HUGGINGGPT_{name.upper()}": str(folder / name) for name in ("home", "config", "cache")}

    def __call__(self, *words: str, **env: str) -> Typed:
        command = [sys.executable, "-m", "hugginggpt.apps", *words]
        return Typed(
            subprocess.run(
                command,
                cwd=self.folder,
                env=self.env | env,
                capture_output=True,
                text=True,
                timeout=120,
                stdin=subprocess.DEVNULL,
                check=False,
            )
        )

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """The process, running."""
        command = [sys.executable, "-m", "hugginggpt.apps", *words]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.env,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

"""The installed wheel: imports every module, asks every command for its help, and does one request.

python try_wheel.py        in a folder with `examples/`, by the Python that the wheel is installed for
"""

import json
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import typer

import hugginggpt
from hugginggpt.apps.cli.app import app

OF_SERVER = "hugginggpt.apps.file_route"
"""The route of LangGraph Server, which brings the library that it needs (the extra `studio`)."""
COMMAND = str(Path(sys.executable).parent / "hugginggpt")
REQUEST = "Read the text in this receipt, summarise it and say the summary aloud"


def modules() -> Iterator[str]:
    """Every module of the package but the one that is the command itself, and that of the server."""
    for module in pkgutil.walk_packages(hugginggpt.__path__, "hugginggpt."):
        if not module.name.endswith(".__main__") and module.name != OF_SERVER:
            yield module.name


def run(*words: str) -> str:
    """What the command prints; ends this program where it fails."""
    done = subprocess.run([COMMAND, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"hugginggpt {' '.join(words)}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def main() -> None:
    """Try it all; raises or exits at the first fault."""
    assert Path(hugginggpt.__file__).is_relative_to(sys.prefix), hugginggpt.__file__
    names = [import_module(name).__name__ for name in modules()]
    group = typer.main.get_command(app)
    commands = sorted(group.commands)  # type: ignore[attr-defined]
    assert all(run(command, "--help") for command in commands)
    *_, last = run("run", REQUEST, "-f", "examples/receipt.jpg", "--home", "home", "--json").splitlines()
    ended = json.loads(last)
    assert (ended["event"], ended["status"]) == ("run_finished", "succeeded"), ended
    assert REQUEST in run("show", "--home", "home")
    print(f"{len(names)} modules, {len(commands)} commands, one run")


if __name__ == "__main__":
    main()

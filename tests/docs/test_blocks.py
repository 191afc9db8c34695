"""Every code block of README and docs runs, or says why it does not and is parsed against the real command line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from doc_blocks import Block, blocks
from hugginggpt.apps.cli.app import app
from paths import EXAMPLES

BLOCKS = list(blocks())
RUN = [block for block in BLOCKS if block.language in ("sh", "python") and not block.reason]
COMMANDS = [(block, words) for block in BLOCKS if block.language == "sh" for words in block.commands()]
DRAWN = ("mermaid", "text", "json", "toml", "")
"""Of these the scripts in `docs/` or no program are the readers."""


@pytest.mark.parametrize("block", RUN, ids=str)
def test_a_block_runs_as_it_stands(block: Block, tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(EXAMPLES)
    program = ["bash", "-euo", "pipefail", "-c"] if block.language == "sh" else [sys.executable, "-c"]
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    env = os.environ | {"PATH": path, "HUGGINGGPT_HOME": str(tmp_path / "home"), "HUGGINGGPT_LLM": "", "HF_TOKEN": ""}
    done = subprocess.run(
        [*program, block.code], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize(
    ("block", "words"), COMMANDS, ids=lambda value: " ".join(value) if isinstance(value, list) else str(value)
)
def test_a_command_is_one_that_the_command_line_takes(block: Block, words: list[str]) -> None:
    command, rest = typer.main.get_command(app), list(words)
    while subcommands := getattr(command, "commands", None):
        assert rest, f"{block}: {words} names no command"
        assert rest[0] in subcommands, f"{block}: there is no command {rest[0]}"
        command = subcommands[rest.pop(0)]
    command.make_context(words[0], rest)


def test_every_block_has_a_language_that_is_checked_or_a_reason() -> None:
    unknown = {str(block): block.language for block in BLOCKS if block.language not in ("sh", "python", *DRAWN)}
    assert not unknown


def test_most_blocks_run() -> None:
    assert len(RUN) >= 8
    assert len(COMMANDS) >= 30

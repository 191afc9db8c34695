"""What real processes print on a pseudo-terminal."""

import os
import pty
import re
import subprocess
import sys
from contextlib import suppress

import pytest

from shell import Shell

STYLED = re.compile(r"\x1b\[[0-9;]*m")
SAY = ("run", "say 'ahoy' aloud with text-to-speech")


def on_a_terminal(shell: Shell, *words: str, **env: str) -> str:
    """All that a command writes, with stdout and stderr on one terminal of 100 columns."""
    above, below = pty.openpty()
    ran = subprocess.Popen(
        [sys.executable, "-m", "hugginggpt.apps", *words],
        cwd=shell.folder, env=shell.env | {"TERM": "xterm-256color", "COLUMNS": "100"} | env,
        stdin=subprocess.DEVNULL, stdout=below, stderr=below,
    )  # fmt: skip
    os.close(below)
    written = b""
    with suppress(OSError):  # the other end is closed
        while part := os.read(above, 65536):
            written += part
    ran.wait(timeout=60)
    os.close(above)
    return written.decode(errors="replace")


@pytest.mark.parametrize("words", [SAY, ("show", "none"), ("--help",)])
def test_no_color_turns_off_every_style(shell: Shell, words: tuple[str, ...]) -> None:
    """Neither bold nor dim: no-color.org."""
    assert not STYLED.search(on_a_terminal(shell, *words, NO_COLOR="1"))


def test_without_no_color_a_terminal_gets_styles(shell: Shell) -> None:
    assert STYLED.search(on_a_terminal(shell, "tasks", "speech"))

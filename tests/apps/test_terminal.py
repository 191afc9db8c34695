"""What real processes print on a pseudo-terminal."""

import json
import os
import pty
import re
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from hugginggpt.apps.cli.app import app
from hugginggpt.apps.cli.arguments import decoded
from hugginggpt.apps.cli.streams import CleanStream, OpenStream
from hugginggpt.graph.errors import InvalidInput, StorageError
from shell import Shell

STYLED = re.compile(r"\x1b\[[0-9;]*m")
_QUIET = """
import json, sys
from hugginggpt.apps.cli.start import main
for words in json.loads(sys.argv[1]):
    sys.argv = ["hugginggpt", *words]
    try:
        main()
    except SystemExit as done:
        print("exit", done.code, file=sys.stderr, flush=True)
"""
_INTERRUPTED = """
import os, runpy, signal, sys
class Interrupting:
    def find_spec(self, name, *_):
        if name == at:
            os.kill(os.getpid(), signal.SIGINT)
at = sys.argv.pop(1)
sys.meta_path.insert(0, Interrupting())
runpy.run_module("hugginggpt.apps", run_name="__main__", alter_sys=True)
"""
SAY = ("run", "say 'ahoy' aloud with text-to-speech")


def on_a_terminal(shell: Shell, *words: str, **env: str) -> str:
    """All that a command writes, with stdout and stderr on one terminal of 100 columns."""
    above, below = pty.openpty()
    ran = shell.on((below, below, below), *words, **{"TERM": "xterm-256color", "COLUMNS": "100"} | env)
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


def test_a_reader_that_leaves_ends_no_command_with_an_error(shell: Shell) -> None:
    """`hugginggpt tasks | head -1` is quiet, and its exit code is that of the command."""
    commands = [["tasks"], ["tasks", "--json"], ["--help"], ["home"]]
    read, write = os.pipe()
    os.close(read)
    with tempfile.TemporaryFile("w+") as err:
        done = shell.on((write, write, err.fileno()), json.dumps(commands), code=_QUIET)
        os.close(write)
        code = done.wait(60)
        err.seek(0)
        printed = err.read()
    assert [line for line in printed.splitlines() if line.startswith("exit")] == ["exit 0"] * len(commands)
    assert "roken" not in printed
    assert code == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_an_answer_that_finds_no_room_is_an_error_and_progress_is_not() -> None:
    """Of a full disk behind `>` and `2>`: the command fails in words, or goes on without what it reports."""
    with Path("/dev/full").open("w") as full:
        progress = CleanStream(full)
        progress.write("running")
        progress.flush()
    with Path("/dev/full").open("w") as full:
        answers = OpenStream(full)
        answers.write("42")
        with pytest.raises(StorageError, match="what the command prints can't be written: No space left"):
            answers.flush()
        answers.flush()  # at the end of the process nothing is left to fail again


def _printed(words: list[str]) -> None:
    app(words, standalone_mode=False)
    sys.stdout.flush()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
@pytest.mark.parametrize("words", [["--help"], ["--version"], ["tasks"]])
def test_help_that_finds_no_room_is_an_error_too(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The parser asks with an empty text which kind of stream this is, and hears of no failure."""
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", OpenStream(full))
        with pytest.raises(StorageError, match="what the command prints can't be written: No space left"):
            _printed(words)


@pytest.mark.parametrize(
    "words", [["show", "a\udcffb"], ["run", "hello", "-f", "\udcff.txt"], ["chat", "--thread", "\udcff"]]
)
def test_an_argument_that_is_no_utf_8_is_wrong_use_by_its_name(words: list[str]) -> None:
    with pytest.raises(
        InvalidInput, match=r"the argument '.*' is no UTF-8 text: the byte FF (behind|at its beginning)"
    ):
        app(words, standalone_mode=False)


def test_a_request_from_a_pipe_that_is_no_utf_8_is_refused() -> None:
    with pytest.raises(InvalidInput, match="the request is no UTF-8 text: the byte E9 behind 'caf'"):
        decoded(b"caf\xe9")


def test_a_command_that_is_started_without_standard_streams_has_some() -> None:
    """As some service managers start it: no file that it opens gets a descriptor into which answers are printed."""
    code = (
        "from hugginggpt.apps.cli.streams import open_missing_streams as made; import sys; made(); "
        "print('lost'); print(sys.stdin.isatty(), sys.stdin.fileno(), sys.stdout.fileno(), file=sys.stderr)"
    )
    command = ["sh", "-c", 'exec "$0" -c "$1" <&- >&-', sys.executable, code]
    assert subprocess.run(command, stderr=subprocess.PIPE, text=True, check=True).stderr == "False 0 1\n"


@pytest.mark.parametrize(
    ("words", "module", "said"),
    [
        (["run", "say hello"], "typer", "interrupted; nothing was started"),
        (
            ["run", "say hello"],
            "hugginggpt.graph.world",
            "interrupted before anything was planned, so nothing is kept of it",
        ),
        (["resume", "abc"], "hugginggpt.graph.world", "to continue: hugginggpt resume abc"),
    ],
)
def test_ctrl_c_in_the_first_second_says_what_is_kept(shell: Shell, words: list[str], module: str, said: str) -> None:
    """The signal comes when that module is about to be imported, on a slow machine too."""
    command = [sys.executable, "-c", _INTERRUPTED, module, *words]
    done = subprocess.run(command, cwd=shell.folder, env=shell.env, capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_events_go_to_the_pipe_also_while_the_tree_is_drawn_on_a_terminal(shell: Shell) -> None:
    above, below = pty.openpty()
    with tempfile.TemporaryFile("w+") as out:
        process = shell.on((below, out.fileno(), below), *SAY, "--json", TERM="xterm-256color")
        os.close(below)
        read_to_its_end(above)
        process.wait(60)
        out.seek(0)
        events = [json.loads(line)["event"] for line in out]
    assert events[0] == "run_started"
    assert {"plan_ready", "task_started", "task_finished", "run_finished"} <= set(events)


def read_to_its_end(terminal: int) -> None:
    with suppress(OSError):  # the other end is closed
        while os.read(terminal, 65536):
            pass


def test_a_plan_is_edited_at_the_terminal_before_it_runs(shell: Shell) -> None:
    """A mistake is explained, the plan edited again, shown, and run; the same command answers."""
    plan = [{"task": "count", "id": 0, "dep": [-1], "args": {"text": "one two three four"}, "goal": "count the words"}]
    (shell.folder / "good.json").write_text(json.dumps(plan))
    (shell.folder / "bad.json").write_text(json.dumps([{**plan[0], "task": "counting"}]))
    editor = shell.folder / "editor"
    editor.write_text('#!/bin/sh\nmv bad.json "$1" 2>/dev/null || mv good.json "$1"\n')
    editor.chmod(0o700)
    above, below = pty.openpty()
    words = ("run", "How many words are in 'a b c'?", "--approve", "always")
    ran = shell.on((below, below, below), *words, TERM="xterm", EDITOR=str(editor), COLUMNS="120")
    os.close(below)
    os.write(above, b"e\ne\ny\n")
    written = b""
    with suppress(OSError):
        while part := os.read(above, 65536):
            written += part
    said = STYLED.sub("", written.decode(errors="replace"))
    os.close(above)
    assert ran.wait(timeout=60) == 0, said
    assert "the edited plan can't be run: " in said
    assert "the plan was edited by hand" in said
    assert "Count [0]: 4" in said

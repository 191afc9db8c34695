"""LangSmith is configured, and does not answer: the command ends all the same, and says so in a line."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from hugginggpt.tools.scripted import as_json, serve
from shell import Shell

COUNT = "How many words are in 'a b c'?"


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def traced(shell: Shell, url: str) -> Shell:
    shell.env |= {"LANGSMITH_TRACING": "true", "LANGSMITH_ENDPOINT": url, "LANGSMITH_API_KEY": "lsv2_any"}
    return shell


def test_a_command_does_not_wait_for_a_langsmith_that_is_silent(shell: Shell, silent: str) -> None:
    """Its client alone holds the process for minutes, longer than a test may take."""
    done = traced(shell, silent)("run", COUNT)
    assert done.code == 0
    assert "3" in done.out
    assert "traces were not all sent to LangSmith" in done.err
    assert "Traceback" not in done.err


def test_the_exit_code_stays(shell: Shell, silent: str) -> None:
    assert traced(shell, silent)("run", "read none.txt").code == 1


def test_a_langsmith_that_answers_gets_the_traces(shell: Shell) -> None:
    with serve(lambda _: as_json({})) as server:
        done = traced(shell, server.url)("run", COUNT)
    assert done.code == 0
    assert "LangSmith" not in done.err
    assert any(request.method == "POST" for request in server.requests)


PROGRAM = """
import hugginggpt
print(hugginggpt.run("How many words are in 'a b c'?").answer)
"""
THAT_HAS_HAD_AN_ANSWER = f"""{PROGRAM}
from langsmith.run_trees import get_cached_client
assert get_cached_client().info
"""
"""`info` is the one request of LangSmith's client that waits for its answer."""


def program(shell: Shell, url: str, text: str = PROGRAM) -> "subprocess.CompletedProcess[str]":
    """A program of a few lines, which ends when it has printed the answer."""
    command = [sys.executable, "-c", text]
    return subprocess.run(
        command, env=traced(shell, url).env, cwd=shell.folder, capture_output=True, text=True, timeout=120, check=True
    )


def test_a_python_program_does_not_wait_for_a_langsmith_that_is_silent(shell: Shell, silent: str) -> None:
    """LangSmith's client alone holds it for more than the 120 seconds that it has here."""
    done = program(shell, silent)
    assert "3" in done.stdout
    assert "traces were not all sent to LangSmith: no answer" in done.stderr


def test_a_langsmith_that_answers_slowly_gets_all_traces_of_a_python_program(shell: Shell) -> None:
    posted = list[str]()

    def answer(request: Any) -> Any:
        time.sleep(0 if request.method == "GET" else 2)  # longer than a server that never answered is waited for
        posted.append(request.method)
        return as_json({})

    with serve(answer) as server:
        done = program(shell, server.url, THAT_HAS_HAD_AN_ANSWER)
    assert "LangSmith:" not in done.stderr
    assert "POST" in posted

"""LangSmith is configured, and does not answer: the command ends all the same, and says so in a line."""

import socket
from collections.abc import Iterator

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

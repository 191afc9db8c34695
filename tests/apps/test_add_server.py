"""`models --add` has a server do each task once, and keeps what did it; the rest only with `--keep`, and marked."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from hugginggpt.apps.cli.app import app
from hugginggpt.tools.scripted import Received, Reply, as_json, chat, failing, serve


class Printed(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


Command = Callable[..., Printed]


@pytest.fixture
def shell(home: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command in this process."""
    monkeypatch.setenv("HUGGINGGPT_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "400")

    def run(*words: str) -> Printed:
        done = CliRunner().invoke(app, list(words))
        return Printed(done.exit_code, done.stdout, done.stderr)

    return run


def openai(answer: Callable[[Received], Reply], *models: str) -> Callable[[Received], Reply]:
    """A server with OpenAI's API under `/v1` that lists these models and answers each call so."""
    listed = as_json({"object": "list", "data": [{"id": model, "object": "model"} for model in models or ("tiny",)]})

    def reply(received: Received) -> Reply:
        if not received.path.startswith("/v1/"):
            return Reply(404)
        if received.method == "GET":
            return listed if received.path == "/v1/models" else Reply(404)
        return answer(received)

    return reply


def embeddings(received: Received) -> Reply:
    """Embeddings in two dimensions, in another order than the texts."""
    vectors = [[1.0, 0.0], [3.0, 3.0], [0.0, 2.0]]
    rows = [{"object": "embedding", "index": n, "embedding": vectors[n]} for n in range(len(received.json["input"]))]
    return as_json(
        {"object": "list", "model": "tiny", "data": rows[::-1], "usage": {"prompt_tokens": 1, "total_tokens": 1}}
    )


def sight(*answers: str) -> Callable[[Received], Reply]:
    """What a chat server says to each picture in turn."""
    left = list(answers)
    return lambda received: chat(left.pop(0) if left else "A red square.").to(received)


def kept(shell: Command) -> Any:
    return json.loads(shell("models", "--json").out)


def test_a_server_is_called_once_at_the_path_that_answered_and_what_came_back_is_printed(shell: Command) -> None:
    """Infinity serves OpenAI's API at its root: with `/v1` it answered 404 for ever."""

    def infinity(received: Received) -> Reply:
        moved = replace(received, path=f"/v1{received.path}")
        return openai(embeddings)(moved) if "/v1" not in received.path else Reply(404)

    with serve(infinity) as server:
        added = shell("models", "--add", server.url, "--task", "feature-extraction")
    assert (added.code, added.err.strip()) == (0, "")
    assert "tried feature-extraction: '[1.0, 0.0]'" in added.out
    assert "with the model tiny" in added.out
    assert [(row["url"], row["untried"]) for row in kept(shell)] == [(server.url, "")]


def test_similarity_is_the_cosine_of_embeddings(shell: Command) -> None:
    with serve(openai(embeddings)) as server:
        added = shell("models", "--add", server.url, "--task", "sentence-similarity")
        words = ("How similar are 'a boat' and 'a ship'?", "--where", "endpoint")
        assert added.code == 0, added.err
        done = shell("run", *words)
    assert done.code == 0, done.err
    assert "a ship (0.71)" in done.out  # of (1, 0) and (3, 3)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_server_that_does_not_answer_is_not_kept(shell: Command, form: str) -> None:
    given = (
        "models",
        "--add",
        "http://127.0.0.1:9",
        "--task",
        "summarization",
        *(["--json"] if form == "json" else []),
    )
    refused = shell(*given)
    assert refused.code == 1
    assert "does not answer" in refused.err
    assert "--keep" in refused.err
    assert kept(shell) == []


def test_a_server_that_fails_at_its_task_is_kept_only_on_request_and_marked_until_it_does_it(shell: Command) -> None:
    """This one lists a model, and answers 404 to the task itself."""
    with serve(openai(lambda _: Reply(404))) as server:
        words = ("models", "--add", server.url, "--task", "feature-extraction")
        refused = shell(*words)
        assert (refused.code, kept(shell)) == (1, [])
        marked = shell(*words, "--keep")
    assert "404" in refused.err
    assert "--keep" in refused.err
    assert marked.code == 3
    assert "marked as never tried" in marked.err
    (row,) = kept(shell)
    assert "404" in row["untried"]
    assert "its task was never done" in shell("models").out


def test_of_several_tasks_those_that_are_done_are_kept_and_exit_code_3_says_that_some_were_not(shell: Command) -> None:
    answer = lambda r: embeddings(r) if r.path == "/v1/embeddings" else Reply(404)  # noqa: E731
    with serve(openai(answer)) as server:
        words = ("models", "--add", server.url, "--task", "feature-extraction", "--task", "text-to-speech", "--json")
        added = shell(*words)
    assert added.code == 3
    assert [(row["task_type"], row["ok"], row["kept"]) for row in json.loads(added.out)] == [
        ("feature-extraction", True, True), ("text-to-speech", False, False)
    ]  # fmt: skip
    assert [row["task_type"] for row in kept(shell)] == ["feature-extraction"]


def test_a_server_that_is_not_replaced_keeps_its_row(shell: Command) -> None:
    with serve(openai(embeddings)) as server:
        assert shell("models", "--add", server.url, "--task", "feature-extraction", "--name", "mine").code == 0
    assert shell("models", "--add", "http://127.0.0.1:9", "--task", "feature-extraction", "--name", "mine").code == 1
    assert [row["url"] for row in kept(shell)] == [f"{server.url}/v1"]


BLIND = {
    "ignores pictures": (sight("Red.", "Red."), "does not see what is sent: of a red picture it says 'Red.'"),
    "refuses pictures": (lambda _: failing(500, "image input is not supported"), "image input is not supported"),
}


@pytest.mark.parametrize("name", BLIND)
def test_a_server_of_a_model_that_reads_text_only_is_refused_for_pictures(shell: Command, name: str) -> None:
    answer, words = BLIND[name]
    with serve(openai(answer)) as server:
        refused = shell("models", "--add", server.url, "--task", "image-to-text")
    assert refused.code == 1
    assert words in refused.err
    assert kept(shell) == []


def test_a_server_of_a_model_that_sees_is_added_for_pictures(shell: Command) -> None:
    with serve(openai(sight("Red.", "It is blue."))) as server:
        added = shell("models", "--add", server.url, "--task", "image-to-text")
    assert added.code == 0, added.err
    assert "A red square." in added.out


def test_a_server_that_lists_no_model_needs_its_name_and_one_that_lists_several_says_which_it_is(
    shell: Command,
) -> None:
    with serve(openai(embeddings, "first", "second")) as server:
        added = shell("models", "--add", server.url, "--task", "feature-extraction")
        named = shell("models", "--add", server.url, "--task", "feature-extraction", "--served-model", "second")
    assert "with the model first" in added.out
    assert "lists 2 models" in added.err
    assert (named.code, named.err.strip()) == (0, "")
    assert "with the model second" in named.out
    with serve(lambda _: as_json({"object": "list", "data": []})) as server:
        refused = shell("models", "--add", server.url, "--task", "summarization")
    assert refused.code == 2
    assert "--served-model NAME" in refused.err

"""`models --add` has a server do each task once, and keeps what did it; the rest only with `--keep`, and marked."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hugginggpt.tools.scripted import Received, Reply, as_json, chat, failing, serve
from in_process import command


@pytest.fixture(autouse=True)
def _home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUGGINGGPT_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "400")


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


def kept() -> Any:
    return json.loads(command("models", "--json").out)


def test_a_server_is_called_once_at_the_path_that_answered_and_what_came_back_is_printed() -> None:
    """Infinity serves OpenAI's API at its root: with `/v1` it answered 404 for ever."""

    def infinity(received: Received) -> Reply:
        moved = replace(received, path=f"/v1{received.path}")
        return openai(embeddings)(moved) if "/v1" not in received.path else Reply(404)

    with serve(infinity) as server:
        added = command("models", "--add", server.url, "--task", "feature-extraction")
    assert (added.code, added.err.strip()) == (0, "")
    assert "tried feature-extraction: '[1.0, 0.0]'" in added.out
    assert "with the model tiny" in added.out
    assert [(row["url"], row["untried"]) for row in kept()] == [(server.url, "")]


def test_similarity_is_the_cosine_of_embeddings() -> None:
    with serve(openai(embeddings)) as server:
        added = command("models", "--add", server.url, "--task", "sentence-similarity")
        words = ("How similar are 'a boat' and 'a ship'?", "--where", "endpoint")
        assert added.code == 0, added.err
        done = command("run", *words)
    assert done.code == 0, done.err
    assert "a ship (0.71)" in done.out  # of (1, 0) and (3, 3)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_server_that_does_not_answer_is_not_kept(form: str) -> None:
    given = (
        "models",
        "--add",
        "http://127.0.0.1:9",
        "--task",
        "summarization",
        *(["--json"] if form == "json" else []),
    )
    refused = command(*given)
    assert refused.code == 1
    assert "does not answer" in refused.err
    assert "--keep" in refused.err
    assert kept() == []


def test_a_server_that_fails_at_its_task_is_kept_only_on_request_and_marked_until_it_does_it() -> None:
    """This one lists a model, and answers 404 to the task itself."""
    with serve(openai(lambda _: Reply(404))) as server:
        words = ("models", "--add", server.url, "--task", "feature-extraction")
        refused = command(*words)
        assert (refused.code, kept()) == (1, [])
        marked = command(*words, "--keep")
    assert "404" in refused.err
    assert "--keep" in refused.err
    assert marked.code == 3
    assert "marked as never tried" in marked.err
    (row,) = kept()
    assert "404" in row["untried"]
    assert "its task was never done" in command("models").out


def test_of_several_tasks_those_that_are_done_are_kept_and_exit_code_3_says_that_some_were_not() -> None:
    answer = lambda r: embeddings(r) if r.path == "/v1/embeddings" else Reply(404)  # noqa: E731
    with serve(openai(answer)) as server:
        words = ("models", "--add", server.url, "--task", "feature-extraction", "--task", "text-to-speech", "--json")
        added = command(*words)
    assert added.code == 3
    assert [(row["task_type"], row["ok"], row["kept"]) for row in json.loads(added.out)] == [
        ("feature-extraction", True, True), ("text-to-speech", False, False)
    ]  # fmt: skip
    assert [row["task_type"] for row in kept()] == ["feature-extraction"]


def test_a_server_that_is_not_replaced_keeps_its_row() -> None:
    with serve(openai(embeddings)) as server:
        assert command("models", "--add", server.url, "--task", "feature-extraction", "--name", "mine").code == 0
    assert command("models", "--add", "http://127.0.0.1:9", "--task", "feature-extraction", "--name", "mine").code == 1
    assert [row["url"] for row in kept()] == [f"{server.url}/v1"]


BLIND = {
    "ignores pictures": (sight("Red.", "Red."), "does not see what is sent: of a red picture it says 'Red.'"),
    "refuses pictures": (lambda _: failing(500, "image input is not supported"), "image input is not supported"),
}


@pytest.mark.parametrize("name", BLIND)
def test_a_server_of_a_model_that_reads_text_only_is_refused_for_pictures(name: str) -> None:
    answer, words = BLIND[name]
    with serve(openai(answer)) as server:
        refused = command("models", "--add", server.url, "--task", "image-to-text")
    assert refused.code == 1
    assert words in refused.err
    assert kept() == []


def test_a_server_of_a_model_that_sees_is_added_for_pictures() -> None:
    with serve(openai(sight("Red.", "It is blue."))) as server:
        added = command("models", "--add", server.url, "--task", "image-to-text")
    assert added.code == 0, added.err
    assert "A red square." in added.out


def test_a_server_that_lists_no_model_needs_its_name_and_one_that_lists_several_says_which_it_is() -> None:
    with serve(openai(embeddings, "first", "second")) as server:
        added = command("models", "--add", server.url, "--task", "feature-extraction")
        named = command("models", "--add", server.url, "--task", "feature-extraction", "--served-model", "second")
    assert "with the model first" in added.out
    assert "lists 2 models" in added.err
    assert (named.code, named.err.strip()) == (0, "")
    assert "with the model second" in named.out
    with serve(lambda _: as_json({"object": "list", "data": []})) as server:
        refused = command("models", "--add", server.url, "--task", "summarization")
    assert refused.code == 2
    assert "--served-model NAME" in refused.err

"""Conversations with real servers, recorded in 2026-11 (`recorded_servers/`, by `tests/support/recorded_server.py`).

What each file was recorded from stands in it. They show what such a server answers, not that every version does.
"""

import json
from pathlib import Path

import pytest

from hugginggpt.graph.errors import ControllerError
from hugginggpt.graph.ports import NoCallbacks
from hugginggpt.graph.settings import Settings
from hugginggpt.tools.chat_models.client import ChatClient
from hugginggpt.tools.chat_models.models import ChatModel
from hugginggpt.tools.scripted import Server, serve
from in_process import command
from recorded_server import replayed

COLOURS = {
    "title": "colours", "type": "object", "required": ["colours"], "additionalProperties": False,
    "properties": {"colours": {"type": "array", "maxItems": 2, "items": {"type": "string", "maxLength": 8}}},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUGGINGGPT_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "400")


def client(server: Server, home: Path) -> ChatClient:
    settings = Settings(home=home, retries=0)
    return ChatClient(ChatModel.of(f"openai:m@{server.url}/v1", settings), settings)


async def test_llama_cpp_holds_a_model_to_a_schema_streams_and_counts(home: Path) -> None:
    with serve(replayed("llama_cpp")) as server:
        model = client(server, home)
        answer = await model.complete("plan", [("user", "Name two colours.")], NoCallbacks(), COLOURS)
        assert json.loads(answer.text) == {"colours": ["blue", "red"]}
        said = [piece async for piece in model.stream("answer", [("user", "Say hello.")], NoCallbacks())]
    assert "".join(said).startswith("Hello!")
    assert (model.usage.input_tokens, model.usage.output_tokens, model.usage.estimated) == (70, 49, False)


async def test_llama_cpp_refuses_a_prompt_over_its_window_and_its_switch_is_named(home: Path) -> None:
    """The third streamed reply of the recording."""
    with serve(replayed("llama_cpp")) as server:
        model = client(server, home)
        _ = [piece async for piece in model.stream("answer", [("user", "Say hello.")], NoCallbacks())]
        with pytest.raises(ControllerError, match=r"request .6031 tokens. exceeds") as raised:
            await model.complete("answer", [("user", "word " * 6000)], NoCallbacks())
    assert "llama.cpp: -c 16384" in raised.value.hint


@pytest.mark.parametrize(
    ("name", "task_type", "words"),
    [
        ("llama_cpp", "image-to-text", "image input is not supported"),
        ("llama_cpp", "sentence-similarity", "Start it with `--embeddings`"),
        ("transformers_serve", "image-to-text", "does not see what is sent"),
        ("transformers_serve", "sentence-similarity", "404"),
        ("infinity", "summarization", "404"),
    ],
)
def test_a_server_is_not_added_for_what_it_does_not_do(name: str, task_type: str, words: str) -> None:
    with serve(replayed(name)) as server:
        refused = command("models", "--add", server.url, "--task", task_type)
    assert refused.code == 1
    assert words in refused.err


@pytest.mark.parametrize("name", ["llama_cpp", "transformers_serve"])
def test_a_chat_server_is_added_for_a_task_of_texts(name: str) -> None:
    with serve(replayed(name)) as server:
        added = command("models", "--add", server.url, "--task", "summarization")
    assert (added.code, added.err) == (0, "")
    assert "tried summarization: " in added.out


ECHO = "openai:smollm2 repeats its prompt in place of an answer"
COMMANDS: dict[str, tuple[tuple[str, ...], str, int, str]] = {
    "plan": (("plan", "What language is 'bonjour'?"), "", 0, "language-identification"),
    "run": (("run", "What language is 'bonjour'?"), "", 3, ECHO),
    "chat": (("chat",), "What language is 'bonjour'?\n/quit\n", 3, ECHO),
    "doctor": (("doctor",), "", 0, "none of whose drafts can be run"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_done_with_llama_cpp_and_a_small_model(name: str) -> None:
    """SmolLM2-135M repeats its prompt for an answer: the run is partial, its results are shown."""
    words, typed, code, said = COMMANDS[name]
    with serve(replayed(f"llama_cpp_{name}")) as server:
        done = command(*words, "--llm", f"openai:smollm2@{server.url}/v1", typed=typed)
    assert (done.code, said in done.out, "<data>" in done.out) == (code, True, False), done
    assert len(server.requests) == {"plan": 1, "run": 2, "chat": 2, "doctor": 3}[name]


async def test_transformers_serve_ignores_the_form_of_an_answer_which_is_reported(home: Path) -> None:
    with serve(replayed("transformers_serve")) as server:
        model = client(server, home)
        answer = await model.complete("plan", [("user", "Name two colours.")], NoCallbacks(), COLOURS)
        assert answer.text == "Ahoy there sailor friend."
        assert "ignored the form of the answer (json_schema)" in model.form_was_ignored(COLOURS)
    assert (model.usage.output_tokens, model.usage.estimated) == (5, False)


def test_infinity_is_called_at_its_root_and_similarity_is_that_of_minilm() -> None:
    """The recorded embeddings are of one sentence, then of one sentence three times."""
    with serve(replayed("infinity")) as server:
        words = ("models", "--add", server.url, "--task", "feature-extraction", "--task", "sentence-similarity")
        added = command(*words)
        assert (added.code, added.err) == (0, "")
    assert {request.path for request in server.requests if request.method == "POST"} == {"/embeddings"}
    assert 'I like.", "score": 0.99' in added.out or 'score": 1.0' in added.out

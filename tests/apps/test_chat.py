"""`hugginggpt chat`, as a process with its lines piped in."""

import json
from pathlib import Path

import pytest

from hugginggpt.tools.scripted import Received, Reply, chat, serve, stage_of
from shell import Shell, Typed


def chat_process(folder: Path, lines: str, *options: str, **env: str) -> Typed:
    return Shell(folder).typed(lines, "chat", *options, NO_COLOR="1", **env)


def test_a_later_line_refers_to_what_an_earlier_one_made(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text(
        "The harbour is full. Ships wait outside. The mayor is worried about the harbour."
    )
    done = chat_process(tmp_path, "summarise notes.txt\n\nwhat language is the summary?\n", "--thread", "harbour")

    assert done.code == 0, done.err
    assert "harbour" in done.out
    assert "English" in done.out or "en" in done.out
    assert done.err.count("planned by the embedded controller") == 2


def test_an_error_ends_the_request_and_not_the_conversation(tmp_path: Path) -> None:
    done = chat_process(
        tmp_path, "summarise lost.txt\nwhat language is 'bonjour tout le monde'\n/exit\nsay 'never' aloud\n"
    )

    assert done.code == 1, done.err
    assert "lost.txt" in done.out + done.err
    assert "fr" in done.out.lower()
    assert "never" not in done.err


@pytest.mark.parametrize("line", ["exit", "Quit", "bye!"])
def test_a_word_of_leave_ends_the_conversation(tmp_path: Path, line: str) -> None:
    done = chat_process(tmp_path, f"{line}\nwhat language is 'bonjour tout le monde'\n")
    assert done.code == 0, done.err
    assert "planned by" not in done.err


@pytest.mark.parametrize(
    ("line", "shown", "code"),
    [
        ("/help", "/resume", 0),
        ("/nonsense", "there is no command /nonsense", 2),
        ("/new", "conversation", 0),
        ("/resume", "has no run to resume", 2),
    ],
)
def test_commands_of_the_conversation_are_not_requests(tmp_path: Path, line: str, shown: str, code: int) -> None:
    done = chat_process(tmp_path, line + "\n")

    assert done.code == code
    assert shown in done.err
    assert "planned by" not in done.err


def test_a_chat_model_gets_the_earlier_turns_and_an_interrupted_one_is_resumed(tmp_path: Path) -> None:
    received_messages: list[list[dict[str, str]]] = []
    broken = [True]

    def model(received: Received) -> Reply:
        if stage_of(received) == "answer":
            return chat("Ahoy.") if len(received_messages) == 1 else chat("Salut.")
        received_messages.append(received.json["messages"])
        if len(received_messages) == 2 and broken.pop():
            return Reply(500)
        return chat(json.dumps({"tasks": [], "refusals": []}))

    with serve(model) as server:
        options = ("--llm", f"openai:m@{server.url}/v1")
        done = chat_process(tmp_path, "greet the crew\nnow in French\n/resume\n", *options, HUGGINGGPT_RETRIES="0")

    assert done.code == 0, done.err
    assert [line for line in done.out.splitlines() if line in ("Ahoy.", "Salut.")] == ["Ahoy.", "Salut."]
    assert "No expert was used" in done.out
    assert "answers 500" in done.err
    sent = " ".join(message["content"] for message in received_messages[-1])
    assert '{"user":"greet the crew"},{"assistant":"Ahoy.' in sent


def test_from_a_pipe_the_worst_request_decides_the_exit_code(tmp_path: Path) -> None:
    done = chat_process(tmp_path, "summarise lost.txt\nwhat language is 'bonjour tout le monde'\n")
    assert done.code == 1, done.err
    partly = "what language is 'bonjour tout le monde'"
    done = chat_process(tmp_path, f"{partly} and book a flight\n{partly}\n")
    assert done.code == 3, done.err

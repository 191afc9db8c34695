"""What `hugginggpt chat` promises, as a process with its lines piped in."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hugginggpt.tools.scripted import Received, Reply, chat, serve, stage_of


def talk(home: Path, lines: str, *options: str, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("HUGGINGGPT", "OPENAI", "HF_"))}
    return subprocess.run(
        [sys.executable, "-m", "hugginggpt.apps", "chat", "--home", str(home), *options],
        input=lines, capture_output=True, text=True, env={**clean, "NO_COLOR": "1", **env}, cwd=home,
        timeout=120, check=False,
    )  # fmt: skip


def test_a_later_line_speaks_of_what_an_earlier_one_made(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text(
        "The harbour is full. Ships wait outside. The mayor is worried about the harbour."
    )
    said = talk(tmp_path, "summarise notes.txt\n\nwhat language is the summary?\n", "--thread", "harbour")

    assert said.returncode == 0, said.stderr
    assert "harbour" in said.stdout
    assert "English" in said.stdout or "en" in said.stdout
    assert said.stderr.count("planned by the embedded controller") == 2


def test_an_error_ends_the_request_and_not_the_conversation(tmp_path: Path) -> None:
    said = talk(tmp_path, "summarise lost.txt\nwhat language is 'bonjour tout le monde'\n/exit\nsay 'never' aloud\n")

    assert said.returncode == 0, said.stderr
    assert "lost.txt" in said.stdout + said.stderr
    assert "fr" in said.stdout.lower()
    assert "never" not in said.stderr


@pytest.mark.parametrize(
    ("line", "told"), [("/help", "/resume"), ("/nonsense", "there is no /nonsense"), ("/new", "conversation")]
)
def test_commands_of_the_conversation_are_no_requests(tmp_path: Path, line: str, told: str) -> None:
    said = talk(tmp_path, line + "\n")

    assert said.returncode == 0
    assert told in said.stderr
    assert "planned by" not in said.stderr


def test_a_chat_model_hears_the_turns_before_and_an_interrupted_one_is_gone_on_with(tmp_path: Path) -> None:
    heard: list[list[dict[str, str]]] = []
    broken = [True]

    def model(received: Received) -> Reply:
        if stage_of(received) == "answer":
            return chat("Ahoy.") if len(heard) == 1 else chat("Salut.")
        heard.append(received.json["messages"])
        if len(heard) == 2 and broken.pop():
            return Reply(500)
        return chat(json.dumps({"tasks": [], "refusals": []}))

    with serve(model) as server:
        options = ("--llm", f"openai:m@{server.url}/v1")
        said = talk(tmp_path, "greet the crew\nnow in French\n/resume\n", *options, HUGGINGGPT_RETRIES="0")

    assert said.returncode == 0, said.stderr
    assert said.stdout.split() == ["Ahoy.", "Salut."]
    assert "answers 500" in said.stderr
    spoken = " ".join(message["content"] for message in heard[-1])
    assert '{"user": "greet the crew"}, {"assistant": "Ahoy."}' in spoken

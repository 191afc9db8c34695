"""A real server process: `transformers serve` with tiny chat models, driven through the commands, its quirks asserted.

Needs `transformers[serving]`, which only the stage of .ci/run for models on this machine installs.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from in_process import command
from tiny.chat_model import make_chat_model

pytestmark = [
    pytest.mark.local,
    pytest.mark.skipif(
        not (find_spec("fastapi") and find_spec("torch")) and not os.environ.get("CI"),
        reason="needs a server: pip install 'transformers[serving]'",
    ),
]

PLAN = json.dumps({"tasks": [{"task": "text-to-speech", "id": 0, "dep": [-1], "args": {"text": "ahoy"}}]})
WORDS = "Ahoy there sailor friend."


class Served(NamedTuple):
    """The running server."""

    url: str
    model: str
    process: "subprocess.Popen[bytes]"

    @property
    def spec(self) -> str:
        """As `--llm` takes it."""
        return f"openai:{self.model}@{self.url}/v1"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A server that loads a model when it is named."""
    folder = tmp_path
    model = make_chat_model(folder / "chat", {"<plan>": PLAN, "<answer>": WORDS}, letters=3)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [Path(sys.executable).parent / "transformers", "serve", "--host", "127.0.0.1", "--port", str(port)]
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hub"), "OMP_NUM_THREADS": "1"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, "--device", "cpu"], env=environment, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/health", process, folder / "log")
        yield Served(f"http://127.0.0.1:{port}", str(model), process)
    finally:
        process.kill()
        process.wait()


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    ends = time.monotonic() + 120
    while time.monotonic() < ends and process.poll() is None:
        try:
            if httpx.get(url, timeout=1, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    pytest.fail(f"transformers serve did not start: {log.read_text()[-1000:]}")


@pytest.fixture(autouse=True)
def _home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUGGINGGPT_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "400")


def test_a_real_server_is_driven_through_every_command(served: Served) -> None:
    """One test, for the server takes ten seconds to start, and what it lists depends on what it has loaded."""
    lists_no_models_before_it_has_loaded_one(served)
    ignores_pictures_and_has_no_embeddings(served)
    is_added_by_the_name_of_its_model(served)
    doctor_reports_that_the_model_plans(served)
    a_request_is_planned_and_run_and_its_tokens_are_counted(served)
    a_conversation_goes_on(served)
    a_run_is_cancelled_while_the_server_hangs(served)
    ignores_the_form_of_an_answer(served)
    reports_a_model_that_it_can_not_load(served)


def doctor_reports_that_the_model_plans(served: Served) -> None:
    """The tiny model makes the plan that it always makes, of one task where two are asked for."""
    checked = command("doctor", "--llm", served.spec, "--json")
    (controller,) = [part for part in json.loads(checked.out) if part["part"] == "controller"]
    assert controller["state"] in ("ok", "note"), controller
    assert "tokens" in controller["what"]


def a_request_is_planned_and_run_and_its_tokens_are_counted(served: Served) -> None:
    planned = command("plan", "Say ahoy aloud", "--llm", served.spec, "--json")
    assert planned.code == 0, planned.err
    assert [task["task"] for task in json.loads(planned.out)] == ["text-to-speech"]
    done = command("run", "Say ahoy aloud", "--llm", served.spec)
    assert done.code == 0, done.err
    shown = json.loads(command("show", "--json").out)
    assert shown["usage"]["input_tokens"] > 500
    assert not shown["usage"].get("estimated")


def a_conversation_goes_on(served: Served) -> None:
    talked = command("chat", "--llm", served.spec, typed="Say ahoy aloud\nSay ahoy aloud\n")
    assert talked.code == 0, talked.err
    assert talked.out.count("[0]") >= 2


def a_run_is_cancelled_while_the_server_hangs(served: Served) -> None:
    """And the server is of use again."""
    served.process.send_signal(signal.SIGSTOP)
    try:
        running = subprocess.Popen(
            [sys.executable, "-m", "hugginggpt.apps", "run", "Say ahoy aloud", "--llm", served.spec],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        run_id = _its_run(running)
        assert command("cancel", run_id).code == 0
        _, errors = running.communicate(timeout=30)
    finally:
        served.process.send_signal(signal.SIGCONT)
    assert running.returncode == 130, errors
    assert json.loads(command("show", run_id, "--json").out)["status"] == "cancelled"
    assert command("plan", "Say ahoy aloud", "--llm", served.spec).code == 0


def _its_run(running: "subprocess.Popen[str]") -> str:
    ends = time.monotonic() + 60
    while time.monotonic() < ends and running.poll() is None:
        rows = json.loads(command("runs", "--json").out or "[]")
        if going := [row["run_id"] for row in rows if row["status"] == "running"]:
            return str(going[0])
        time.sleep(0.2)
    pytest.fail(f"the run did not begin: {running.communicate()[1][-500:]}")


def lists_no_models_before_it_has_loaded_one(served: Served) -> None:
    refused = command("models", "--add", served.url, "--task", "summarization")
    assert refused.code == 2
    assert "--served-model NAME" in refused.err


def ignores_pictures_and_has_no_embeddings(served: Served) -> None:
    for task_type, words in (("image-to-text", "does not see what is sent"), ("sentence-similarity", "404")):
        refused = command("models", "--add", served.url, "--task", task_type, "--served-model", served.model)
        assert refused.code == 1
        assert words in refused.err
    assert json.loads(command("models", "--json").out) == []


def is_added_by_the_name_of_its_model(served: Served) -> None:
    added = command("models", "--add", served.url, "--task", "summarization", "--served-model", served.model)
    assert (added.code, added.err) == (0, "")
    assert f"tried summarization: '{WORDS}'" in added.out


def ignores_the_form_of_an_answer(served: Served) -> None:
    schema = {"name": "plan", "schema": {"type": "object", "properties": {}, "required": []}}
    body = {
        "model": served.model, "messages": [{"role": "user", "content": "hello"}],
        "response_format": {"type": "json_schema", "json_schema": schema},
    }  # fmt: skip
    answer = httpx.post(f"{served.url}/v1/chat/completions", json=body, timeout=60, trust_env=False).json()
    assert answer["choices"][0]["message"]["content"] == WORDS


def reports_a_model_that_it_can_not_load(served: Served) -> None:
    refused = command("plan", "Say ahoy aloud", "--llm", f"openai:no/such-model@{served.url}/v1")
    assert refused.code == 1
    assert "answers 4" in refused.err or "answers 5" in refused.err

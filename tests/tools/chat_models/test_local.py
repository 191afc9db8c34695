"""A chat model that runs in this process: real torch and transformers, a model of a few kilobytes."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hugginggpt.graph.errors import ControllerError, UsageError
from hugginggpt.graph.extras import install
from hugginggpt.graph.ports import NoCallbacks
from hugginggpt.graph.result import BY_RULES, Request
from hugginggpt.graph.settings import Settings
from hugginggpt.tools.chat_models.local import load
from hugginggpt.tools.chat_models.models import ChatModel
from hugginggpt.tools.controllers.llm import LlmController
from llm_controller import DraftedTasks, planned
from shell import Shell
from tiny.chat_model import make_chat_model

LINES = {
    "<plan>": planned(("language-identification", {"text": "bonjour tout le monde"})),
    "<choose>": json.dumps({"id": "embedded/py3langid", "reason": "it is small"}),
    "<answer>": "It is French [0].",
}
REQUEST = Request(text="Which language is 'bonjour tout le monde'?")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_chat_model(tmp_path_factory.mktemp("models") / "chat", LINES)


def settings() -> Settings:
    return Settings(home=Path("unused"), retries=0)


@pytest.mark.local
async def test_a_model_in_a_folder_plans_and_reports_its_tasks_and_tokens(model: Path) -> None:
    callbacks = DraftedTasks()
    controller = LlmController(f"huggingface-local:{model}", settings())
    proposal = await controller.plan(REQUEST, callbacks)

    assert [task.type for task in proposal.plan.tasks] == ["language-identification"]
    assert proposal.repairs == ()
    assert callbacks.drafted == [(0, "language-identification")]
    assert proposal.usage.input_tokens > 300
    assert proposal.usage.output_tokens == 5
    assert (await controller._client.window()) == 32_768
    assert controller.model.place == "this machine"


@pytest.mark.local
def test_a_whole_run_needs_no_network(shell: Shell, model: Path) -> None:
    done = shell(
        "run", "Which language is 'bonjour tout le monde'?", "--llm", f"huggingface-local:{model}", HF_HUB_OFFLINE="1"
    )

    assert done.code == 0, done.err
    assert done.out.startswith("It is French [0].")
    assert "Warning" not in done.err
    assert "spent to plan: 1 call, " in shell("show").out


@pytest.mark.local
async def test_an_answer_that_repeats_itself_without_an_end_is_never_run(tmp_path: Path) -> None:
    """The rules plan in its place, and the reason is reported first."""
    endless = make_chat_model(tmp_path / "endless", {"<plan>": "and so on"}, window=2_500, endless=True)
    proposal = await LlmController(f"huggingface-local:{endless}", settings()).plan(REQUEST)
    assert BY_RULES in proposal.repairs
    assert "repeats itself without an end" in proposal.refusals[0]

    small = make_chat_model(tmp_path / "small", LINES, window=200)
    with pytest.raises(ControllerError, match="reads 200 at once"):
        await LlmController(f"huggingface-local:{small}", settings()).plan(REQUEST)


@pytest.mark.local
async def test_a_cancelled_call_leaves_the_model_free(tmp_path: Path) -> None:
    endless = make_chat_model(tmp_path / "endless", {"<plan>": "and so on"}, endless=True)
    on_text = FirstPiece()
    writing = asyncio.ensure_future(LlmController(f"huggingface-local:{endless}", settings())._client.complete(
        "plan", [("user", "You plan")], NoCallbacks(), on_text=on_text))  # fmt: skip
    await on_text.received.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing

    assert await asyncio.wrap_future(load(str(endless), None).thread.submit(lambda: "free")) == "free"


class FirstPiece:
    """Reports when the first piece of an answer is received."""

    def __init__(self) -> None:
        self.received = asyncio.Event()

    async def __call__(self, piece: str) -> None:
        self.received.set()


@pytest.mark.local
@pytest.mark.parametrize("kind", ["code of its own", "weights that are pickles", "no chat template", "nothing"])
async def test_a_folder_without_a_safe_chat_model_is_refused(model: Path, tmp_path: Path, kind: str) -> None:
    import torch

    folder = tmp_path / "model"
    shutil.copytree(model, folder)
    match kind:
        case "code of its own":
            config = json.loads((folder / "config.json").read_text())
            own = {"AutoConfig": "own.OwnConfig", "AutoModelForCausalLM": "own.OwnModel"}
            (folder / "config.json").write_text(json.dumps(config | {"model_type": "own", "auto_map": own}))
            (folder / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
        case "weights that are pickles":
            (folder / "model.safetensors").unlink()
            torch.save({}, folder / "pytorch_model.bin")
        case "no chat template":
            (folder / "chat_template.jinja").unlink()
        case _:
            shutil.rmtree(folder)
            folder.mkdir()
    refused = r"is not loaded: code lies beside its weights \(own\.py\)" if "code" in kind else "can't be loaded"
    with pytest.raises(ControllerError, match=refused) as raised:
        await LlmController(f"huggingface-local:{folder}", settings()).plan(REQUEST)

    assert "code" in kind or "safetensors" in raised.value.hint
    assert not (tmp_path / "ran").exists()


def test_missing_packages_are_reported_with_the_command_that_installs_them() -> None:
    code = "import sys; sys.modules['torch'] = None\nfrom hugginggpt.apps.cli.app import main; main()"
    env = {k: v for k, v in os.environ.items() if not k.startswith("HUGGINGGPT")}
    words = ["plan", "hello", "--llm", "huggingface-local:m"]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, env=env, check=False)

    assert done.returncode == 2
    assert "needs torch" in done.stderr
    assert install("local") in done.stderr


def test_a_model_on_this_machine_has_no_address() -> None:
    with pytest.raises(UsageError, match="runs on this machine"):
        ChatModel.of("huggingface-local:m@http://127.0.0.1:9", settings())

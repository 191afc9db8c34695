"""The suite for people with keys works: it is played here against servers on this machine, a few task types of each kind."""

import re
import subprocess
import sys
from pathlib import Path

from hugginggpt.tools.backends.task_api.methods import methods
from hugginggpt.tools.scripted import ScriptedHub, chat, serve
from shell import Shell

LIVE = Path(__file__).parent
PLAY = """
import sys, pytest
from hugginggpt.tools.backends.task_api.methods import methods
from hugginggpt.tools.scripted import redirect_hub_to
with redirect_hub_to(sys.argv[1]):
    sys.exit(pytest.main(["-m", "live", "-n", "0", "-rs", "-p", "no:cacheprovider", *sys.argv[2:]]))
"""


def play(shell: Shell, hub: str, *words: str, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PLAY, hub, *words], cwd=LIVE.parent.parent, env=shell.env | env, text=True,
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_with_a_token_every_task_type_that_providers_serve_is_asked_for(shell: Shell, film: bytes) -> None:
    with serve(ScriptedHub(video=film)) as hub:
        printed = play(shell, hub.url, str(LIVE / "test_providers.py"), HF_TOKEN="hf_mine")
    assert "failed" not in printed, printed
    passed, skipped = (int(re.search(rf"(\d+) {word}", printed)[1]) for word in ("passed", "skipped"))  # type: ignore[index]
    assert passed + skipped == len(methods())
    assert skipped == printed.count("no provider serves") == 3  # those that stand under another tag there


def test_with_a_chat_model_set_up_it_and_one_s_own_servers_are_asked(shell: Shell) -> None:
    with serve(lambda received: chat("A red square.").to(received)) as llm:
        spec = f"openai:m@{llm.url}/v1"
        words = (str(LIVE / "test_chat_models.py"), str(LIVE / "test_servers.py"), "-k", "summar or to-text or set_up")
        printed = play(shell, "http://127.0.0.1:9", *words, HUGGINGGPT_LLM=spec, HUGGINGGPT_VLM=spec)
    assert re.search(r"\b4 passed", printed), printed
    assert len(llm.requests) == 4


def test_without_keys_every_test_says_what_to_set(shell: Shell) -> None:
    printed = play(shell, "http://127.0.0.1:9", str(LIVE), "-k", "summarization or set_up")
    assert "passed" not in printed, printed
    assert "failed" not in printed, printed
    for variable in ("HF_TOKEN", "HUGGINGGPT_LLM", "HUGGINGGPT_VLM", "HUGGINGGPT_DOWNLOAD=yes"):
        assert variable in printed


def test_nothing_is_called_before_the_cost_is_stated_and_agreed_to(shell: Shell) -> None:
    """And the page of results is as it was."""
    page = (LIVE.parent.parent / "docs" / "live.md").read_text()
    with serve(lambda received: chat("A red square.").to(received)) as llm:
        done = subprocess.run(
            [sys.executable, str(LIVE / "results.py")], env=shell.env | {"HUGGINGGPT_LLM": f"openai:m@{llm.url}/v1"},
            text=True, capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    assert done.returncode == 2
    assert "chat models as experts: 22 calls of about 500 tokens (set up)" in done.stderr
    assert "LIVE=yes" in done.stderr
    assert llm.requests == []
    assert (LIVE.parent.parent / "docs" / "live.md").read_text() == page
    assert "| not run yet |" in page

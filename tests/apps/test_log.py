"""The log: silent by default, a file with `--log` or HUGGINGGPT_LOG, and never a secret in it."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from canary import KEY, PASSWORD, REPEATED, leaks
from hugginggpt.apps.cli.global_options import global_options_first, listed_requests_last
from hugginggpt.apps.cli.log_file import JsonFormatter, TextFormatter
from hugginggpt.apps.cli.platforms import refuse_unsupported
from hugginggpt.graph.errors import HuggingGPTError
from hugginggpt.tools.scripted import serve
from shell import Shell

SPOKEN = "Say 'hello from the harbour' aloud"
SILENT = """
import logging, hugginggpt
logging.getLogger("hugginggpt.tools.net").warning("a record")
from hugginggpt.graph.notices import notice
notice("a notice")
notice("a notice")
"""


def test_the_package_logs_nothing_by_default_and_a_notice_is_on_stderr_once() -> None:
    done = subprocess.run([sys.executable, "-c", SILENT], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "a notice\n")


def test_an_application_that_logs_gets_notices_in_its_log_only() -> None:
    program = f"import logging, sys\nlogging.basicConfig(stream=sys.stdout, format='%(message)s')\n{SILENT}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("a record\na notice\n", "")


def test_a_run_is_logged_to_the_file_of_the_option_wherever_it_stands(shell: Shell) -> None:
    assert shell("run", SPOKEN, "--log", "run.log").code == 0
    text = (shell.folder / "run.log").read_text()
    assert "INFO hugginggpt." in text
    assert "embedded/espeak-ng" in text
    assert shell("--log=run.log", "runs").code == 0
    assert (shell.folder / "run.log").read_text().startswith(text), "it is appended to"


def test_a_file_that_ends_in_jsonl_gets_an_object_a_line(shell: Shell) -> None:
    assert shell("run", SPOKEN, HUGGINGGPT_LOG="run.jsonl", HUGGINGGPT_LOG_LEVEL="debug").code == 0
    lines = [json.loads(line) for line in (shell.folder / "run.jsonl").read_text().splitlines()]
    assert lines
    assert all({"time", "level", "logger", "message"} <= set(line) for line in lines)
    chosen = next(line for line in lines if line.get("event") == "expert_chosen")
    assert (chosen["task_id"], chosen["model_id"]) == (0, "embedded/espeak-ng")


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"HUGGINGGPT_LOG": "/proc/none/x.log"}, "can't be written"),
        ({"HUGGINGGPT_LOG": "x.log", "HUGGINGGPT_LOG_LEVEL": "loud"}, "HUGGINGGPT_LOG_LEVEL is 'loud'"),
        ({"HUGGINGGPT_LOG": "x.log", "HUGGINGGPT_LOG_FORMAT": "xml"}, "HUGGINGGPT_LOG_FORMAT is 'xml'"),
    ],
)
def test_a_log_that_can_t_be_written_as_requested_is_an_error(shell: Shell, env: dict[str, str], message: str) -> None:
    done = shell("runs", **env)
    assert done.code == 2
    assert message in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("name", ["run.log", "run.jsonl"])
def test_no_secret_is_in_the_log(shell: Shell, name: str) -> None:
    """A key that a server repeats and a password in an address are in no record, at any level."""
    with serve(REPEATED["500-text"]) as server:
        spec = f"openai:m@{server.url.replace('//', f'//alice:{PASSWORD}@')}/v1"
        env = {"HUGGINGGPT_LLM_API_KEY": KEY, "HUGGINGGPT_RETRIES": "1", "HUGGINGGPT_LOG_LEVEL": "debug"}
        shell("run", f"Say {KEY}", "--llm", spec, "--log", name, **env)
    assert (shell.folder / name).stat().st_size > 0
    assert (shell.folder / name).stat().st_mode & 0o777 == 0o600
    for secret in (KEY, PASSWORD):
        assert not [leak for leak in leaks(secret, shell.folder) if leak.startswith(name)]


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_a_record_is_clean_and_can_not_pass_for_two(
    formatter: logging.Formatter, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hugginggpt.apps.cli import printable

    monkeypatch.setenv("SOME_API_KEY", KEY)
    printable._of_environment.cache_clear()
    try:
        raise ValueError(f"Bearer {KEY}")
    except ValueError:
        found = sys.exc_info()
    record = logging.LogRecord(
        "hugginggpt.x", logging.INFO, "f.py", 1, "got %s\n2026 INFO forged\x1b[2J", (KEY,), found
    )
    text = formatter.format(record)
    printable._of_environment.cache_clear()
    assert not leaks(KEY, Path("/nonexistent"), text)
    assert "\x1b" not in text
    assert all(line.startswith("    ") for line in text.splitlines()[1:])


@pytest.mark.parametrize(
    ("typed", "parsed"),
    [
        (["run", "x", "--log", "f", "--debug"], ["--log", "f", "--debug", "run", "x"]),
        (["run", "--log=f", "x"], ["--log=f", "run", "x"]),
        (["run", "--", "--debug", "--log", "f"], ["run", "--", "--debug", "--log", "f"]),
        (["run", "x", "--log"], ["--log"]),
    ],
)
def test_global_options_may_stand_anywhere(typed: list[str], parsed: list[str]) -> None:
    assert global_options_first(typed) == parsed


@pytest.mark.parametrize(
    ("typed", "parsed"),
    [
        (["run", "- read a.png", "--json"], ["run", "--json", "--", "- read a.png"]),
        (["run", "-f", "- a.png", "read"], ["run", "-f", "- a.png", "read"]),
        (["run", "--", "- read a.png"], ["run", "--", "- read a.png"]),
        (["run", "--json", "- read a.png"], ["run", "--json", "--", "- read a.png"]),
    ],
)
def test_a_request_may_begin_like_an_item_of_a_list(typed: list[str], parsed: list[str]) -> None:
    assert listed_requests_last(typed, {"--json"}) == parsed


def test_platforms_other_than_linux_and_macos_are_refused_by_name() -> None:
    for platform in ("linux", "darwin"):
        refuse_unsupported(platform)
    with pytest.raises(HuggingGPTError, match="Linux and macOS; this is win32"):
        refuse_unsupported("win32")


def test_an_error_and_the_command_that_ended_in_it_are_logged(shell: Shell) -> None:
    dead = "openai:m@http://127.0.0.1:9/v1"
    shell("run", "Summarise none.txt", "--llm", dead, HUGGINGGPT_LOG="run.log", HUGGINGGPT_RETRIES="0")
    logged = (shell.folder / "run.log").read_text()
    assert "INFO hugginggpt.apps.cli.app: hugginggpt 0.1.0: run" in logged.splitlines()[0]
    assert "ERROR hugginggpt.apps.cli.console: " in logged

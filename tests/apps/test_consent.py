"""Consent to a download is asked at the terminal, with its size; its progress is shown at the task that waits for it."""

import io
import os
import pty
import subprocess
import sys

import pytest
from rich.console import Console

from hugginggpt.apps.cli.live_tree import LiveTree, format_bytes
from hugginggpt.graph.events import PlanReady, TaskProgress, TaskStarted
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.task import Task
from shell import Shell

ASK = """
from hugginggpt.apps.cli.consent import terminal_consent
consent = terminal_consent()
print("no terminal" if consent is None else consent("facebook/detr-resnet-50", 167_000_000))
"""


@pytest.mark.parametrize(("typed", "consent"), [("y", True), ("YES", True), ("", False), ("later", False)])
def test_only_yes_is_consent(typed: str, consent: bool) -> None:
    above, below = pty.openpty()
    ran = subprocess.Popen([sys.executable, "-c", ASK], stdin=below, stderr=below, stdout=subprocess.PIPE, text=True)
    os.close(below)
    shown = ""
    while "[y/N]" not in shown:
        shown += os.read(above, 1000).decode()
    os.write(above, f"{typed}\n".encode())
    out, _ = ran.communicate(timeout=30)
    os.close(above)
    assert "facebook/detr-resnet-50 needs a download of 167 MB. Get it now?" in " ".join(shown.split())
    assert out.strip() == str(consent)


def test_without_a_terminal_no_question_is_asked() -> None:
    ran = subprocess.run([sys.executable, "-c", ASK], input="y\n", capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "no terminal"


def progress(done: int, total: int = 400_000_000) -> TaskProgress:
    return TaskProgress(run_id="r", task_id=0, key="0", what="download of org/m", done=done, total=total, unit="bytes")


def tree(*, moving: bool) -> tuple[LiveTree, io.StringIO]:
    text = io.StringIO()
    made = LiveTree(Console(file=text, width=200), moving=moving)
    plan = Plan(tasks=(Task(id=0, type="text-generation", inputs={"prompt": "x"}),))
    made.update(PlanReady(run_id="r", plan=plan, controller="c"))
    made.update(TaskStarted(run_id="r", task_id=0, key="0", model_id="org/m"))
    return made, text


def test_in_a_pipe_a_download_is_a_line_for_every_quarter() -> None:
    made, text = tree(moving=False)
    for part in range(101):
        made.update(progress(part * 4_000_000))
    lines = [line for line in text.getvalue().splitlines() if "download of org/m" in line]
    assert len(lines) == 5
    assert lines[2].endswith("download of org/m: 200 MB of 400 MB")


def test_on_a_terminal_a_download_is_shown_in_the_line_of_its_task() -> None:
    made, _ = tree(moving=True)
    made.update(progress(100_000_000))
    console = Console(file=io.StringIO(), width=200)
    console.print(made.picture())
    assert "download of org/m: 100 MB of 400 MB" in console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO
    with made.paused():
        assert not made._live.is_started
    assert made._live.is_started
    made.stop()


def test_sizes_have_a_readable_unit() -> None:
    assert [format_bytes(number) for number in (1, 167_000_000, 2_340_000_000)] == ["1 MB", "167 MB", "2.3 GB"]


def test_an_unknown_value_of_download_is_refused(shell: Shell) -> None:
    bad = shell("run", "say hello aloud", "--download", "maybe")
    assert bad.code == 2
    assert "download" in bad.err

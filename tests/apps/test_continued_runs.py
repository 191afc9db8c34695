"""From Python: a run is continued by its id, and a reply that can't be read is refused."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import hugginggpt
from hugginggpt import InvalidPlan, Session, Settings, UnknownRun, UsageError
from hugginggpt.apps.kept_worlds import kept_open
from hugginggpt.graph.background import blocking
from hugginggpt.tools.scripted import chat, in_turn, serve
from paths import ROOT

COUNT = "How many words are in 'a b c'?"
CHILD = """
import os, signal, sys, hugginggpt
plan = [
    {"task": "count", "id": 0, "dep": [-1], "args": {"text": ["a b"]}, "parameters": {"look_for": "words"}},
    {"task": "join-text", "id": 1, "dep": [0], "args": {"text": ["<resource>-0", "words"]}},
]
for event in hugginggpt.stream("count", plan=plan, settings=hugginggpt.Settings(home=sys.argv[1])):
    if event.event == "task_finished":
        print(event.run_id, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def settings(home: Path) -> Iterator[Settings]:
    """Of a home whose world is closed at the end."""
    yield Settings(home=home)
    hugginggpt.close()


def waiting(settings: Settings) -> hugginggpt.Outcome:
    return hugginggpt.run(COUNT, options={"approve": "always"}, settings=settings)


@pytest.mark.covers("hugginggpt.run, arun: resume after an end by force")
def test_a_run_whose_process_was_killed_is_resumed_by_its_id(settings: Settings) -> None:
    """What it had recorded is kept: the first task was called once."""
    killed = subprocess.run(
        [sys.executable, "-c", CHILD, settings.home], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert killed.returncode == -9, killed.stderr
    run_id = killed.stdout.strip()
    outcome = hugginggpt.resume(run_id, settings=settings)
    assert (outcome.run_id, outcome.status) == (run_id, "succeeded")
    assert outcome.results[1].text.split() == ["2", "words"]
    assert outcome.results[0].attempts == 1


async def test_a_run_that_waits_is_approved_by_its_id(settings: Settings) -> None:
    outcome = await hugginggpt.arun(COUNT, options={"approve": "always"}, settings=settings)
    again = await hugginggpt.aresume(outcome.run_id[:6], settings=settings)
    assert (again.status, again.question) == ("waiting", "run this plan?")
    done = await hugginggpt.aresume(outcome.run_id, {"approve": True}, settings=settings)
    assert (done.status, done.question) == ("succeeded", "")


def test_a_failed_run_is_retried_by_its_id(settings: Settings, tmp_path: Path) -> None:
    request = f"How many words are in {tmp_path / 'note.txt'}?"
    failed = hugginggpt.run(request, settings=settings)
    assert failed.status == "failed"
    assert "<code>.retry()</code>" in failed._repr_html_()
    (tmp_path / "note.txt").write_text("a b c d")
    assert hugginggpt.retry(failed.run_id, settings=settings).results[-1].text == "4"


@pytest.mark.parametrize("reply", ["maybe", 7, {"approve": "perhaps"}, {"plan": "no JSON"}, []])
def test_a_reply_that_can_not_be_read_is_refused_with_the_reason_and_the_run_still_waits(
    settings: Settings, reply: object
) -> None:
    outcome = waiting(settings)
    with pytest.raises(UsageError, match=r"the reply|not JSON"):
        outcome.resume(reply)
    assert hugginggpt.resume(outcome.run_id, settings=settings).status == "waiting"
    assert outcome.resume("yes").status == "succeeded"


def test_an_edited_plan_that_can_not_be_run_is_refused_with_the_reason(settings: Settings) -> None:
    outcome = waiting(settings)
    with pytest.raises(InvalidPlan, match="no-such-task"):
        outcome.resume({"approve": True, "plan": [{"task": "no-such-task", "id": 0, "args": {}}]})
    lost = [{"task": "image-to-text", "id": 0, "dep": [-1], "args": {"image": "lost.png"}}]
    with pytest.raises(UsageError, match=r"still waits.*there is no file lost\.png"):
        outcome.resume([{"type": "edit", "args": {"action": "run_plan", "args": {"plan": lost}}}])


@pytest.mark.parametrize(("run_id", "said"), [("nothere", "there is no run"), (5, "must be the id"), ("", "must be")])
def test_an_id_of_no_run_is_refused(settings: Settings, run_id: str, said: str) -> None:
    for function in (hugginggpt.resume, hugginggpt.retry):
        with pytest.raises(UsageError, match=said):
            function(run_id, settings=settings)


def test_an_unknown_run_says_in_python_s_words_where_else_to_look(settings: Settings) -> None:
    with pytest.raises(UnknownRun) as refused:
        hugginggpt.resume("nothere", settings=settings)
    assert "Settings(home=DIR)" in refused.value.hint
    assert str(settings.home) in refused.value.hint
    assert "--home" not in str(refused.value)


def test_a_notebook_and_a_shell_show_what_a_waiting_run_asks_and_its_plan(settings: Settings) -> None:
    outcome = waiting(settings)
    shown = outcome._repr_html_()
    assert all(each in shown for each in ("waiting", ".resume(True)", "run this plan?", "count: How many words"))
    assert "run this plan?" in repr(outcome)


def test_a_reader_names_a_file_that_is_gone_or_was_changed(settings: Settings) -> None:
    result = hugginggpt.run("Say 'hello there' aloud", settings=settings).results[0]
    assert result.audio()[1] > 0
    with pytest.raises(UsageError, match="there is no number 'a'"):
        result.audio("a")  # type: ignore[arg-type]
    (path,) = result.paths
    path.write_bytes(b"changed")
    with pytest.raises(UsageError, match="was changed after it was recorded"):
        result.audio()
    path.unlink()
    with pytest.raises(UsageError, match=f"{path.name}, can't be read: No such file"):
        result.audio()


PLANNED = '{"tasks": [{"task": "count", "id": 0, "args": {"text": ["a b c"]}, "parameters": {"look_for": "words"}}]}'


def test_a_run_of_a_chat_model_that_goes_on_without_it_says_so_first_and_is_done_in_part(settings: Settings) -> None:
    """By resume, retry and fork; where another controller was chosen, it is only said."""
    with serve(in_turn(chat(PLANNED))) as server:
        with_model = settings.with_given(llm="openai:m", openai_base_url=f"{server.url}/v1")
        runs = [hugginggpt.run("count", options={"approve": "always"}, settings=with_model) for _ in range(2)]
    begun = "This run was begun with openai:m"
    resumed = hugginggpt.resume(runs[0].run_id, True, settings=settings)
    assert (resumed.status, resumed.answer.partition(",")[0]) == ("partial", begun), resumed.answer
    assert "llm='openai:m' keeps the model" in resumed.answer
    forked = hugginggpt.fork(resumed.run_id, settings=settings, redo=0).resume(True)
    assert (forked.status, forked.answer.partition(",")[0]) == ("partial", begun)
    chosen = hugginggpt.resume(runs[1].run_id, True, llm="rules", settings=settings)
    assert (chosen.status, chosen.answer.partition(";")[0]) == ("succeeded", begun)


def test_a_run_whose_chat_model_could_not_plan_it_says_who_plans_it_now(settings: Settings) -> None:
    down = settings.with_given(llm="openai:m", openai_base_url="http://127.0.0.1:9/v1", retries=0)
    with pytest.raises(hugginggpt.ControllerError):
        hugginggpt.run(COUNT, settings=down)
    (run_id,) = (run.run_id for run in blocking(Session(kept_open(settings)).history.runs))
    resumed = hugginggpt.resume(run_id, settings=settings)
    assert resumed.status == "partial"
    assert "begun with openai:m" in resumed.answer.splitlines()[0]
    assert resumed.results[0].text == "3"

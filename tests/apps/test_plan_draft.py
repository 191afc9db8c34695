"""At a terminal a plan that waits is run, refused, left, or edited in `$EDITOR` until it can be run; nothing is lost."""

import io
import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from hugginggpt.apps.cli.plan import print_with_estimate
from hugginggpt.apps.cli.plan_draft import PlanDraft
from hugginggpt.apps.session import Session
from hugginggpt.graph.estimate import Amounts, Estimate, TaskEstimate
from hugginggpt.graph.options import Options
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.world import World
from scripting import OpenScripted, last

SENTENCE = {"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "Boats."}}
OTHER = {**SENTENCE, "args": {"text": "Ships."}}
ASKING = Options(approve="always")


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`typed(lines, *drafts)`: what is typed at the terminal, and what each call of the editor leaves in the file."""

    def type_in(lines: str, *drafts: Any) -> None:
        for number, draft in enumerate(drafts):
            text = draft if isinstance(draft, str) else json.dumps(draft)
            (tmp_path / f"draft-{number}").write_text(text)
        editor = tmp_path / "editor"
        editor.write_text(f'#!/bin/sh\ncp "$1" {tmp_path}/before\nmv "$(ls {tmp_path}/draft-* | head -1)" "$1"\n')
        editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("EDITOR", str(editor))
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        monkeypatch.delenv("VISUAL", raising=False)
        monkeypatch.setattr("tempfile.tempdir", None)
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))

    return type_in


async def waiting(world: World) -> PlanDraft:
    session = Session(world)
    events = [event async for event in session.start("Sum up", thread_id="t", options=ASKING)]
    return PlanDraft(session, last(events).run_id)


async def test_a_mistake_in_an_edited_plan_is_explained_and_edited_again(
    scripted: OpenScripted, typed: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with scripted([SENTENCE]) as world:
        draft = await waiting(world)
        unknown = [{**SENTENCE, "task": "sumarization"}]
        typed("e\ny\ne\ne\ny\n", "[{ no JSON", unknown, [OTHER])  # the first y is no answer: the plan can't be run
        verdict = await draft.verdict()
        assert json.loads((tmp_path / "before").read_text()) == unknown  # each edit begins with what was typed before
        assert draft.file
        assert draft.file.exists()
        run = await draft._session.run()
        done = [event async for event in draft._session.resume(run, verdict)]
        after = await draft._session.run()
    draft.close()
    assert not draft.file.exists()
    assert last(done).status == "succeeded"
    assert after.plan.tasks[0].inputs == {"text": "Ships."}
    assert "the plan was edited by hand" in after.repairs
    said = capsys.readouterr().err
    assert said.count("the edited plan can't be run: ") == 2
    assert "sumarization" in said
    assert said.count("that plan can't be run: edit it again (e)") == 1
    assert "Ships." in said  # shown again
    assert "estimate in all: " in said


@pytest.mark.parametrize(
    ("lines", "verdict"), [("y\n", True), ("n\n", False), ("what\nl\n", None), ("\n", None), ("", None)]
)
async def test_a_plan_is_run_refused_or_left_by_a_word(
    scripted: OpenScripted, typed: Any, lines: str, verdict: Any
) -> None:
    async with scripted([SENTENCE]) as world:
        draft = await waiting(world)
        typed(lines)
        assert await draft.verdict() is verdict
        assert draft.kept() == ""


async def test_what_was_edited_and_not_run_stays_in_a_file_that_is_named(scripted: OpenScripted, typed: Any) -> None:
    async with scripted([SENTENCE]) as world:
        draft = await waiting(world)
        typed("e\nl\n", [OTHER])
        assert await draft.verdict() is None
    assert draft.file
    assert json.loads(draft.file.read_text()) == [OTHER]
    assert f"--edit {draft.file}" in draft.kept()


async def test_a_file_that_an_edited_plan_leaves_out_is_named_before_it_is_run(
    scripted: OpenScripted, typed: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The run would end in part."""
    notes = tmp_path / "notes.txt"
    notes.write_text("Boats.")
    async with scripted([{**SENTENCE, "args": {"text": str(notes)}}]) as world:
        session = Session(world)
        events = [each async for each in session.start("Sum up", thread_id="t", files=[str(notes)], options=ASKING)]
        typed("e\nl\n", [OTHER])
        await PlanDraft(session, last(events).run_id).verdict()
    assert "warning: Not done: no task of the given plan uses the file notes.txt." in capsys.readouterr().err


async def test_an_editor_that_does_not_exist_is_named_and_the_plan_can_still_be_run(
    scripted: OpenScripted, typed: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with scripted([SENTENCE]) as world:
        draft = await waiting(world)
        typed("e\nw\n")
        monkeypatch.setenv("EDITOR", "/none/ed")
        assert await draft.verdict() is True
    assert "set EDITOR to a program that edits a text" in capsys.readouterr().err


@pytest.mark.parametrize("width", [40, 60, 71, 80, 93, 97, 100, 104, 120])
def test_a_plan_is_shown_without_a_word_that_is_broken(width: int) -> None:
    long = {**SENTENCE, "task": "automatic-speech-recognition", "args": {"audio": "minutes-of-the-meeting.wav"}}
    plan = Plan.from_hugginggpt([long, {**SENTENCE, "id": 1, "dep": [0], "args": {"text": "<resource>-0"}}])
    tasks = [TaskEstimate(task_id=each, model_id="embedded/whisper-tiny", seconds=2.0) for each in (0, 1)]
    console = Console(file=io.StringIO(), width=width)
    print_with_estimate(console, plan, Estimate.of(plan, tasks, Amounts(calls=1)))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    for word in (
        "automatic-speech-recognition",
        "summarization",
        "embedded/whisper-tiny:",
        "minutes-of-the-meeting.wav",
    ):
        assert word in shown
    assert "estimate for the controller, at most: " in shown
    assert shown.count("$0") == 4  # nothing is cut off at the edge

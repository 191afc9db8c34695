"""A plan that a caller gives from Python: each of its words and each attached file takes effect, or is reported."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import hugginggpt
from hugginggpt import HuggingGPTError, InvalidPlan, Settings


@pytest.fixture
def settings(home: Path) -> Iterator[Settings]:
    """Of a home whose world is closed at the end."""
    yield Settings(home=home)
    hugginggpt.close()


def rating(text: str, **more: Any) -> list[dict[str, Any]]:
    """The plan that rates a text."""
    return [{"task": "text-classification", "args": {"text": text}, **more}]


def test_an_attached_file_that_no_task_takes_is_reported_first(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one two")
    outcome = hugginggpt.run("rate it", files=tmp_path / "a.txt", plan=rating("I hate it"), settings=settings)
    assert outcome.status == "partial"
    assert outcome.answer.startswith("Not done: no task of the given plan uses the file a.txt.")


@pytest.mark.parametrize("name", ["good.txt", "a good review.txt"])
@pytest.mark.parametrize("attach", [lambda path: path, lambda path: path.open()])
def test_a_file_is_found_by_its_bare_name(settings: Settings, tmp_path: Path, name: str, attach: Any) -> None:
    (tmp_path / name).write_text("I love it")
    outcome = hugginggpt.run("rate it", files=attach(tmp_path / name), plan=rating(name), settings=settings)
    assert outcome.status == "succeeded"
    assert "positive" in outcome.answer


@pytest.mark.parametrize(
    ("more", "reason"),
    [({"model": "gpt-9"}, "`models` of the options"), ({"parameter": {}}, "did you mean parameters")],
)
def test_an_unknown_key_of_a_task_is_refused(settings: Settings, more: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidPlan, match=reason):
        hugginggpt.run("rate it", plan=rating("I hate it", **more), settings=settings)


def test_a_reply_with_an_empty_plan_is_refused_and_the_run_still_waits(settings: Settings) -> None:
    outcome = hugginggpt.run("rate it", plan=rating("fine"), options={"approve": "always"}, settings=settings)
    with pytest.raises(InvalidPlan, match="it has no task"):
        outcome.resume({"approve": True, "plan": []})
    assert outcome.resume(True).status == "succeeded"


def test_a_plan_given_at_approval_or_to_a_fork_that_leaves_a_file_out_is_reported_first(
    settings: Settings, tmp_path: Path
) -> None:
    files = [tmp_path / "good.txt", tmp_path / "bad.txt"]
    for file in files:
        file.write_text("I love it")
    plan = [{**rating(file.name)[0], "id": number} for number, file in enumerate(files)]
    outcome = hugginggpt.run("rate", files=files, plan=plan, options={"approve": "always"}, settings=settings)
    said = "Not done: no task of the given plan uses the file bad.txt."
    whole_plan, plan = outcome.plan, outcome.plan.to_hugginggpt()[:1]
    outcome = outcome.resume({"approve": True, "plan": plan})
    assert (outcome.status, outcome.refusals) == ("partial", (said,))
    assert outcome.answer.startswith(said)
    whole = outcome.fork(plan=whole_plan).resume(True)
    assert (whole.status, whole.refusals) == ("succeeded", ())
    part = whole.fork(plan=plan).resume(True)
    assert (part.status, part.refusals) == ("partial", (said,))


def counting(text: str) -> list[dict[str, Any]]:
    """The plan that counts the words of a text."""
    return [{"task": "count", "args": {"text": text}, "parameters": {"look_for": "words"}}]


ENTRIES: dict[str, Any] = {
    "run": lambda plan, settings: hugginggpt.run("Count", plan=plan, settings=settings),
    "fork": lambda plan, settings: hugginggpt.run("Count", plan=counting("a b"), settings=settings).fork(plan=plan),
    "resume": lambda plan, settings: hugginggpt.run(
        "Count", plan=counting("a b"), options={"approve": "always"}, settings=settings
    ).resume({"approve": True, "plan": plan}),
}


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_path_in_a_plan_is_a_file_or_is_refused_and_never_a_text(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes").mkdir()
    for name in ("NOTES", "notes/todo"):
        (tmp_path / name).write_text("one two three")
    words = {"and/or": 1, "24/7": 1, "/ 2": 1, "a/b c": 2, "NOTES": 3, "notes/todo": 3, str(tmp_path / "NOTES"): 3}
    for text, number in words.items():
        outcome = ENTRIES[entry](counting(text), settings)
        assert (outcome.status, outcome.results[0].text) == ("succeeded", str(number)), text
    for text in ("/nosuch/file", "~/nosuch", "./nosuch", "notes/nosuch"):
        with pytest.raises(HuggingGPTError, match=r"there is no file|is not there"):
            ENTRIES[entry](counting(text), settings)


def test_a_folder_in_a_plan_is_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one two three")
    with pytest.raises(InvalidPlan, match="is a folder"):
        ENTRIES["fork"](counting(str(tmp_path)), settings)
    assert ENTRIES["run"](counting(str(tmp_path)), settings).status == "failed"

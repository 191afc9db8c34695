"""The programs of `examples/` run as they stand, and print what they promise."""

import runpy
from pathlib import Path

import pytest

import hugginggpt
from paths import EXAMPLES

PRINTED = {
    "agent.py": ("tool: Language [0]: German", "ai: It is German."),
    "approval.py": ("waiting ['language-identification']", "succeeded"),
    "events.py": ("run_started", "task_finished succeeded", "run_finished"),
    "one_request.py": ("succeeded", "s of speech in"),
    "pictures_in_memory.py": ("(50, 25)",),
    "plan_by_hand.py": ("CAFE AM HAFEN", "lines"),
    "resume_by_id.py": ("waiting run this plan?", "succeeded"),
    "retry.py": ("partial", "succeeded"),
    "sub_graph.py": ("run this plan?", "French"),
}
PROGRAMS = sorted(file.name for file in EXAMPLES.glob("*.py") if file.name != "make_media.py")


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_runs_as_it_stands(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "examples").symlink_to(EXAMPLES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUGGINGGPT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HUGGINGGPT_LLM", raising=False)
    try:
        runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    finally:
        hugginggpt.close()
    printed = capsys.readouterr().out
    assert all(text in printed for text in PRINTED[name]), printed


def test_there_are_nine_programs_each_with_a_promise() -> None:
    assert sorted(PRINTED) == PROGRAMS
    assert len(PROGRAMS) == 9

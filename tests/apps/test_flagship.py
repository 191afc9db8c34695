"""The README's first command on the README's own file; its speech is transcribed and compared."""

import re
import shlex
from pathlib import Path

from hugginggpt import Outcome, Settings, close, run
from paths import ROOT

STOP = frozenset(
    "a an and as at be by for had has have he her his in is it of on or our the this to was we were".split()
)


def first_request() -> str:
    """The request in the README."""
    command = re.search(r"hugginggpt run \\\n\s*(\".*?\")", (ROOT / "README.md").read_text(), re.DOTALL)
    assert command
    return shlex.split(command[1])[0]


def words(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z]{3,}", text.lower()) if word not in STOP}


def text_of(done: Outcome, task_type: str) -> str:
    return next(row.text for row in done.results if row.task_type == task_type)


def test_the_first_command_reads_summarises_judges_and_speaks(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    done = run(first_request(), files=[str(ROOT / "examples/receipt.jpg")], settings=settings)
    assert done.status == "succeeded"
    assert [task.type for task in done.plan.tasks] == [
        "image-to-text", "summarization", "text-classification", "text-to-speech",
    ]  # fmt: skip
    spoken = next(row.paths[0] for row in done.results if row.task_type == "text-to-speech")
    for fact in ("positive", "21.40", str(spoken), "[0] rapidocr", "[1] summary", "[2] vader"):
        assert fact in done.answer

    transcribed = run("transcribe this recording", files=spoken, settings=settings)
    close()
    spoken_words = words(text_of(transcribed, "automatic-speech-recognition"))
    summary = words(text_of(done, "summarization"))
    other = words((ROOT / "examples/article.txt").read_text())
    assert len(spoken_words & summary) / len(summary) >= 0.3
    assert len(spoken_words & other) / len(other) < 0.1

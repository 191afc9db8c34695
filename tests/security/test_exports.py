"""What recordings and copies contain, and who can read them

A recording (`run --record`) is made to be shared: check its content first. `--out` writes copies for you, with the
permissions of your other new files.
"""

import json
import os
from pathlib import Path

import pytest

from fences import Fence
from hugginggpt.apps.cli.output_files import _copy
from hugginggpt.graph.errors import StorageError
from hugginggpt.tools.chat_models.trusted_servers import trusted_origins
from shell import Shell

FENCES = (
    Fence(
        "a recording names no servers",
        "apps/session.py",
        "        if not recorded:\n",
        "        if True:\n",
        "test_exports.py::test_a_replay_trusts_no_servers",
    ),
    Fence(
        "copies replace nothing",
        "apps/cli/output_files.py",
        'target.open("xb")',
        'target.open("wb")',
        "test_exports.py::test_out_writes_copies_of_results_and_overwrites_nothing",
    ),
)
REQUEST = "Summarise notes.txt"
NOTES = "The boat left the harbour at dawn. Its crew of nine sang. " * 12


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes.txt"
    path.write_text(NOTES)
    return path


def test_a_recording_holds_request_files_and_answers_but_no_key(notes: Path, shell: Shell) -> None:
    """A recording holds the request, its files, and the answers of model and experts; no key, and no path of a home."""
    typed = shell("run", REQUEST, "--record", "recording.jsonl", HUGGINGGPT_LLM_API_KEY="sk-canary-0123456789")
    assert typed.code == 0, typed.err
    recording = (notes.parent / "recording.jsonl").read_text()
    assert REQUEST in recording
    assert "Its crew of nine sang" in recording
    assert "sk-canary" not in recording
    assert str(notes.parent / "home") not in recording


def test_a_recording_is_private_and_overwrites_nothing(notes: Path, shell: Shell) -> None:
    """Only its owner can read a recording; an existing file or link is never overwritten."""
    old = os.umask(0)
    try:
        shell("run", REQUEST, "--record", "recording.jsonl")
    finally:
        os.umask(old)
    assert (notes.parent / "recording.jsonl").stat().st_mode & 0o777 == 0o600
    (notes.parent / "link.jsonl").symlink_to(notes)
    for there in ("recording.jsonl", "link.jsonl"):
        refused = shell("run", REQUEST, "--record", there)
        assert refused.code == 2
        assert "exists already" in refused.err
    assert notes.read_text() == NOTES


def test_out_writes_copies_of_results_and_overwrites_nothing(notes: Path, shell: Shell) -> None:
    """`--out` writes copies of what the run produced; it changes no existing file, and follows no link."""
    out = notes.parent / "out"
    out.mkdir()
    mine, linked = out / "0-notes-summary.txt", out / "0-notes-summary (1).txt"
    mine.write_text("mine")
    linked.symlink_to(notes)
    typed = shell("run", REQUEST, "--out", "out")
    assert typed.code == 0, typed.err
    assert sorted(path.name for path in out.iterdir()) == [
        "0-notes-summary (1).txt", "0-notes-summary (2).txt", "0-notes-summary.txt",
    ]  # fmt: skip
    assert mine.read_text() == "mine"
    assert linked.is_symlink()
    assert notes.read_text() == NOTES


def test_a_replay_trusts_no_servers(notes: Path, shell: Shell) -> None:
    """Replaying a recording from someone else does not trust the servers that it names."""
    assert shell("run", REQUEST, "--record", "recording.jsonl").code == 0
    head, *rest = (notes.parent / "recording.jsonl").read_text().splitlines()
    changed = json.loads(head)
    changed["options"]["models"] = {"translation": "openai:m@http://evil.example:8000/v1"}
    (notes.parent / "recording.jsonl").chmod(0o600)
    (notes.parent / "recording.jsonl").write_text("\n".join([json.dumps(changed), *rest]) + "\n")
    shell("run", "--replay", "recording.jsonl")
    assert trusted_origins(notes.parent / "config") == set()


def test_a_file_that_was_changed_in_the_home_is_not_copied(tmp_path: Path) -> None:
    """`--out` does not copy a file of the home that was changed after it was recorded; that is an error."""
    kept, copy = tmp_path / "kept.txt", tmp_path / "out"
    copy.mkdir()
    kept.write_text("other content")
    with pytest.raises(StorageError, match="was changed after it was recorded"):
        _copy(kept, "0" * 64, copy, "0-notes-summary.txt")
    assert list(copy.iterdir()) == []

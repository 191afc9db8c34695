"""`setup` offers MiniLM and Whisper, tries what is here, and says exactly what to download where it can't."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from in_process import command

MINILM = "sentence-transformers/all-MiniLM-L6-v2"


@pytest.fixture(autouse=True)
def _no_hub(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUGGINGGPT_HOME", str(home))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("COLUMNS", "400")


def test_without_a_terminal_it_names_the_option_that_consents() -> None:
    asked = command("setup")
    assert asked.code == 1
    assert f"{MINILM}: compares English texts by meaning; about 91 MB" in asked.out
    assert "--download yes gets it" in asked.err


def test_where_the_hub_can_not_be_reached_it_says_which_files_to_put_where() -> None:
    offline = command("setup", "--download", "yes", "--json")
    assert offline.code == 1
    for row in json.loads(offline.out):
        assert "the Hub can't be reached" in row["outcome"]
        assert "model.safetensors, tokenizer.json" in row["outcome"]
        assert f"https://huggingface.co/{row['model_id']}/tree/main" in row["outcome"]
        assert f"--model {row['task_type']}=/that/folder" in row["outcome"]


def test_a_model_that_is_here_is_tried_and_a_wrong_result_is_no_success(in_cache: Callable[[str, str], None]) -> None:
    """The tiny model is untrained: whatever it finds nearer, its scores are printed, or that it is wrong."""
    in_cache(MINILM, "bert_sentences")
    tried = command("setup", "--json")
    row = json.loads(tried.out)[0]
    assert tried.code == (3 if row["ok"] else 1)
    assert ("nearness to" if row["ok"] else "it finds 'The invoice") in row["outcome"]

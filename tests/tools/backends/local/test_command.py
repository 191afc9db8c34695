"""A run from the command to the answer, with a model from the Hub: refused, downloaded, run, recorded under its commit."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub_server import Hub, Repository, serve_hub
from shell import Shell

REQUEST = "fill in the blank the cat sat on the ___"
MODEL = "google-bert/bert-base-uncased"


@pytest.fixture
def hub(tiny: Callable[[str], Path]) -> Iterator[Hub]:
    with serve_hub() as running:
        running.repositories[MODEL] = Repository(tiny("bert_gaps"))
        yield running


def test_a_run_downloads_its_model_and_reports_progress(shell: Shell, hub: Hub, tmp_path: Path) -> None:
    env = {"HF_ENDPOINT": hub.url, "HF_HUB_CACHE": str(tmp_path / "cache")}
    refused = shell("run", REQUEST, "--download", "no", **env)
    assert refused.code == 1
    assert "--download yes" in refused.out
    assert hub.downloads == []

    done = shell("run", REQUEST, "--download", "yes", "--json", **env)
    assert done.code == 0, done.err
    events = [json.loads(line) for line in done.out.splitlines()]
    progress = [event for event in events if event["event"] == "task_progress"]
    assert progress[-1]["done"] == progress[-1]["total"] > 0
    assert progress[-1]["what"] == f"download of {MODEL}"
    assert events[-1]["status"] == "succeeded"

    rows = json.loads(shell("models", "fill-mask", "--json", **env).out)
    row = next(row for row in rows if (row["backend"], row["model_id"]) == ("local", MODEL))
    assert row["obstacle"] is None
    assert row["revision"] == hub.repositories[MODEL].commit
    again = shell("run", REQUEST, "--download", "no", HF_HUB_OFFLINE="1", **env)
    assert again.code == 0, again.err

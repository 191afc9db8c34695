"""Promises of `benchmarks/planning.py`."""

import json
from pathlib import Path
from types import ModuleType

import pytest

from hugginggpt.graph.plan import Plan
from hugginggpt.graph.task import Ref, Task

RECORDS = [
    {
        "id": "1",
        "type": "chain",
        "request": "Summarise 'a b c' and translate the summary into French",
        "tasks": [{"task": "Summarization"}, {"task": "Translation"}, {"task": "Unknown"}],
        "links": [["Summarization", "Translation"], ["Translation", "Unknown"]],
    },
    {
        "id": "2",
        "type": "single",
        "request": "Summarise 'a b c'",
        "tasks": [{"task": "Translation"}],
        "links": [],
    },
]


def test_labels_outside_the_tools_are_ignored(planning: ModuleType) -> None:
    """Nodes and edges that name no tool do not count."""
    assert planning.labels_of(RECORDS[0]) == ({"Summarization", "Translation"}, {("Summarization", "Translation")})


def test_scores_are_pooled_over_all_requests(planning: ModuleType) -> None:
    """Two true positives, one false positive, one false negative: 2 * 2 / (2 * 2 + 1 + 1)."""
    report, predictions = planning.measure(RECORDS, "request")
    assert report["node_f1"] == pytest.approx(4 / 6, abs=1e-4)
    assert report["edge_f1"] == 1.0
    assert report["by_type"]["chain"]["node_f1"] == 1.0
    assert predictions[0] == {
        "id": "1",
        "tasks": ["Summarization", "Translation"],
        "links": [["Summarization", "Translation"]],
    }


def test_a_predicted_task_outside_the_tools_is_a_false_positive(planning: ModuleType) -> None:
    """It keeps its own name, which no label has."""
    plan = Plan(tasks=(Task(id=0, type="count", inputs={"items": ("a",)}),))
    assert planning.prediction_of(plan) == {"tasks": ["count"], "links": []}


def test_accepted_graphs_do_not_depend_on_the_order_of_tasks(planning: ModuleType) -> None:
    """Independent tasks may come in any order, and deterministic ones may be added; wrong links are not accepted."""
    graph = {"tasks": ["text-generation", "text-to-image"], "links": []}
    poem = Task(id=0, type="text-to-image", inputs={"prompt": "a cat"})
    image = Task(id=1, type="text-generation", inputs={"prompt": "a joke"})
    extra = Task(id=2, type="join-text", inputs={"texts": (Ref(task_id=1), "x")})
    linked = Task(id=1, type="text-to-image", inputs={"prompt": Ref(task_id=0)})
    assert planning.is_accepted(Plan(tasks=(poem, image, extra)), [graph])
    assert not planning.is_accepted(Plan(tasks=(image.model_copy(update={"id": 0}), linked)), [graph])
    assert not planning.is_accepted(Plan(tasks=(poem,)), [graph])


def test_the_command_measures_a_file_and_writes_predictions(
    planning: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It distinguishes labelled records from records with accepted graphs."""
    labelled, accepted, out = tmp_path / "a.jsonl", tmp_path / "b.jsonl", tmp_path / "out.jsonl"
    labelled.write_text("\n".join(json.dumps(record) for record in RECORDS))
    accepted.write_text(
        json.dumps({"id": 1, "request": "Caption a.png", "accept": [{"tasks": ["image-to-text"], "links": []}]})
    )
    planning.main([str(labelled), "--predictions", str(out), "--json", str(tmp_path / "r.json")])
    assert "node_f1" in capsys.readouterr().out
    assert len(out.read_text().splitlines()) == len(RECORDS)
    assert json.loads((tmp_path / "r.json").read_text())["requests"] == len(RECORDS)
    planning.main([str(accepted)])
    assert "accepted" in capsys.readouterr().out


def test_the_kind_of_an_argument_follows_from_its_suffix_or_its_task(planning: ModuleType) -> None:
    """By a file's suffix or the output of the task; anything else is text, and tools outside the list don't count."""
    record = {
        "tasks": [
            {"task": "Text-to-Image", "args": ["a cat"]},
            {"task": "Visual Question Answering", "args": ["<node-0>", "What is it?"]},
            {"task": "Audio-to-Audio", "args": ["noisy.wav"]},
            {"task": "Unknown", "args": ["x.png"]},
        ],
        "links": [],
    }
    assert planning.labelled_arguments(record) == {
        ("Text-to-Image", "text"),
        ("Visual Question Answering", "image"),
        ("Visual Question Answering", "text"),
        ("Audio-to-Audio", "audio"),
    }
    plan = planning.propose(planning.Request(text="Draw a cat. What colour is the cat in the picture?")).plan
    assert planning.planned_arguments(plan) == {
        ("Text-to-Image", "text"),
        ("Visual Question Answering", "image"),
        ("Visual Question Answering", "text"),
    }

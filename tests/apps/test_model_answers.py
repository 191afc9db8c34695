"""Runs whose controller is a chat model: what it says against the results, and files that it leaves out, are reported."""

import json
from pathlib import Path

import pytest

import hugginggpt
from hugginggpt.graph.settings import Settings
from hugginggpt.tools.scripted import Received, Reply, chat, in_turn, serve, stage_of


def counting(*names: str) -> str:
    """A plan that counts the lines of each file."""
    tasks = [{"task": "count", "id": n, "dep": [-1], "args": {"items": name}} for n, name in enumerate(names)]
    return json.dumps({"tasks": tasks, "refusals": []})


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    (tmp_path / "notes.txt").write_text("one line\nanother\na third\na fourth\n")
    (tmp_path / "prices.csv").write_text("what,price\nlamp,12\n")
    return [str(tmp_path / "notes.txt"), str(tmp_path / "prices.csv")]


def answered(home: Path, answer: str, files: list[str], *counted: str) -> hugginggpt.Outcome:
    with serve(in_turn(chat(counting(*counted)), chat(answer))) as server:
        settings = Settings(home=home, llm=f"openai:scripted@{server.url}/v1", openai_api_key="k", llm_window=100_000)
        return hugginggpt.run("Count the lines of both", files=files, settings=settings, options={"select": "rank"})


def test_a_run_whose_answer_contradicts_its_results_is_done_in_part(home: Path, files: list[str]) -> None:
    both = ("notes.txt", "prices.csv")  # one result alone would be the answer, without a call
    outcome = answered(home, "There are 7 lines [0] and 1 row [1].", files, *both)

    assert outcome.status == "partial"
    assert "Not what the results say: “There are 7 lines [0] and 1 row [1].” ([0] 4" in outcome.answer
    assert answered(home / "other", "There are 4 lines [0] and 1 row [1].", files, *both).status == "succeeded"


def test_a_file_that_the_models_plan_leaves_out_is_said_first(home: Path, files: list[str]) -> None:
    outcome = answered(home, "There are 4 lines [0].", files, "notes.txt")

    assert outcome.status == "partial"
    assert outcome.answer.startswith("Not done: no task uses the file prices.csv")


REVIEW = "The staff were friendly and helpful. Breakfast was great and the view is lovely."
BOTH = json.dumps(
    {
        "tasks": [
            {"task": "count", "id": 0, "dep": [-1], "args": {"text": REVIEW}},
            {"task": "text-classification", "id": 1, "dep": [-1], "args": {"text": REVIEW}},
        ],
        "refusals": [],
    }
)


def reviewed(home: Path, answer: str) -> hugginggpt.Outcome:
    def model(received: Received) -> Reply:
        return chat(BOTH if stage_of(received) == "plan" else answer)

    with serve(model) as server:
        settings = Settings(home=home, llm=f"openai:scripted@{server.url}/v1", openai_api_key="k", llm_window=100_000)
        request = f"Count the lines and tell me whether the customer was happy: '{REVIEW}'"
        return hugginggpt.run(request, settings=settings, options={"select": "rank"})


def test_a_result_that_the_answer_leaves_out_is_added_under_its_heading_with_its_weak_expert(home: Path) -> None:
    outcome = reviewed(home, "There is 1 line [0].")

    assert "Left out above: [1] text-classification\npositive" in outcome.answer
    assert "embedded/vader (weak: " in outcome.answer


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (
            "The text reads as positive [0].",
            "A wrong citation: “The text reads as positive.” is what [1] says, not [0]",
        ),
        ("The text reads as positive [5].", "There is no result [5]"),
    ],
)
def test_a_wrong_citation_is_named_and_the_run_is_done_in_part(home: Path, said: str, named: str) -> None:
    outcome = reviewed(home, f"There is 1 line [0].\n{said}")

    assert named in outcome.answer
    assert "No result was found behind" not in outcome.answer
    assert outcome.status == "partial"


def test_an_answer_that_is_cut_off_is_reported_as_that_and_keeps_the_results(home: Path) -> None:
    """It failed the run, whose tasks were all done."""

    def model(received: Received) -> Reply:
        return chat(BOTH) if stage_of(received) == "plan" else chat("There is 1 line [0]. It", finish_reason="length")

    with serve(model) as server:
        settings = Settings(home=home, llm=f"openai:scripted@{server.url}/v1", llm_window=100_000)
        request = f"Count the lines and tell me whether the customer was happy: '{REVIEW}'"
        outcome = hugginggpt.run(request, settings=settings, options={"select": "rank"})

    assert outcome.status == "partial"
    assert outcome.answer.startswith("There is 1 line [0]. \n\nopenai:scripted was cut off before its answer")
    assert "Left out above: [1] text-classification\npositive" in outcome.answer


def test_a_call_that_takes_longer_than_a_second_sends_events_of_what_it_waits_for(home: Path) -> None:
    one = json.dumps({"tasks": [{"task": "count", "id": 0, "dep": [-1], "args": {"text": REVIEW}}], "refusals": []})
    with serve(in_turn(chat(one, seconds=1.3))) as server:
        settings = Settings(home=home, llm=f"openai:scripted@{server.url}/v1", llm_window=100_000)
        events = list(hugginggpt.stream(f"Count the lines of '{REVIEW}'", settings=settings))

    seen = [event.progress for event in events if isinstance(event, hugginggpt.LlmProgress)]
    assert ("plan", "reading") in {(each.stage, each.phase) for each in seen}

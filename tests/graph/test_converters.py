"""Converters: tasks that a plan leaves out between kinds of media are inserted."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hugginggpt.graph.converters import with_converters
from hugginggpt.graph.errors import InvalidPlan
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.task import Ref, Task

PDF = Resource(kind="document", media_type="application/pdf", sha256="a" * 64, name="report.pdf")
FILM = Resource(kind="video", media_type="video/mp4", sha256="b" * 64, name="film.mp4")
PHOTO = Resource(kind="image", media_type="image/png", sha256="c" * 64, name="photo.png")


def plan(*tasks: dict[str, Any]) -> Plan:
    entries = [{"id": number, "dep": [-1], **task} for number, task in enumerate(tasks)]
    return Plan.from_hugginggpt(entries, [PDF, FILM, PHOTO])


def types(made: Plan) -> list[str]:
    return [task.type for task in made.tasks]


@pytest.mark.parametrize(
    ("task", "argument", "file", "converter"),
    [
        ("object-detection", "image", "report.pdf", "document-to-images"),
        ("summarization", "text", "report.pdf", "document-to-text"),
        ("object-detection", "image", "film.mp4", "video-to-images"),
        ("automatic-speech-recognition", "audio", "film.mp4", "video-to-audio"),
    ],
)
def test_a_file_of_another_kind_is_converted_first(task: str, argument: str, file: str, converter: str) -> None:
    made = plan({"task": task, "args": {argument: file}})
    assert types(made) == [converter, task]
    assert made.tasks[1].depends_on == (made.tasks[0].id,)


def test_a_file_that_two_tasks_need_is_converted_once() -> None:
    made = plan(
        {"task": "object-detection", "args": {"image": "film.mp4"}},
        {"task": "image-to-text", "args": {"image": "film.mp4"}},
    )
    assert types(made).count("video-to-images") == 1


def test_a_file_of_the_right_kind_is_not_converted() -> None:
    assert types(plan({"task": "object-detection", "args": {"image": "photo.png"}})) == ["object-detection"]
    asked = {"task": "document-question-answering", "args": {"image": "report.pdf", "question": "The total?"}}
    assert types(plan(asked)) == ["document-question-answering"]


def test_texts_of_all_pages_are_joined_before_a_task_that_takes_one() -> None:
    made = plan(
        {"task": "image-to-text", "args": {"image": "report.pdf"}},
        {"task": "summarization", "args": {"text": "<resource>-0"}, "dep": [0]},
    )
    assert types(made) == ["document-to-images", "image-to-text", "join-text", "summarization"]


def test_several_files_stay_a_list() -> None:
    made = plan(
        {"task": "image-to-text", "args": {"image": ["photo.png", "photo.png"]}},
        {"task": "summarization", "args": {"text": "<resource>-0"}, "dep": [0]},
    )
    assert types(made) == ["image-to-text", "summarization"]


def test_detections_in_all_frames_go_to_the_count_without_a_join() -> None:
    made = plan(
        {"task": "object-detection", "args": {"image": "film.mp4"}},
        {"task": "count", "args": {"text": "<resource>-0", "label": "zebra"}, "dep": [0]},
    )
    assert types(made) == ["video-to-images", "object-detection", "count"]


def test_a_video_that_a_task_makes_is_converted_too() -> None:
    made = plan(
        {"task": "text-to-video", "args": {"text": "a cat"}},
        {"task": "image-classification", "args": {"image": "<resource>-0"}, "dep": [0]},
    )
    assert types(made) == ["text-to-video", "video-to-images", "image-classification"]
    assert made.tasks[2].inputs["image"] == Ref(task_id=made.tasks[1].id, output="images")


def test_texts_of_all_pages_stay_separate_where_the_goal_names_each_page() -> None:
    made = plan(
        {"task": "image-to-text", "args": {"image": "report.pdf"}},
        {"task": "summarization", "args": {"text": "<resource>-0"}, "dep": [0], "goal": "a summary of each page"},
    )
    assert types(made) == ["document-to-images", "image-to-text", "summarization"]


def test_the_order_of_the_tasks_in_the_plan_does_not_matter() -> None:
    reading = {"task": "image-to-text", "id": 0, "dep": [-1], "args": {"image": "report.pdf"}}
    summing = {"task": "summarization", "id": 1, "dep": [0], "args": {"text": "<resource>-0"}}
    made = [Plan.from_hugginggpt(entries, [PDF]) for entries in ([reading, summing], [summing, reading])]
    assert types(made[0]) == types(made[1]) == ["document-to-images", "image-to-text", "join-text", "summarization"]


def test_long_chains_that_use_the_task_before_twice_are_converted_quickly() -> None:
    entries: list[dict[str, Any]] = [{"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "report.pdf"}}]
    for number in range(1, 900):
        before = f"<resource>-{number - 1}"
        args = {"question": before, "context": before}
        entries.append({"task": "question-answering", "id": number, "dep": [number - 1], "args": args})
    assert len(Plan.from_hugginggpt(entries, [PDF]).tasks) == 901


def test_a_kind_that_no_converter_makes_is_refused() -> None:
    with pytest.raises(InvalidPlan, match=r"needs audio for audio, but photo\.png is image"):
        plan({"task": "automatic-speech-recognition", "args": {"audio": "photo.png"}})


def test_a_cycle_of_tasks_is_refused_and_the_search_ends() -> None:
    with pytest.raises(InvalidPlan, match="circle"):
        plan(
            {"task": "summarization", "args": {"text": "<resource>-1"}, "dep": [1]},
            {"task": "summarization", "args": {"text": "<resource>-0"}, "dep": [0]},
        )


@given(st.lists(st.sampled_from(["object-detection", "image-to-text", "summarization", "text-to-speech"]), max_size=6))
def test_a_second_conversion_changes_nothing(chain: list[str]) -> None:
    entries: list[dict[str, Any]] = []
    for number, task in enumerate(chain):
        key = "image" if task in ("object-detection", "image-to-text") else "text"
        file = "film.mp4" if key == "image" and number % 2 else "report.pdf"
        value = "<resource>-0" if number and not number % 2 else file
        entries.append({"task": task, "id": number, "dep": [-1], "args": {key: value}})
    try:
        once = Plan.from_hugginggpt(entries, [PDF, FILM, PHOTO])
    except InvalidPlan:
        return
    again = Plan.from_hugginggpt(once.to_hugginggpt(), [PDF, FILM, PHOTO])
    assert types(again) == types(once)


def test_an_inserted_task_gets_a_free_id_that_is_not_too_long() -> None:
    """Ids have nine digits at most, also where the plan's own id has as many."""
    pdf = Resource(kind="document", media_type="application/pdf", sha256="a" * 64, name="a.pdf")
    tasks = with_converters([Task(id=999_999_999, type="summarization", inputs={"text": pdf})])
    assert [(task.id, task.type) for task in tasks] == [(0, "document-to-text"), (999_999_999, "summarization")]
    assert Plan(tasks=tuple(tasks)).to_hugginggpt()

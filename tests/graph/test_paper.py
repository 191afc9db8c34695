"""The paper's JSON, and JARVIS's: every spelling that occurs in them is read."""

import json
from typing import Any

import pytest

from hugginggpt.graph.errors import InvalidPlan
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.task import Ref, Task, Template


def only(task: str, args: dict[str, Any], *, before: int = 1, files: tuple[Resource, ...] = ()) -> Task:
    """The last task of a plan whose first ones write texts."""
    tasks = [{"task": "text-generation", "id": n, "dep": [-1], "args": {"text": "go"}} for n in range(before)]
    plan = Plan.from_hugginggpt([*tasks, {"task": task, "id": before, "dep": [-1], "args": args}], files)
    return plan.by_id[before]


@pytest.mark.parametrize(
    "written", ["<resource>-0", "<GENERATED>-0", "<generated>-0", "<GENERATED-0>", "<resource-0>", " <resource>-0 "]
)
def test_a_reference_is_read_in_every_spelling(written: str) -> None:
    assert only("summarization", {"text": written}).inputs == {"text": Ref(task_id=0, output="text")}


def test_a_reference_inside_a_sentence_keeps_the_words_around_it() -> None:
    task = only("text-to-speech", {"text": "The picture shows <GENERATED>-0, and <resource>-1."}, before=2)
    zero, one = (Ref(task_id=n, output="text") for n in (0, 1))
    assert task.inputs["text"] == Template(parts=("The picture shows ", zero, ", and ", one, "."))
    assert task.depends_on == (0, 1)


@pytest.mark.parametrize(
    "written", ["<resource>-0,<resource>-1", "<GENERATED>-0, <GENERATED>-1", "<resource>-0 <resource>-1"]
)
def test_a_comma_list_of_references_is_a_list(written: str) -> None:
    refs = tuple(Ref(task_id=n, output="text") for n in (0, 1))
    assert only("summarization", {"text": written}, before=2).inputs["text"] == refs


def test_a_comma_list_of_files_is_a_list() -> None:
    task = only("image-to-text", {"image": "e1.jpg, e2.png,/a/e3.jpg"})
    assert [file.name for file in task.inputs["image"]] == ["e1.jpg", "e2.png", "/a/e3.jpg"]


def test_minus_one_is_no_dependency_and_a_bare_dep_is_an_order() -> None:
    assert only("summarization", {"text": "x"}).depends_on == ()
    later = {"task": "summarization", "id": 1, "dep": [0], "args": {"text": "x"}}
    first = {"task": "summarization", "id": 0, "dep": -1, "args": {"text": "x"}}
    assert Plan.from_hugginggpt([later, first]).by_id[1].after == (0,)


def test_a_missing_dep_follows_from_the_reference() -> None:
    assert only("summarization", {"text": "<resource>-0"}).depends_on == (0,)


def test_a_known_file_becomes_its_resource_and_an_unknown_one_a_missing_resource() -> None:
    there = Resource(kind="image", media_type="image/png", sha256="0" * 64, name="/somewhere/a.png")
    for name in ("a.png", "/somewhere/a.png"):
        assert only("image-to-text", {"image": name}, files=(there,)).inputs["image"] == there
    missing = only("image-to-text", {"image": "b.png"}, files=(there,)).inputs["image"]
    assert isinstance(missing, Resource)
    assert missing.missing


def test_parameters_are_taken_from_args_and_from_their_own_key() -> None:
    assert only("translation", {"text": "x", "target_language": "fr"}).parameters == {"target_language": "fr"}
    labels = only("zero-shot-classification", {"text": "x", "candidate_labels": ["a", "b"]})
    assert labels.parameters == {"candidate_labels": ("a", "b")}


@pytest.mark.parametrize(
    ("tasks", "problem"),
    [
        ("no plan at all", "not JSON"),
        ("{}", "a JSON list of objects"),
        ("[1]", "a JSON list of objects"),
        ('[{"id": 0}]', "no task type"),
        ('[{"task": "summarization", "args": "x"}]', "'args' must be an object"),
        ('[{"task": "summarization", "id": "one", "args": {"text": "x"}}]', "must be a whole number, not 'one'"),
        ('[{"task": "summarization", "id": true, "args": {"text": "x"}}]', "must be a whole number, not True"),
        ('[{"task": "summarization", "id": -3, "args": {"text": "x"}}]', "greater than or equal to 0"),
        ('[{"task": "summarization", "id": 0, "dep": ["a"], "args": {"text": "x"}}]', "dep must be a whole number"),
        ('[{"task": "image-to-text", "id": 0, "args": {"image": {"kind": "smell"}}}]', "kind"),
    ],
)
def test_an_invalid_plan_is_refused_with_a_reason(tasks: str, problem: str) -> None:
    with pytest.raises(InvalidPlan, match=problem):
        Plan.from_hugginggpt(tasks)


def _sheep(first: int, name: str) -> list[dict[str, Any]]:
    return [
        {"task": "image-to-text", "id": first, "dep": [-1], "args": {"image": name}},
        {"task": "object-detection", "id": first + 1, "dep": [-1], "args": {"image": name}},
        {"task": "visual-question-answering", "id": first + 2, "dep": [first + 1],
         "args": {"image": f"<GENERATED>-{first + 1}", "text": "How many sheep in the picture"}},
    ]  # fmt: skip


DEMOS: dict[str, list[dict[str, Any]]] = {
    "count the sheep": [*_sheep(0, "e1.jpg"), *_sheep(3, "e2.png"), *_sheep(6, "e3.jpg")],
    "a picture and video similar to this one": [
        {"task": "image-to-text", "id": 0, "dep": [-1], "args": {"image": "/e.jpg"}},
        {"task": "object-detection", "id": 1, "dep": [-1], "args": {"image": "/e.jpg"}},
        {"task": "visual-question-answering", "id": 2, "dep": [1],
         "args": {"image": "<GENERATED>-1", "text": "how many objects in the picture?"}},
        {"task": "text-to-image", "id": 3, "dep": [0], "args": {"text": "<GENERATED-0>"}},
        {"task": "image-to-image", "id": 4, "dep": [-1], "args": {"image": "/e.jpg"}},
        {"task": "text-to-video", "id": 5, "dep": [0], "args": {"text": "<GENERATED-0>"}},
    ],
    "the student amount": [
        {"task": "document-question-answering", "id": 0, "dep": [-1],
         "args": {"image": "/images/e.jpeg", "text": "what is the student amount?"}},
        {"task": "visual-question-answering", "id": 1, "dep": [-1],
         "args": {"image": "/images/e.jpeg", "text": "describe the image with your voice"}},
        {"task": "text-to-speech", "id": 2, "dep": [1], "args": {"text": "<GENERATED>-1"}},
    ],
    "a girl is reading a book": [
        {"task": "openpose-control", "id": 0, "dep": [-1], "args": {"image": "/example.jpg"}},
        {"task": "openpose-text-to-image", "id": 1, "dep": [0],
         "args": {"text": "a girl is reading a book", "image": "<GENERATED>-0"}},
    ],
    "a boy is running": [
        {"task": "text-to-video", "id": 0, "dep": [-1], "args": {"text": "a boy is running"}},
        {"task": "text-to-speech", "id": 1, "dep": [-1], "args": {"text": "a boy is running"}},
        {"task": "text-to-image", "id": 2, "dep": [-1], "args": {"text": "a boy is running"}},
    ],
    "a joke and an image of cat": [
        {"task": "conversational", "id": 0, "dep": [-1], "args": {"text": "please show me a joke of cat"}},
        {"task": "text-to-image", "id": 1, "dep": [-1], "args": {"text": "a photo of cat"}},
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", DEMOS)
def test_the_demonstrations_of_jarvis_are_plans(name: str) -> None:
    plan = Plan.from_hugginggpt(json.dumps(DEMOS[name]))
    assert [(task.type, task.id) for task in plan.tasks] == [(task["task"], task["id"]) for task in DEMOS[name]]
    for task in DEMOS[name]:
        assert plan.by_id[task["id"]].depends_on == tuple(dep for dep in task["dep"] if dep != -1)
    assert Plan.from_hugginggpt(plan.to_hugginggpt()) == plan


def test_a_plan_can_be_read_in_any_order() -> None:
    tasks = DEMOS["a picture and video similar to this one"]
    assert {task.id for task in Plan.from_hugginggpt(tasks[::-1]).tasks} == set(range(6))

"""Results: outputs are tuples; their JSON keeps the form that rows and events have had from the start."""

from typing import Any

import pytest

from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Proposal, Result
from hugginggpt.graph.state import with_repairs

ONE = Resource(kind="text", media_type="text/plain", text="one")
TWO = Resource(kind="text", media_type="text/plain", text="two")
PAGE = Resource(kind="image", media_type="image/png")


def result(task_type: str, outputs: dict[str, Any]) -> Result:
    return Result.model_validate(
        {"task_id": 0, "key": "0", "task_type": task_type, "status": "succeeded", "outputs": outputs}
    )


@pytest.mark.parametrize(
    ("task_type", "outputs", "is_list"),
    [
        ("summarization", {"text": (ONE,)}, False),
        ("summarization", {"text": (ONE, TWO)}, True),  # mapped over a list
        ("document-to-images", {"images": (PAGE,)}, True),  # a document of one page
        ("document-to-images", {"images": (PAGE, PAGE)}, True),
    ],
)
def test_json_holds_one_resource_as_an_object_unless_the_task_type_makes_a_list(
    task_type: str, outputs: dict[str, tuple[Resource, ...]], is_list: bool
) -> None:
    made = result(task_type, outputs)
    for row in (
        made.model_dump(mode="json"),
        Result.model_validate_json(made.model_dump_json()).model_dump(mode="json"),
    ):
        assert all(isinstance(value, list) is is_list for value in row["outputs"].values())
        assert Result.model_validate(row) == made


def test_a_single_resource_of_an_old_row_is_read_as_a_tuple_of_one() -> None:
    assert result("summarization", {"text": ONE.model_dump()}).outputs == {"text": (ONE,)}
    assert result("summarization", {"text": [ONE.model_dump(), TWO.model_dump()]}).resources == (ONE, TWO)


def test_a_list_that_an_earlier_version_did_in_part_is_read_as_failed_with_its_outputs_in_their_places() -> None:
    row = {
        "task_id": 2, "key": "2", "task_type": "summarization", "status": "failed", "error": "1 of 3 failed: 2[1]: lost",
        "outputs": {"text": [made.model_dump(exclude={"producer"}) | {"producer": key} for made, key in
                             ((ONE, "2[0]"), (TWO, "2[2]"))]},
    }  # fmt: skip
    read = Result.model_validate(row)
    assert not read.ok
    assert read.members == ()
    assert read.places("text") == ((0,), (2,))


def test_repairs_are_read_under_the_name_that_earlier_versions_gave_them() -> None:
    """In checkpoints, events and recordings; they are written under their own."""
    proposal = Proposal.model_validate({"plan": {"tasks": []}, "mends": ["a"]})
    assert (proposal.repairs, proposal.model_dump()["repairs"]) == (("a",), ("a",))
    assert with_repairs({"run_id": "r", "mends": ["a"]}, added=["b"]) == {"run_id": "r", "repairs": ["a", "b"]}

"""What of a file could not be read: the task is done in part, in a list and in what is made from it too."""

from hugginggpt.graph.expert import Assignment, Expert
from hugginggpt.graph.result import Result
from hugginggpt.graph.task import Task
from hugginggpt.nodes.list_results import few, list_result, read_in_part, result_of

TASK = Task(id=3, type="image-to-text", inputs={"image": "a"}, goal="read")
EXPERT = Expert(model_id="m", task_type="image-to-text", backend="scripted")
GAP = "a.jpg is cut short"


def row(key: str, *gaps: str) -> Result:
    return read_in_part(result_of(TASK, key, "succeeded", outputs={}), gaps)


def test_a_result_from_a_file_that_was_read_in_part_is_partial_with_the_reason() -> None:
    made = row("3", GAP)
    assert (made.status, made.error) == ("partial", GAP)
    assert [member.error for member in made.missing] == [GAP]
    assert row("3").status == "succeeded"


def test_a_list_with_such_a_member_is_partial_and_keeps_the_member() -> None:
    assignment = Assignment(task_id=3, expert=EXPERT, reason="only one")
    made = list_result(TASK, assignment, [row("3[0]"), row("3[1]", GAP)], began=0.0)
    assert (made.status, made.error) == ("partial", GAP)
    assert [member.key for member in made.members if made.owns(member) and member.error is None] == ["3[0]", "3[1]"]
    assert [(member.key, member.error) for member in made.missing] == [("3", GAP)]


def test_of_many_parts_with_a_caveat_a_few_are_named_and_the_others_counted() -> None:
    assert few(["a", "b"]) == ("a", "b")
    assert few([str(number) for number in range(60)]) == (*"01234", "and 55 more parts, of which the same is said")

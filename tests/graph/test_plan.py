"""Plan: a plan that exists can be run; one that breaks a rule can't be made."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given

from hugginggpt.graph.errors import InvalidPlan
from hugginggpt.graph.plan import MAX_TASKS, Plan
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.task import Ref, Template, resources_in
from hugginggpt.graph.vocabulary import VOCABULARY
from plans import plans
from scripting import CHAIN, skewed, step

SOUND = Resource(kind="audio", media_type="audio/wav", name="a.wav", sha256="0" * 64)


@given(plans())
def test_every_task_comes_after_those_it_depends_on(plan: Plan) -> None:
    seen: set[int] = set()
    for task in plan.tasks:
        assert set(task.depends_on) <= seen
        seen.add(task.id)


@given(plans())
def test_every_reference_names_an_output_of_a_kind_that_fits(plan: Plan) -> None:
    for task in plan.tasks:
        for ref in task.refs:
            assert VOCABULARY[plan.by_id[ref.task_id].type].output(ref.output)


@given(plans())
def test_a_plan_survives_the_paper_s_json(plan: Plan) -> None:
    files = {r for task in plan.tasks for value in task.inputs.values() for r in resources_in(value)}
    assert Plan.from_hugginggpt(plan.to_hugginggpt(), files) == plan


@given(plans())
def test_a_plan_survives_a_checkpoint(plan: Plan) -> None:
    again = Plan.model_validate(plan.model_dump(mode="json"))
    assert again == plan
    assert again.digest == plan.digest


def test_the_order_is_as_written_wherever_that_is_topological() -> None:
    tasks = skewed(12)
    assert [task.id for task in Plan.from_hugginggpt(tasks).tasks] == list(range(12))
    assert {task.id for task in Plan.from_hugginggpt(tasks[::-1]).tasks} == set(range(12))


def changed(task_id: int, **fields: Any) -> list[dict[str, Any]]:
    """The chain of `support` with one task changed."""
    return [task | fields if task["id"] == task_id else task for task in CHAIN]


def args(task_id: int, **given: Any) -> list[dict[str, Any]]:
    return changed(task_id, args=given)


@pytest.mark.parametrize(
    ("tasks", "problem"),
    [
        (changed(1, task="sumarization"), r"task 1: there is no task type 'sumarization'; near it: summarization"),
        (changed(3, id=1, dep=[0]), r"two tasks have the id 1"),
        (args(1, text="<resource>-7"), r"task 1 \(summarization\) refers to task 7, which is not in the plan"),
        (changed(1, dep=[7]), r"task 1 \(summarization\) refers to task 7"),
        (args(0, text="after <resource>-2"), r"in a circle: .*0 -> .*"),
        (args(1, text="<resource>-1"), r"in a circle: 1 -> 1"),
        (args(1), r"task 1 \(summarization\) needs text \(text\), and gets none"),
        (args(1, text=""), r"task 1 \(summarization\) needs text \(text\), and gets none"),
        (args(1, text=[]), r"task 1 \(summarization\) needs text \(text\), and gets none"),
        (args(3, text="<resource>-2"), r"task 3 \(translation\) needs text for text, but task 2 \(text-to-speech\)"),
        (args(3, text="say <resource>-2"), r"task 3 \(translation\) needs text for text, but task 2"),
        (args(3, text=["<resource>-0", "<resource>-2"]), r"task 3 \(translation\) needs text for text, but task 2"),
        (args(3, text="a.wav"), r"task 3 \(translation\) needs text for text, but a.wav is audio"),
        (args(1, text="x", colour="red"), r"task 1 \(summarization\) has no input 'colour'; it takes text"),
        (changed(1, parameters={"length": 3}), r"task 1 \(summarization\) has no parameter 'length'; it has max_s"),
        (changed(1, parameters={"max_sentences": "3"}), r"task 1 \(summarization\): max_sentences must be a integer"),
        (changed(1, parameters={"max_sentences": True}), r"task 1 \(summarization\): max_sentences must be a integer"),
        ([step(n) for n in range(MAX_TASKS + 1)], r"1001 tasks are more than the 1000"),
    ],
)
def test_a_plan_that_breaks_a_rule_can_not_be_made_and_the_task_is_named(
    tasks: list[Mapping[str, Any]], problem: str
) -> None:
    with pytest.raises(InvalidPlan, match=problem):
        Plan.from_hugginggpt(tasks, [SOUND])


def test_all_problems_are_reported_at_once() -> None:
    wrong = [step(0) | {"task": "no"}, step(1) | {"args": {}}, step(2, 9)]
    with pytest.raises(InvalidPlan) as caught:
        Plan.from_hugginggpt(wrong)
    assert len(caught.value.problems) == 3


def test_an_output_that_a_task_does_not_make_can_not_be_referred_to() -> None:
    (first, second, *_) = Plan.from_hugginggpt(CHAIN).tasks
    with pytest.raises(InvalidPlan, match="makes text, not 'image'"):
        Plan(tasks=(first, second.model_copy(update={"inputs": {"text": Ref(task_id=0, output="image")}})))
    inside = Template(parts=("a ", Ref(task_id=0, output="image")))
    with pytest.raises(InvalidPlan, match="makes text, not 'image'"):
        Plan(tasks=(first, second.model_copy(update={"inputs": {"text": inside}})))


def test_the_digest_identifies_the_content() -> None:
    plan = Plan.from_hugginggpt(CHAIN)
    assert Plan.from_hugginggpt(CHAIN).digest == plan.digest
    assert Plan.from_hugginggpt(args(0, text="good bye")).digest != plan.digest

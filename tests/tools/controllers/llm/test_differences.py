"""What tells the candidates of a task apart for a request, so that a choice is worth a call."""

import pytest

from hugginggpt.graph.choice import Choice
from hugginggpt.graph.expert import Expert
from hugginggpt.graph.task import Task
from hugginggpt.tools.controllers.llm.differences import differences


def expert(name: str, description: str = "", **given: object) -> Expert:
    row = {"model_id": name, "task_type": "translation", "backend": "hf", "description": description}
    return Expert.model_validate(row | given)


MANY = expert("org/nllb", "Many languages.")
GERMAN = expert("org/opus-mt-en-de", "English to German.")
LEGAL = expert("org/contracts", "For contracts and courts.")


@pytest.mark.parametrize(
    ("candidates", "goal", "parameters", "found"),
    [
        ((MANY, GERMAN), "translate it", {"target_language": "de"}, ("german",)),
        ((MANY, GERMAN), "translate it", {"target_language": "German"}, ("german",)),
        ((MANY, GERMAN), "translate it", {"target_language": "fr"}, ()),
        ((GERMAN, MANY), "translate it", {"target_language": "de"}, ()),
        ((MANY, GERMAN, LEGAL), "translate the contract", {"target_language": "es"}, ("contracts",)),
        ((MANY, MANY), "translate it into many languages", {}, ()),
        ((MANY, expert("a/b", "German.", partial=True)), "translate it into German", {}, ()),
        ((expert("a/b", partial=True), MANY), "translate it", {}, ("all of translation",)),
        ((MANY, expert("a/b", "A model that can translate text.")), "translate the text", {}, ()),
    ],
)
def test_candidates_differ_where_another_offers_what_the_task_asks_for(
    candidates: tuple[Expert, ...], goal: str, parameters: dict[str, str], found: tuple[str, ...]
) -> None:
    task = Task(id=0, type="translation", inputs={"text": "x"}, parameters=parameters, goal=goal)
    assert differences(Choice(task=task, candidates=candidates, request="Do it"), 5) == found


def test_the_request_counts_where_a_task_has_no_goal_and_only_candidates_that_are_shown_do() -> None:
    task = Task(id=0, type="translation", inputs={"text": "x"})
    request = "Translate this contract"
    assert differences(Choice(task=task, candidates=(MANY, LEGAL), request=request), 5) == ("contracts",)
    assert differences(Choice(task=task, candidates=(MANY, GERMAN, LEGAL), request=request), 2) == ()


def test_a_request_in_another_language_is_compared_by_the_model_where_descriptions_differ() -> None:
    task = Task(id=0, type="translation", inputs={"text": "x"}, goal="翻译这份合同")
    assert differences(Choice(task=task, candidates=(MANY, LEGAL), request="翻译这份合同"), 5) == ("翻译这份合同",)
    assert differences(Choice(task=task, candidates=(MANY, MANY), request="翻译这份合同"), 5) == ()

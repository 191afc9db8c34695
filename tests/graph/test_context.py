"""The context of an assistant or caller chooses controller, places, approval, budgets; a bad value is refused in words."""

from typing import Any

import pytest

from hugginggpt.graph.errors import UsageError
from hugginggpt.tools.scripted import ScriptedBackend
from scripting import OpenScripted, step

CONFIG: Any = {"configurable": {"thread_id": "t"}}


async def test_a_context_is_respected_and_the_options_of_the_input_win(scripted: OpenScripted) -> None:
    context: Any = {"approve": "always", "select": "rank", "max_llm_calls": 3, "where": ["scripted"]}
    async with scripted([step(0)]) as world:
        values = await world.graph.ainvoke({"request": "go"}, CONFIG, context=context)
        assert values["__interrupt__"]
        options = values["run"]["options"]
        assert {name: options[name] for name in context} == context
        values = await world.graph.ainvoke(
            {"request": "go", "options": {"approve": "never"}}, {"configurable": {"thread_id": "u"}}, context=context
        )
    assert values["run"]["status"] == "succeeded"
    assert values["run"]["options"]["select"] == "rank"


@pytest.mark.covers("graph, asynchronous: errors")
@pytest.mark.parametrize(
    ("context", "message"),
    [
        ({"approve": "sometimes"}, "options.approve: must be always, never, or limits"),
        ({"where": ["the moon"]}, "options.where: there is no place the moon"),
        ({"aprove": "always"}, "options.aprove: there is no such option; did you mean approve?"),
        ({"where": "the moon"}, "options.where: there is no place the moon"),
        ({"models": {"summarisation": "m"}}, "there is no task type 'summarisation'; did you mean summarization?"),
        ({"models": {"moon": "m"}}, "there is no task type 'moon', and it is no task's number"),
        ({"models": {"summarization": " "}}, "no model is named for summarization"),
        ({"max_tokens": -1}, "options.max_tokens: must be greater than or equal to 0"),
        ({"llm": "openai:gpt-5@http://127.0.0.1:1/v1"}, "options.llm names the address of a server"),
        ({"llm": "nonsense"}, "there is no controller 'nonsense'"),
        ("always", "context must be an object"),
    ],
)
async def test_a_bad_value_is_refused_in_words_and_nothing_is_run(
    scripted: OpenScripted, context: Any, message: str
) -> None:
    backend = ScriptedBackend()
    async with scripted([step(0)], backend=backend) as world:
        with pytest.raises(UsageError) as refused:
            await world.graph.ainvoke({"request": "go"}, CONFIG, context=context)
        assert message in str(refused.value)
        if isinstance(context, dict):
            with pytest.raises(UsageError) as refused:
                await world.graph.ainvoke({"request": "go", "options": context}, CONFIG)
            assert message in str(refused.value)
    assert backend.calls == []


async def test_a_context_chooses_the_controller_which_plans_answers_and_is_kept(scripted: OpenScripted) -> None:
    async with scripted([step(0)]) as world:
        values = await world.graph.ainvoke({"request": "What language is 'bonjour'?"}, CONFIG, context={"llm": "rules"})
    assert values["run"]["controller"] == "embedded"
    assert values["run"]["options"]["llm"] == "rules"
    assert [task["type"] for task in values["plan"]["tasks"]] != ["text2text-generation"]


async def test_a_model_for_a_task_that_the_plan_does_not_have_is_reported_first(scripted: OpenScripted) -> None:
    async with scripted([step(0)]) as world:
        values = await world.graph.ainvoke({"request": "go", "options": {"models": {"7": "m"}}}, CONFIG)
    assert values["run"]["status"] == "partial"
    assert "model m was chosen for task 7, which the plan does not have (its tasks: 0)" in values["run"]["refusals"]


async def test_an_edit_of_the_options_that_names_no_task_type_is_refused(scripted: OpenScripted) -> None:
    async with scripted([step(0)]) as world:
        paused = await world.graph.ainvoke({"request": "go", "options": {"approve": "always"}}, CONFIG)
        run = paused["run"] | {"options": paused["run"]["options"] | {"models": {"summarisation": "m"}}}
        await world.graph.aupdate_state(CONFIG, {"run": run})
        values = await world.graph.ainvoke(None, CONFIG)
    assert "run.options.models: there is no task type 'summarisation'" in values["problems"][0]


@pytest.mark.parametrize("where", ["scripted", ["scripted"], ("scripted",), "scripted, hf"])
async def test_places_are_a_text_or_a_list(scripted: OpenScripted, where: Any) -> None:
    async with scripted([step(0)]) as world:
        values = await world.graph.ainvoke({"request": "go", "options": {"where": where}}, CONFIG)
    assert values["run"]["options"]["where"][0] == "scripted"

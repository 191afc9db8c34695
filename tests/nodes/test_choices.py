"""Which expert does a task: decided by rank where nothing in the request tells candidates apart, else asked in one call."""

import json
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from hugginggpt.apps.session import Session
from hugginggpt.graph.errors import ExpertError, UsageError
from hugginggpt.graph.events import Event, TaskFinished
from hugginggpt.graph.expert import Expert, Obstacle
from hugginggpt.graph.options import Options
from hugginggpt.graph.ports import Backend
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.task import Task
from hugginggpt.graph.world import open_world
from hugginggpt.nodes.run_options import refuse_unknown_experts
from hugginggpt.tools.backends.embedded.backend import EmbeddedBackend
from hugginggpt.tools.scripted import (
    Received,
    Reply,
    ScriptedBackend,
    ScriptedCatalog,
    ScriptedChatModel,
    chat,
    failing,
    scripted_expert,
    serve,
    stage_of,
)
from scripting import last

EXPERTS = [
    scripted_expert("translation", "org/any", description="Many languages.", downloads=9),
    scripted_expert("translation", "org/german", description="English to German."),
    scripted_expert("summarization", "org/news", description="News articles.", downloads=9),
    scripted_expert("summarization", "org/meetings", description="Minutes of meetings."),
]
TASKS = [
    {"task": "translation", "id": 0, "dep": [-1], "args": {"text": "hi", "target_language": "de"}, "goal": "translate"},
    {"task": "summarization", "id": 1, "dep": [-1], "args": {"text": "ho"}, "goal": "sum up the meeting"},
    {"task": "translation", "id": 2, "dep": [-1], "args": {"text": "hu", "target_language": "fr"}, "goal": "translate"},
]


async def drive(
    home: Path,
    url: str,
    *,
    options: Options | None = None,
    experts: Sequence[Expert] = EXPERTS,
    backend: Backend | None = None,
    **given: object,
) -> list[Event]:
    settings = Settings.model_validate({"home": home, "llm": f"openai:m@{url}/v1", "retries": 0, **given})
    places = [backend or ScriptedBackend()]
    async with open_world(settings, catalog=ScriptedCatalog(experts), backends=places) as world:
        return [
            e async for e in Session(world).start("Translate hi, sum up the meeting", thread_id="t", options=options)
        ]


def chosen(events: list[Event]) -> dict[int, tuple[str, str]]:
    """(model id, reason) by task."""
    rows = [(row["task_id"], row["assignment"]) for row in last(events).results]
    return {task_id: (made["expert"]["model_id"], made["reason"]) for task_id, made in rows}


def choosing(reply: Callable[[Received], Reply]) -> Callable[[Received], Reply]:
    """A model that plans `TASKS`, answers, and chooses as `reply` does."""
    model = ScriptedChatModel(TASKS, answer="Done [0].")
    return lambda received: reply(received) if stage_of(received) == "choose" else model(received)


async def test_all_choices_that_are_open_are_asked_in_one_call_and_the_others_in_none(home: Path) -> None:
    model = ScriptedChatModel(TASKS, choice=lambda ids: ids[1])
    with serve(model) as server:
        events = await drive(home, server.url)

    assert model.calls == ["plan", "choose", "answer"]
    assert chosen(events) == {
        0: ("org/german", "as scripted"),
        1: ("org/meetings", "as scripted"),
        2: ("org/any", "most downloads of 2 that can do it here (9)"),
    }


async def test_choices_that_do_not_fit_into_a_small_window_are_asked_in_parts(home: Path) -> None:
    model = ScriptedChatModel(TASKS, choice=lambda ids: ids[1])
    long = [expert.model_copy(update={"description": expert.description + "long " * 99}) for expert in EXPERTS]
    with serve(model) as server:
        events = await drive(home, server.url, experts=long, llm_window=2048, llm_description=400)

    assert model.calls == ["plan", "choose", "choose", "answer"]
    assert [name for name, _ in chosen(events).values()] == ["org/german", "org/meetings", "org/any"]


async def test_a_task_whose_first_candidate_stands_out_waits_for_no_choice(home: Path) -> None:
    finished = threading.Event()

    def when_the_other_is_done(received: Received) -> Reply:
        assert finished.wait(10)
        return chat(json.dumps({"choices": []}))

    with serve(choosing(when_the_other_is_done)) as server:
        settings = Settings(home=home, llm=f"openai:m@{server.url}/v1", retries=0)
        async with open_world(settings, catalog=ScriptedCatalog(EXPERTS), backends=[ScriptedBackend()]) as world:
            async for event in Session(world).start("Translate hi, sum up the meeting", thread_id="t"):
                if isinstance(event, TaskFinished):
                    finished.set()
    assert event.event == "run_finished"
    assert event.status == "succeeded"


@pytest.mark.parametrize(
    ("reply", "calls", "reason"),
    [
        # the second without a form of the answer, which may be what the server fails on
        (failing(500, "out of memory"), 2, "first by rank: the choice could not be asked: openai:m at "),
        (chat("The second."), 1, "first by rank: the controller's choice could not be read"),
        (chat("[]"), 1, "first by rank: the controller made no choice for this task"),
        (
            chat('{"choices": [{"task": 0, "id": "no/ne"}, {"task": 1, "id": 7}]}'),
            1,
            "first by rank: the controller chose ",
        ),
    ],
)
async def test_a_choice_that_fails_is_the_first_by_rank_and_says_so(
    home: Path, reply: Reply, calls: int, reason: str
) -> None:
    with serve(choosing(lambda _: reply)) as server:
        events = await drive(home, server.url)

    assert last(events).status == "succeeded"
    assert sum(stage_of(received) == "choose" for received in server.requests) == calls
    assert [name for name, _ in chosen(events).values()] == ["org/any", "org/news", "org/any"]
    assert all(why.startswith(reason) for _, why in list(chosen(events).values())[:2])


async def test_a_limit_on_calls_holds_for_choices_too(home: Path) -> None:
    with serve(ScriptedChatModel(TASKS)) as server, pytest.raises(Exception, match="raise the limit"):
        await drive(home, server.url, options=Options(max_llm_calls=1))
    assert len(server.requests) == 1


class WithoutKey(ScriptedBackend):
    """A place that knows every model and can use none."""

    def obstacle(self, expert: Expert, task: Task | None) -> Obstacle:
        return Obstacle(what="needs a key")


async def test_a_model_that_no_place_can_use_is_refused_before_a_plan_is_paid_for(home: Path) -> None:
    options = Options(models={"translation": "org/any"})
    with (
        serve(ScriptedChatModel(TASKS)) as server,
        pytest.raises(UsageError, match="translation can't be done by org/any: needs a key"),
    ):
        await drive(home, server.url, options=options, backend=WithoutKey())
    assert not server.requests


async def test_a_run_whose_plan_shows_that_a_named_model_can_not_do_its_task_has_failed(home: Path) -> None:
    with serve(ScriptedChatModel(TASKS)) as server, pytest.raises(UsageError, match="there is no expert org/none"):
        await drive(home, server.url, options=Options(models={"1": "org/none"}))
    async with open_world(Settings(home=home)) as world:
        (run,) = await Session(world).history.runs()
    assert (run.status, "org/none" in run.answer, run.usage.llm_calls) == ("failed", True, 1)


async def test_a_model_that_was_chosen_for_a_type_without_a_task_is_reported_as_unused(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with serve(ScriptedChatModel(TASKS, answer="Done [0], [1], [2].")) as server:
        await drive(home, server.url, options=Options(models={"depth-estimation": "org/deep"}))
    assert "org/deep was chosen for depth-estimation, and no task of this plan is of that type" in caplog.text


def test_an_embedded_expert_that_does_not_exist_is_refused_before_anything_is_planned() -> None:
    place = EmbeddedBackend(Settings())
    refuse_unknown_experts({"summarization": "embedded/summary", "translation": "any/model"}, {"embedded": place})
    with pytest.raises(
        UsageError, match="no expert 'embedded/sumary' for summarization; did you mean embedded/summary"
    ):
        refuse_unknown_experts({"summarization": "embedded/sumary"}, {"embedded": place})
    with pytest.raises(ExpertError, match="there is no such embedded expert for summarization; there are: embedded/"):
        place.named("summarization", "embedded/sumary")

"""`hugginggpt.run` and its siblings: five lines of Python, wherever they stand."""

import asyncio
import gc
import json
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import aclosing
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import PIL.Image
import pytest

import hugginggpt
from hugginggpt import (
    InvalidInput,
    InvalidPlan,
    Options,
    Outcome,
    Plan,
    Ref,
    Settings,
    StorageError,
    Task,
    UsageError,
)
from hugginggpt.graph.result import Run
from hugginggpt.tools.scripted import chat, failing, in_turn, serve
from paths import ROOT

COUNT = "How many words are in 'a b c'?"


@pytest.fixture
def settings(home: Path) -> Iterator[Settings]:
    """Of a home whose world is closed at the end."""
    yield Settings(home=home)
    hugginggpt.close()


def test_a_request_is_run_in_one_line(settings: Settings) -> None:
    outcome = hugginggpt.run(COUNT, settings=settings)
    assert isinstance(outcome, Outcome)
    assert isinstance(outcome, Run)
    assert outcome.status == "succeeded"
    assert outcome.results[0].text == "3"
    assert "3" in outcome.answer
    assert outcome.outputs == outcome.results[0].paths
    assert outcome.outputs[0].read_text() == "3"


def test_a_turn_about_a_result_that_the_turn_before_did_not_make_is_refused(settings: Settings) -> None:
    """And so it is when it is asked for again; nothing of an earlier turn is spoken instead."""
    turns = ["What language is 'good morning to all of you'?", "Translate it to Finnish", *["Read it aloud"] * 2]
    _, failed, *spoken = [hugginggpt.run(turn, settings=settings, thread_id="t") for turn in turns]
    assert failed.status == "failed"
    assert [(each.status, each.plan.tasks) for each in spoken] == [("failed", ())] * 2
    assert all("translation" in each.refusals[0] for each in spoken)


async def test_it_runs_inside_a_running_event_loop_and_beside_others(settings: Settings) -> None:
    assert hugginggpt.run(COUNT, settings=settings).status == "succeeded"
    both = await asyncio.gather(
        *(hugginggpt.arun(f"How many words are in '{words}'?", settings=settings) for words in ("a b", "a b c d"))
    )
    assert [outcome.results[0].text for outcome in both] == ["2", "4"]
    assert len({outcome.thread_id for outcome in both}) == 2


@pytest.mark.covers("hugginggpt.run, arun: stream")
def test_its_events_come_one_by_one(settings: Settings) -> None:
    names = [event.event for event in hugginggpt.stream(COUNT, settings=settings)]
    assert names[0] == "run_started"
    assert names[-1] == "run_finished"


@pytest.mark.covers("hugginggpt.run, arun: cancel")
async def test_a_stream_that_is_left_leaves_a_run_that_can_be_resumed(settings: Settings) -> None:
    async with aclosing(hugginggpt.astream(COUNT, settings=settings)) as feed:
        async for event in feed:
            if event.event == "plan_ready":
                break
    async with hugginggpt.open_world(settings) as world:
        (run,) = await hugginggpt.Session(world).history.runs()
        assert run.status == "interrupted"
        *_, last = [event async for event in hugginggpt.Session(world).resume(run)]
    assert last.status == "succeeded"


async def test_a_request_that_is_left_while_its_expert_works_prints_nothing(settings: Settings) -> None:
    """The worker process is ended, and no future complains of it."""
    complaints: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    plan = Plan(tasks=(Task(id=0, type="text-to-speech", inputs={"text": "a long text to say. " * 300}),))
    async with aclosing(hugginggpt.astream(plan=plan, settings=settings)) as feed:
        async for event in feed:
            if event.event == "task_started":
                await asyncio.sleep(0.5)  # the process has begun
                break
    gc.collect()
    assert complaints == []


def names() -> list[str]:
    """Threads of this process, but those of leases, which end by themselves, and of the pool of a loop, which grows."""
    return sorted(t.name for t in threading.enumerate() if t.name != "lease" and not t.name.startswith("asyncio_"))


def test_a_second_request_finds_the_world_open(settings: Settings) -> None:
    databases = names().count("database")
    hugginggpt.run(COUNT, settings=settings)
    before = names()
    for _ in range(3):
        hugginggpt.run(COUNT, settings=settings)
    assert names() == before
    hugginggpt.close()
    assert names().count("database") == databases


def test_a_home_that_was_moved_away_is_made_anew(settings: Settings) -> None:
    hugginggpt.run(COUNT, settings=settings)
    settings.home.rename(settings.home.with_name("old"))
    assert hugginggpt.run(COUNT, settings=settings).status == "succeeded"
    assert settings.home.is_dir()


PIXELS = np.zeros((40, 60, 3), np.uint8)


def picture() -> bytes:
    buffer = BytesIO()
    PIL.Image.fromarray(PIXELS).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.covers("hugginggpt.run, arun: files in")
@pytest.mark.parametrize(
    "files",
    [
        picture(),
        [picture()],
        PIL.Image.fromarray(PIXELS),
        PIXELS,
        PIXELS[:, :, 0],
        PIXELS.astype(np.float64),
        PIXELS.astype(bool),
        {"type": "image", "base64": b64encode(picture()).decode(), "mime_type": "image/png"},
    ],
    ids=["bytes", "a list", "PIL", "array", "grey", "floats", "bool", "block"],
)
def test_a_picture_is_given_as_it_is_at_hand(settings: Settings, files: Any) -> None:
    outcome = hugginggpt.run("make the picture 20 pixels wide", files=files, settings=settings)
    assert outcome.status == "succeeded", outcome
    assert [file.kind for file in outcome.request.files] == ["image"]
    assert outcome.results[-1].image().width == 20


def test_a_path_and_a_table_are_files(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("a b c d e")
    outcome = hugginggpt.run("How many words are in the file?", files=tmp_path / "note.txt", settings=settings)
    assert outcome.results[-1].text == "5"
    prices = pandas.DataFrame({"name": ["boat", "buoy"], "price": [3, 4.5]})
    for table in (prices, prices.set_index("name"), prices.set_index("name")["price"]):
        outcome = hugginggpt.run("What is the price of the buoy?", files=table, settings=settings)
        assert [file.kind for file in outcome.request.files] == ["table"]
        assert "4.5" in outcome.results[-1].text, outcome


def test_one_string_is_one_file(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("a b")
    outcome = hugginggpt.run("How many words are in the file?", files=str(tmp_path / "note.txt"), settings=settings)
    assert outcome.results[-1].text == "2"


@pytest.mark.covers("hugginggpt.run, arun: errors")
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"request": 5}, "of type int, and must be a text"),
        ({"request": " "}, "the request is empty"),
        ({"thread_id": " "}, "thread_id is empty"),
        ({"where": "moon"}, "there is no place moon"),
        ({"options": {"aprove": "always"}}, "aprove"),
        ({"files": [3]}, "file 0 is of type int"),
        ({"files": ["a.png", b""]}, "file 1 is empty"),
        ({"files": np.zeros(5)}, "an array of 5, which is no picture"),
        ({"files": np.full((4, 4), 7.5)}, "floats from 7.5 to 7.5"),
        ({"files": np.full((4, 4), np.nan)}, "floats from nan"),
        ({"plan": []}, "the plan has no task"),
        ({"plan": 3}, "the plan is of type int"),
        ({"settings": {"llm": ""}}, "settings is of type dict"),
        ({"plan": [{"task": "no-such-task"}]}, "no task type"),
        ({"files": "no such file.png"}, "there is no file"),
    ],
    ids=str,
)
def test_a_wrong_argument_is_refused_where_it_is_given(settings: Settings, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        hugginggpt.run(**{"request": COUNT, "settings": settings} | wrong)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: hugginggpt.as_tool(graph=5), "of type int"),  # type: ignore[arg-type]
        (lambda: hugginggpt.as_tool(approve="sometimes"), "must be always, never, or limits such as"),  # type: ignore[arg-type]
        (lambda: hugginggpt.build_graph("x"), "settings is of type str"),  # type: ignore[arg-type]
        (lambda: hugginggpt.Results()["0"], "by the number of its task"),  # type: ignore[call-overload]
    ],
)
def test_a_wrong_argument_of_the_other_entries_is_refused_in_words(wrong: Callable[[], object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        wrong()


@pytest.mark.parametrize("value", ["x", [], 5, None])
async def test_an_update_whose_value_no_stage_can_read_is_refused_and_the_conversation_goes_on(
    settings: Settings, value: Any
) -> None:
    async with hugginggpt.open_world(settings) as world:
        config: Any = {"configurable": {"thread_id": "t"}}
        await world.graph.ainvoke({"request": COUNT}, config)
        with pytest.raises(InvalidInput, match="`results` is of type"):
            await world.graph.aupdate_state(config, {"results": value})
        with pytest.raises(InvalidInput, match="`request` is of type int"):
            await world.graph.ainvoke({"request": 7}, config)  # type: ignore[typeddict-item]
        assert (await world.graph.ainvoke({"request": COUNT}, config))["answer"]


def test_a_wrong_argument_of_a_stream_is_refused_before_it_is_read(settings: Settings) -> None:
    with pytest.raises(UsageError, match="there is no place moon"):
        hugginggpt.stream(COUNT, where="moon", settings=settings)


# -- plans by hand ----------------------------------------------------------------------------------------------------


def counting(file: Path) -> Plan:
    return Plan(
        tasks=(
            Task(id=4, type="count", inputs={"items": (file,)}, parameters={"look_for": "words"}),
            Task(id=2, type="join-text", inputs={"texts": (Ref(task_id=4), "words")}),
        )
    )


def test_a_plan_by_hand_is_run_as_it_is(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("a b c d")
    outcome = hugginggpt.run(plan=counting(tmp_path / "note.txt"), settings=settings)
    assert outcome.status == "succeeded", outcome
    assert [result.task_id for result in outcome.results] == [4, 2]
    assert outcome.results[4].text == "4"
    assert outcome.results[2].text.split() == ["4", "words"]
    with pytest.raises(KeyError, match="there are results of 4, 2"):
        outcome.results[0]


def test_a_plan_in_the_papers_json_is_run_too(settings: Settings) -> None:
    tasks = [{"task": "count", "id": 0, "args": {"text": ["a b"]}, "parameters": {"look_for": "words"}}]
    assert hugginggpt.run("count", plan=tasks, settings=settings).results[0].text == "2"
    assert hugginggpt.run("count", plan=json.dumps(tasks), settings=settings).results[0].text == "2"


@pytest.mark.parametrize("name", ["note.txt", "two words.txt"])
def test_a_text_of_such_a_plan_that_is_the_name_of_a_file_is_that_file(
    settings: Settings, tmp_path: Path, name: str
) -> None:
    """As `plan --json` prints it. A text that says more stays a text."""
    (tmp_path / name).write_text("a b c d")
    tasks = [{"task": "count", "id": 0, "args": {"text": [str(tmp_path / name)]}, "parameters": {"look_for": "words"}}]
    assert hugginggpt.run(plan=tasks, settings=settings).results[0].text == "4"
    tasks[0]["args"] = {"text": [str(tmp_path / "lost.txt")]}
    with pytest.raises(InvalidInput, match="there is no file"):
        hugginggpt.run(plan=tasks, settings=settings)
    tasks[0]["args"] = {"text": [f"the file {tmp_path / 'note.txt'}"]}
    assert hugginggpt.run(plan=tasks, settings=settings).request.files == ()


def test_a_plan_that_names_no_file_or_a_strangers_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="there is no file"):
        hugginggpt.run(plan=counting(tmp_path / "none.txt"), settings=settings)
    strange = hugginggpt.Resource(kind="text", media_type="text/plain", sha256="0" * 64)
    plan = Plan(tasks=(Task(id=0, type="summarization", inputs={"text": strange}),))
    with pytest.raises(InvalidPlan, match="data that this request does not have"):
        hugginggpt.run(plan=plan, settings=settings)


# -- the outcome ------------------------------------------------------------------------------------------------------


def test_what_failed_is_tried_again_and_a_reader_says_why_there_is_nothing(settings: Settings) -> None:
    replies = in_turn(failing(400, "not today"), *(chat("A short text."),) * 3)
    plan = Plan(tasks=(Task(id=0, type="summarization", inputs={"text": "a long text"}),))
    with serve(replies) as server:
        named = settings.with_given(llm=f"openai:scripted@{server.url}/v1", openai_api_key="k")
        outcome = hugginggpt.run(plan=plan, where="chat", settings=named, options={"select": "rank"})
        assert outcome.status == "failed"
        with pytest.raises(UsageError, match=r"made nothing, it is failed: .*not today"):
            _ = outcome.results[0].text
        outcome = outcome.retry()
    assert outcome.status == "succeeded"
    assert outcome.results[0].text == "A short text."
    with pytest.raises(UsageError, match="nothing to retry"):
        outcome.retry()


@pytest.mark.covers("hugginggpt.run, arun: question")
def test_a_plan_that_waits_is_approved_in_python(settings: Settings) -> None:
    outcome = hugginggpt.run(COUNT, options=Options(approve="always"), settings=settings)
    assert outcome.status == "waiting"
    assert outcome.results == ()
    assert outcome.resume(True).status == "succeeded"


def test_readers_refuse_another_kind(settings: Settings) -> None:
    result = hugginggpt.run(COUNT, settings=settings).results[0]
    with pytest.raises(UsageError, match="made text, and no image or mask"):
        result.image()
    with pytest.raises(UsageError, match="made text, and no audio or video"):
        result.audio()


@pytest.mark.covers("hugginggpt.run, arun: media out")
def test_a_notebook_shows_pictures_and_texts_and_no_markup_of_theirs(settings: Settings) -> None:
    outcome = hugginggpt.run("make it 20 pixels wide", files=PIXELS, settings=settings)
    assert "<img src='data:image/png;base64," in outcome._repr_html_()
    outcome = hugginggpt.run("How many words are in '<script>alert(1)</script> b'?", settings=settings)
    assert "<script>" not in outcome._repr_html_()


def test_an_outcome_is_dumped_as_a_run_is(settings: Settings) -> None:
    outcome = hugginggpt.run(COUNT, settings=settings)
    again = Run.model_validate_json(outcome.model_dump_json())
    assert again.results[0].resources[0].text == "3"
    assert again.run_id == outcome.run_id


# -- the package ------------------------------------------------------------------------------------------------------


def test_every_public_name_is_there_and_importing_the_package_imports_nothing_else() -> None:
    assert all(getattr(hugginggpt, name) is not None for name in hugginggpt.__all__)
    assert issubclass(hugginggpt.StorageError, StorageError)
    program = "import sys, hugginggpt; print(sorted(m for m in sys.modules if m.startswith('hugginggpt.')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"


def test_settings_need_no_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HUGGINGGPT_HOME", str(tmp_path / "mine"))
    assert Settings(llm="openai:gpt-5-mini").home == tmp_path / "mine"

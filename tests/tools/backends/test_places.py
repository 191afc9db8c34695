"""Requests from end to end, with real backends, real clients, and test servers behind them."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from hugginggpt.apps.session import Session
from hugginggpt.graph.errors import UsageError
from hugginggpt.graph.options import Options
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import World, open_world
from hugginggpt.tools.backends.endpoint.endpoints_file import Endpoint, add_endpoint
from hugginggpt.tools.catalog.hub_index import HubIndex
from hugginggpt.tools.scripted import ScriptedController, ScriptedHub, as_json, model_card, redirect_hub_to, serve
from hugginggpt.tools.scripted.task_answers import right_answer
from scripting import ask, last

DETR = "facebook/detr-resnet-50"
ZEBRA = {"label": "zebra", "score": 0.9, "box": {"xmin": 0, "ymin": 0, "xmax": 9, "ymax": 9}}


@asynccontextmanager
async def with_providers(
    home: Path, hub: ScriptedHub, task_type: str, plan: Any = None, **given: Any
) -> AsyncIterator[World]:
    """A world whose Hub and providers are ours; the Hub's list of `task_type` has been fetched."""
    settings = Settings(home=home, hf_token="hf_any", retries=0, **given)
    with serve(hub) as server, redirect_hub_to(server.url):
        HubIndex(settings).refresh(task_type)
        async with open_world(settings, controller=ScriptedController(plan) if plan else None) as world:
            yield world


def zebras_in(tmp_path: Path) -> tuple[list[str], ScriptedHub]:
    """Three pictures, and a detector that finds one zebra, two, and none."""
    for name in "abc":
        Image.new("RGB", (16, 16), "white").save(tmp_path / f"{name}.png")
    found = iter([[ZEBRA], [ZEBRA, ZEBRA | {"score": 0.8}], []])
    hub = ScriptedHub(
        {DETR: model_card(DETR, "object-detection", downloads=9_000)}, replies={DETR: lambda _: as_json(next(found))}
    )
    return [str(tmp_path / f"{name}.png") for name in "abc"], hub


async def test_zebras_are_counted_over_three_pictures(home: Path, tmp_path: Path) -> None:
    files, hub = zebras_in(tmp_path)
    async with with_providers(home, hub, "object-detection") as world:
        events = await ask(world, "How many zebras are there in these three pictures?", files=files)
    assert last(events).status == "succeeded", last(events)
    counted = next(result for result in last(events).results if result["task_type"] == "count")
    assert counted["outputs"]["text"]["text"] == "3"


async def test_a_list_of_pictures_is_one_task_with_a_child_a_picture(home: Path, tmp_path: Path) -> None:
    files, hub = zebras_in(tmp_path)
    plan = [
        {"task": "object-detection", "id": 0, "dep": [-1], "args": {"image": files}},
        {"task": "count", "id": 1, "dep": [0], "args": {"text": "<resource>-0"}},
        {"task": "pick-best", "id": 2, "dep": [0], "args": {"text": "<resource>-0", "label": "zebra"}},
    ]
    async with with_providers(home, hub, "object-detection", plan) as world:
        events = await ask(world, files=files)
        run = await Session(world).history.run()
        members = await Session(world).history.members(run.epoch)
    assert [row.key for row in members] == ["0[0]", "0[1]", "0[2]"]
    outputs = {result["task_type"]: result["outputs"] for result in last(events).results}
    assert outputs["count"]["text"]["text"] == "3"
    assert sorted(len(row.resources) for row in members) == [2, 2, 2]
    ranked = outputs["pick-best"]["text"]["text"]  # which picture is which depends on the order in which calls arrive
    assert re.fullmatch(r"[abc]\.png \(2\), [abc]\.png \(1\), [abc]\.png \(0\)", ranked)


async def test_when_a_provider_fails_the_next_candidate_runs_and_the_result_reports_it(home: Path) -> None:
    cards = {
        "org/first": model_card("org/first", "summarization", downloads=9_000),
        "org/second": model_card("org/second", "summarization", downloads=8_000),
    }
    hub = ScriptedHub(cards, replies={"org/first": as_json({"error": "overloaded"}, 503)})
    plan = [{"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "long"}}]
    async with with_providers(home, hub, "summarization", plan, where=("hf",)) as world:
        events = await ask(world)
    (result,) = last(events).results
    assert result["status"] == "succeeded"
    assert result["assignment"]["expert"]["model_id"] == "org/second"
    assert "org/first answers 503" in result["assignment"]["reason"]


async def test_a_model_of_the_user_is_used_by_its_id(home: Path) -> None:
    hub = ScriptedHub({"me/mine": model_card("me/mine", "summarization", private=True, downloads=0)})
    plan = [{"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "long"}}]
    async with with_providers(home, hub, "translation", plan) as world:
        good = await ask(world, options=Options(models={"summarization": "me/mine"}))
        with pytest.raises(UsageError, match="me/none answers 404"):
            await ask(world, options=Options(models={"summarization": "me/none"}), thread="u")
    assert last(good).results[0]["assignment"]["expert"]["model_id"] == "me/mine"


async def test_a_server_of_the_user_does_a_task_that_no_other_place_can(home: Path) -> None:
    plan = [{"task": "translation", "id": 0, "dep": [-1], "args": {"text": "hello"}}]
    with serve(lambda received: right_answer("translation", received)) as server:
        add_endpoint(home.with_name("config"), Endpoint(name="mine", url=server.url, task_type="translation"))
        async with open_world(Settings(home=home), controller=ScriptedController(plan)) as world:
            events = await ask(world)
    (result,) = last(events).results
    assert result["outputs"]["text"]["text"] == "Bonjour"
    assert (result["assignment"]["expert"]["backend"], len(server.requests)) == ("endpoint", 1)


async def test_the_pages_of_a_pdf_are_read_one_by_one_and_joined_to_one_text(home: Path, tmp_path: Path) -> None:
    pages = []
    for words in ("The first page says hello", "The second page says goodbye"):
        page = Image.new("RGB", (720, 400), "white")
        ImageDraw.Draw(page).text((50, 60), words, "black", font=ImageFont.load_default(44))
        pages.append(page)
    pages[0].save(tmp_path / "scan.pdf", "PDF", resolution=150, save_all=True, append_images=pages[1:])
    reading = {"image": str(tmp_path / "scan.pdf")}
    asking = {"context": "<resource>-0", "question": "What does the second page say?"}
    plan = [
        {"task": "image-to-text", "id": 0, "dep": [-1], "args": reading, "goal": "read"},
        {"task": "question-answering", "id": 1, "dep": [0], "args": asking},
    ]
    async with open_world(Settings(home=home), controller=ScriptedController(plan)) as world:
        events = await ask(world, files=[str(tmp_path / "scan.pdf")])
        run = await Session(world).history.run()
        members = await Session(world).history.members(run.epoch)
    by_type = {result["task_type"]: result for result in last(events).results}
    assert last(events).status == "succeeded", by_type
    assert len(by_type["document-to-images"]["outputs"]["images"]) == 2
    assert len(members) == 2
    assert "hello" in by_type["join-text"]["outputs"]["text"]["text"]
    assert "goodbye" in by_type["question-answering"]["outputs"]["text"]["text"]


async def test_the_note_of_a_result_is_kept_with_it_and_shown_in_the_answer(home: Path, tmp_path: Path) -> None:
    page = Image.new("RGB", (720, 400), "white")
    ImageDraw.Draw(page).text((100, 120), "The harbour opens at nine", "black", font=ImageFont.load_default(44))
    page.save(tmp_path / "scan.pdf", "PDF", resolution=150)
    async with open_world(Settings(home=home)) as world:
        events = await ask(world, f"Summarise {tmp_path / 'scan.pdf'}")
    reading = next(row for row in last(events).results if row["task_type"] == "document-to-text")
    note = "the page is a picture, read by OCR, which may be wrong in places"
    assert reading["notes"] == [note]
    assert f"[{reading['task_id']}] {note}" in last(events).answer


async def test_a_model_is_asked_a_question_behind_others_in_plain_words(home: Path) -> None:
    model, asked = "deepset/roberta-base-squad2", list[str]()

    def reply(body: Any) -> Any:
        asked.append(str(body))
        return as_json({"answer": "May", "score": 0.9, "start": 0, "end": 3})

    hub = ScriptedHub({model: model_card(model, "question-answering", downloads=9_000)}, replies={model: reply})
    inputs = {"question": "who pays → when does it end → and for Anna", "context": "Anna pays until May."}
    plan = [{"task": "question-answering", "id": 0, "dep": [-1], "args": inputs}]
    async with with_providers(home, hub, "question-answering", plan) as world:
        events = await ask(world, options=Options(models={"question-answering": model}))
    assert last(events).status == "succeeded", last(events)
    assert "and for Anna (about: who pays; when does it end)" in asked[0]
    assert "→" not in asked[0]

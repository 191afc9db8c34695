"""When a run's one result is the answer as it stands, no model is called to write one; counted on a scripted server."""

import json
from pathlib import Path
from typing import Any

import pytest

from hugginggpt.apps.session import Session
from hugginggpt.graph.events import RunFinished
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedChatModel, scripted_expert, serve
from hugginggpt.tools.scripted.task_answers import wav

SUMMARY = "The boats left early, and none of them came back."


def task(number: int, name: str, /, **args: Any) -> dict[str, Any]:
    text = str(args)
    dep = [n for n in range(number) if f"<resource>-{n}" in text] or [-1]
    return {"task": name, "id": number, "dep": dep, "args": args}


TYPES = ("summarization", "translation", "automatic-speech-recognition", "join-text")
SUM_UP = task(0, "summarization", text="Boats ...")


async def drive(
    home: Path, request: str, plan: Any, made: str, files: tuple[Path, ...] = (), **given: Any
) -> tuple[RunFinished, Any]:
    model = ScriptedChatModel(plan, answer="It says so [0].")
    experts = [scripted_expert(name, f"org/{name}", **given) for name in TYPES]
    backend = ScriptedBackend(texts=dict.fromkeys(range(9), made))
    with serve(model) as server:
        settings = Settings(home=home, llm=f"openai:m@{server.url}/v1", retries=0)
        async with open_world(settings, catalog=ScriptedCatalog(experts), backends=[backend]) as world:
            events = [event async for event in Session(world).start(request, thread_id="t", files=[*map(str, files)])]
    assert isinstance(events[-1], RunFinished)
    return events[-1], model.calls


@pytest.mark.parametrize(
    ("request_text", "plan"),
    [
        ("Summarise this: 'Boats ...'", [SUM_UP]),
        (
            "Translate 'Boats ...' into French and sum it up",
            [task(0, "translation", text="Boats ..."), task(1, "summarization", text="<resource>-0")],
        ),
        (
            "Transcribe a.wav",
            [task(0, "automatic-speech-recognition", audio="a.wav")],
        ),
    ],
)
async def test_one_result_that_was_asked_for_is_the_answer_with_the_names_of_all_experts(
    request_text: str, plan: list[dict[str, Any]], home: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.wav").write_bytes(wav())
    files = (tmp_path / "a.wav",) if "a.wav" in request_text else ()
    last, calls = await drive(home, request_text, plan, SUMMARY, files)

    assert calls == ["plan"]
    credits = [f"[{step['id']}] {step['task']}: org/{step['task']}" for step in plan]
    assert last.answer == "\n".join([f"{SUMMARY}\n", *credits])
    assert last.status == "succeeded"


@pytest.mark.parametrize(
    ("request_text", "plan", "made", "given"),
    [
        ("Summarise this: 'Boats ...'", [SUM_UP, task(1, "translation", text="Boats ...")], SUMMARY, {}),
        ("Summarise 'Boats ...' and say what language it is in", [SUM_UP], SUMMARY, {}),
        (
            "Fasse diesen Text bitte auf Deutsch zusammen: 'Boats ...'",
            [SUM_UP],
            "The boats are here and they were late.",
            {},
        ),
        ("Summarise this: 'Boats ...'", [SUM_UP], SUMMARY, {"partial": True, "description": "Takes sentences."}),
        ("Is 'Boats' a long word?", [task(0, "join-text", texts=["Boats"])], "Boats", {}),
        ("Summarise this: 'Boats ...'", [SUM_UP], "word " * 5_000, {}),
    ],
    ids=["two results", "more asked for", "another language", "a weak substitute", "material only", "very long"],
)
async def test_the_model_writes_the_answer_where_more_has_to_be_said(
    request_text: str, plan: list[dict[str, Any]], made: str, given: dict[str, Any], home: Path
) -> None:
    _, calls = await drive(home, request_text, plan, made, **given)

    assert calls == ["plan", "answer"]


async def test_a_refused_part_is_reported_by_the_model(home: Path) -> None:
    plan = json.dumps({"tasks": [SUM_UP], "refusals": ["No cooking."]})
    last, calls = await drive(home, "Summarise this, and cook: 'Boats ...'", lambda _: plan, SUMMARY)

    assert calls == ["plan", "answer"]
    assert last.status == "partial"

"""Lists in which some members fail: the others go on, the answer names those that are missing, a retry repeats only them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from hugginggpt.apps.session import Session
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.events import Event
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Result, Run
from hugginggpt.graph.task import Task
from hugginggpt.nodes.inputs import missing_files
from hugginggpt.tools.controllers.rules.answers import answer_paragraphs
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedController
from hugginggpt.tools.scripted.task_answers import png
from scripting import OpenScripted, ask, last

NAMES = [f"scan{number}.png" for number in range(50)]
DAMAGED = (3, 17, 42)


def chain(names: Sequence[str]) -> list[dict[str, Any]]:
    """Read every scan, translate it, say it aloud; and one summary of all translations."""
    return [
        {"task": "image-to-text", "id": 0, "dep": [-1], "args": {"image": list(names)}, "goal": "Read every scan"},
        {"task": "translation", "id": 1, "dep": [0], "args": {"text": "<resource>-0"}, "goal": "translate it"},
        {"task": "text-to-speech", "id": 2, "dep": [1], "args": {"text": "<resource>-1"}, "goal": "say it aloud"},
        {"task": "join-text", "id": 3, "dep": [1], "args": {"text": "<resource>-1"}, "goal": "put all in one text"},
    ]


def answering(plan: Sequence[Mapping[str, Any]]) -> ScriptedController:
    """A controller that answers as the rule-based one does."""
    return ScriptedController(plan, answer=lambda run: "".join(answer_paragraphs(run, {})))


@pytest.fixture
def scans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate(NAMES):
        (tmp_path / name).write_bytes(png(1 + number, 1, 128))
    return tmp_path


def results(events: list[Event]) -> list[Result]:
    return [Result.model_validate(row) for row in last(events).results]


def damaged(*numbers: int, task: int = 0) -> dict[int | str, Any]:
    """Members of a task that fail at their first call."""
    return {f"{task}[{n}]": [ExpertError("it is damaged", input_fault=True), None] for n in numbers}


async def retried(session: Session) -> list[Event]:
    return [event async for event in session.retry(await session.history.run())]


async def test_of_fifty_files_of_which_three_are_damaged_forty_seven_go_through_the_chain(
    scans: Path, scripted: OpenScripted
) -> None:
    backend = ScriptedBackend(failures=damaged(*DAMAGED))
    async with scripted(answering(chain(NAMES)), backend=backend) as world:
        events = await ask(world, "Read every scan, translate it, say it aloud", files=NAMES)
        members = await Session(world).history.members((await Session(world).history.run()).epoch)
    assert last(events).status == "partial"
    read, translated, spoken, joined = results(events)
    assert {read.status, translated.status, spoken.status, joined.status} == {"partial"}
    assert [len(result.resources) for result in (read, translated, spoken, joined)] == [47, 47, 47, 1]
    named = [(f"scan{n}.png", "it is damaged", f"0[{n}]") for n in DAMAGED]
    for result in (read, translated, spoken, joined):
        assert [(member.name, member.error, member.root) for member in result.missing] == named
    skipped = {row.key for row in members if row.status == "skipped"}
    assert skipped == {f"{task}[{n}]" for task in (1, 2) for n in DAMAGED}
    assert len(backend.calls) == 50 + 47 + 47 + 1
    answer = last(events).answer
    for n in DAMAGED:
        assert answer.count(f"“Read every scan”, “translate it”, “say it aloud” (scan{n}.png): it is damaged") == 1
    assert "“put all in one text” [3] was made without 3: scan3.png, scan17.png, scan42.png" in answer
    assert "scan4.png" in answer
    assert joined.resources[0].text == "join-text of " + ", ".join(made.text or "" for made in translated.resources)


async def test_a_retry_calls_only_the_members_that_failed_and_what_depends_on_them(
    scans: Path, scripted: OpenScripted
) -> None:
    backend = ScriptedBackend(failures=damaged(*DAMAGED))
    async with scripted(answering(chain(NAMES)), backend=backend) as world:
        await ask(world, files=NAMES)
        before = len(backend.calls)
        again = await retried(Session(world))
    assert last(again).status == "succeeded"
    assert sorted(backend.calls[before:]) == sorted([f"{task}[{n}]" for task in (0, 1, 2) for n in DAMAGED] + ["3"])
    assert [len(result.resources) for result in results(again)] == [50, 50, 50, 1]
    assert [made.producer for made in results(again)[2].resources] == [f"2[{n}]" for n in range(50)]
    assert "it is damaged" not in last(again).answer


async def test_a_retry_makes_no_call_again_whose_list_lacks_what_it_lacked_before(
    scans: Path, scripted: OpenScripted
) -> None:
    names = NAMES[:4]
    backend = ScriptedBackend(failures={"0[2]": "it is damaged"})
    async with scripted(answering(chain(names)), backend=backend) as world:
        session = Session(world)
        first = results(await ask(world, files=names))
        made = await session.history.resources()
        before = len(backend.calls)
        again = results(await retried(session))
        assert [row | {"epoch": ""} for row in await session.history.resources()] == [
            row | {"epoch": ""} for row in made
        ]
        assert len(await world.ledger.thread_resources("t")) == len(made)
    assert backend.calls[before:] == ["0[2]"]
    assert [row.model_dump(exclude={"started_at", "duration"}) for row in again] == [
        row.model_dump(exclude={"started_at", "duration"}) for row in first
    ]


async def test_a_member_that_fails_in_the_middle_of_a_chain_is_named_by_its_file(
    scans: Path, scripted: OpenScripted
) -> None:
    names = NAMES[:4]
    backend = ScriptedBackend(failures=damaged(2, task=1))
    async with scripted(answering(chain(names)), backend=backend) as world:
        events = await ask(world, "Read every scan", files=names)
    assert [result.status for result in results(events)] == ["succeeded", "partial", "partial", "partial"]
    assert "Not done: “translate it”, “say it aloud” (scan2.png): it is damaged" in last(events).answer
    assert "2[2]" not in backend.calls


async def test_of_a_list_of_two_the_one_that_is_left_keeps_its_place(scans: Path, scripted: OpenScripted) -> None:
    names = NAMES[:2]
    backend = ScriptedBackend(failures=damaged(0))
    async with scripted(answering(chain(names)), backend=backend) as world:
        events = await ask(world, files=names)
        assert sorted(backend.calls) == ["0[0]", "0[1]", "1[1]", "2[1]", "3"]
        assert last(events).status == "partial"
        assert last(events).results[1]["outputs"]["text"][0]["producer"] == "1[1]"
        before = len(backend.calls)
        again = await retried(Session(world))
    assert last(again).status == "succeeded"
    assert sorted(backend.calls[before:]) == ["0[0]", "1[0]", "2[0]", "3"]


async def test_a_list_of_one_that_fails_is_a_failure(scans: Path, scripted: OpenScripted) -> None:
    backend = ScriptedBackend(failures={0: "it is damaged"})
    async with scripted(answering(chain(NAMES[:1])), backend=backend) as world:
        events = await ask(world, files=NAMES[:1])
    assert last(events).status == "failed"
    assert [result.status for result in results(events)] == ["failed", "skipped", "skipped", "skipped"]


async def test_a_list_of_which_every_member_fails_failed_and_each_is_named(scans: Path, scripted: OpenScripted) -> None:
    backend = ScriptedBackend(failures={0: "it is damaged"})
    async with scripted(answering(chain(NAMES)), backend=backend) as world:
        events = await ask(world, files=NAMES)
    assert last(events).status == "failed"
    assert [result.status for result in results(events)] == ["failed", "skipped", "skipped", "skipped"]
    assert results(events)[0].error.startswith("50 of 50 failed: scan0.png: it is damaged; ")  # type: ignore[union-attr]
    assert all(name in last(events).answer for name in NAMES)


async def test_a_list_of_results_is_done_without_the_task_that_failed(scripted: OpenScripted) -> None:
    readers = [{"task": "text-generation", "id": n, "dep": [-1], "args": {"text": f"text {n}"}} for n in range(3)]
    both = ["<resource>-0", "<resource>-1", "<resource>-2"]
    plan = [
        *readers,
        {"task": "summarization", "id": 3, "dep": [0, 1, 2], "args": {"text": both}},
        {"task": "join-text", "id": 4, "dep": [0, 1, 2], "args": {"text": both}},
        {"task": "compare", "id": 5, "dep": [0, 1, 2], "args": {"text": both}},
    ]
    backend = ScriptedBackend(failures={1: ["no power", None]})
    async with scripted(answering(plan), backend=backend) as world:
        events = await ask(world)
        assert [result.status for result in results(events)[3:]] == ["partial", "partial", "skipped"]
        assert sorted(backend.calls) == ["0", "1", "2", "3[0]", "3[2]", "4"]
        before = len(backend.calls)
        again = await retried(Session(world))
    assert last(again).status == "succeeded"
    assert sorted(backend.calls[before:]) == ["1", "3[1]", "4", "5"]


async def test_pages_keep_their_document_when_a_document_before_them_is_read_at_last(
    scripted: OpenScripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["a.png", "b.png", "c.png"]
    for number, name in enumerate(names):
        Path(name).write_bytes(png(1 + number, 2, 128))
    boxes = {"task": "object-detection", "id": 0, "dep": [-1], "args": {"image": names}}
    crops = {"task": "crop", "id": 1, "dep": [0], "args": {"image": names, "boxes": "<resource>-0"}}
    read = {"task": "image-to-text", "id": 2, "dep": [1], "args": {"image": "<resource>-1"}}
    backend = ScriptedBackend(failures=damaged(1))
    async with scripted(answering([boxes, crops, read]), backend=backend) as world:
        first = await ask(world, files=names)
        assert sorted(backend.calls) == ["0[0]", "0[1]", "0[2]", "1[0]", "1[2]", "2[0][0]", "2[2][0]"]
        before = len(backend.calls)
        again = await retried(Session(world))
    assert last(first).status == "partial"
    assert last(again).status == "succeeded"
    assert sorted(backend.calls[before:]) == ["0[1]", "1[1]", "2[1][0]"]


async def test_a_file_of_a_list_that_is_not_there_is_a_member_that_failed(scans: Path, scripted: OpenScripted) -> None:
    names = ["scan0.png", "gone.png", "scan2.png"]
    backend = ScriptedBackend()
    async with scripted(answering(chain(names)), backend=backend) as world:
        events = await ask(world, "Read scan0.png, gone.png and scan2.png")
    assert last(events).status == "partial"
    assert "gone.png" in last(events).answer
    assert "gone.png is not there" in last(events).answer
    assert sorted(backend.calls) == ["0[0]", "0[2]", "1[0]", "1[2]", "2[0]", "2[2]", "3"]


async def test_what_was_made_from_an_incomplete_text_is_partial_down_to_the_end(
    scans: Path, scripted: OpenScripted
) -> None:
    names = NAMES[:3]
    plan = [
        *chain(names),
        {"task": "summarization", "id": 4, "dep": [3], "args": {"text": "<resource>-3"}, "goal": "sum it up"},
    ]
    backend = ScriptedBackend(failures=damaged(1))
    async with scripted(answering(plan), backend=backend) as world:
        events = await ask(world, files=names)
        run: Run = await Session(world).history.run()
        before = len(backend.calls)
        again = await retried(Session(world))
    assert results(events)[4].status == "partial"
    assert run.status == "partial"
    assert last(events).answer.count("was made without 1: scan1.png") == 1
    assert {"3", "4"} <= set(backend.calls[before:])
    assert last(again).status == "succeeded"


async def test_of_a_list_of_files_one_that_is_empty_is_a_member_that_failed(
    scans: Path, scripted: OpenScripted
) -> None:
    Path("scan1.png").write_bytes(b"")
    async with scripted(answering(chain(NAMES[:3]))) as world:
        events = await ask(world, files=NAMES[:3])
    assert last(events).status == "partial"
    assert "(scan1.png): scan1.png is empty (0 bytes)" in last(events).answer
    assert [len(result.resources) for result in results(events)] == [2, 2, 2, 1]


def test_the_files_of_a_task_that_are_not_there_are_named_before_what_else_it_lacks() -> None:
    gone = Resource(kind="image", media_type="image/png", name="gone.png")
    task = Task(id=0, type="visual-question-answering", inputs={"image": gone, "question": "How many hats?"})
    assert missing_files(task).startswith("gone.png is not there")
    assert missing_files(task.model_copy(update={"inputs": {"question": "Why?"}})) == ""

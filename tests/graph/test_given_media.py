"""What a request brings as data (content blocks, data URLs, bytes) becomes files of the run; no state holds its bytes."""

import base64
import hashlib
import io
import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from PIL import Image

from hugginggpt.apps.session import Session
from hugginggpt.graph.content_blocks import GivenFile
from hugginggpt.graph.errors import ControllerError, InvalidInput
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import World, build_graph
from hugginggpt.tools.scripted import Reply, ScriptedBackend, ScriptedCatalog, ScriptedController, serve
from paths import EXAMPLES
from scripting import OpenScripted, ask, last, step


def picture(seed: int = 0, form: str = "PNG") -> bytes:
    """Noise, which can't be compressed."""
    file = io.BytesIO()
    Image.frombytes("RGB", (500, 500), random.Random(seed).randbytes(750_000)).save(file, form)
    return file.getvalue()


PICTURE = picture()
SOUND = (EXAMPLES / "hello.wav").read_bytes()
PDF = b"%PDF-1.4\n" + bytes(range(128, 256)) * 20
B64, SOUND64, PDF64 = (base64.b64encode(data).decode() for data in (PICTURE, SOUND, PDF))
URL = f"data:image/png;base64,{B64}"

BLOCKS = {
    "openai image": ({"type": "image_url", "image_url": {"url": URL}}, "image.png", PICTURE),
    "openai image, short": ({"type": "image_url", "image_url": URL}, "image.png", PICTURE),
    "openai responses": ({"type": "input_image", "image_url": URL}, "image.png", PICTURE),
    "openai audio": ({"type": "input_audio", "input_audio": {"data": SOUND64, "format": "wav"}}, "audio.wav", SOUND),
    "openai file": (
        {"type": "file", "file": {"filename": "bill.pdf", "file_data": f"data:application/pdf;base64,{PDF64}"}},
        "bill.pdf",
        PDF,
    ),
    "standard v0": (
        {"type": "file", "source_type": "base64", "data": PDF64, "mime_type": "application/pdf",
         "metadata": {"filename": "bill.pdf"}},
        "bill.pdf",
        PDF,
    ),
    "standard v0, text": ({"type": "file", "source_type": "text", "text": "hello"}, "text.txt", b"hello"),
    "standard v1": ({"type": "image", "base64": B64, "mime_type": "image/png"}, "image.png", PICTURE),
    "standard v1, url": ({"type": "image", "url": URL, "extras": {"name": "a b.png"}}, "a b.png", PICTURE),
    "standard v1, text": ({"type": "text-plain", "text": "a,b\n1,2\n", "mime_type": "text/csv"}, "table.csv", b"a,b\n1,2\n"),
    "anthropic": (
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": PDF64}},
        "document.pdf",
        PDF,
    ),
    "google": ({"type": "media", "mime_type": "audio/wav", "data": SOUND64}, "audio.wav", SOUND),
    "folders in its name": ({"type": "image", "base64": B64, "extras": {"filename": "../../etc/x.png"}}, "x.png", PICTURE),
}  # fmt: skip


def files_of(values: Any) -> list[Any]:
    return [(file["name"], file["sha256"]) for file in values["run"]["request"]["files"]]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def sent(world: World, *messages: AnyMessage | dict[str, Any], thread: str = "t") -> Any:
    config: Any = {"configurable": {"thread_id": thread}}
    return await world.graph.ainvoke({"messages": list(messages)}, config)


def user(*blocks: Any, text: str = "do it") -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "text", "text": text}, *blocks]}


@pytest.mark.covers("graph, asynchronous: files in")
@pytest.mark.parametrize("form", BLOCKS)
async def test_every_form_of_a_content_block_becomes_a_file_of_the_run(scripted: OpenScripted, form: str) -> None:
    block, name, data = BLOCKS[form]
    async with scripted([step(0)]) as world:
        values = await sent(world, user(block))
        assert files_of(values) == [(name, sha256(data))]
        assert world.store.path((await world.ledger.thread_resources("t"))[0]).read_bytes() == data
    assert values["answer"] != ""


async def test_no_byte_of_a_picture_is_in_the_database_or_in_a_saver(home: Path, scripted: OpenScripted) -> None:
    marks = (B64[300:340].encode(), PICTURE[300:330])
    async with scripted([step(0)]) as world:
        values = await sent(world, HumanMessage(user(BLOCKS["openai image"][0])["content"], id="m1"))
        await ask(world, "again", files=[URL], thread="u")
        await ask(world, f"what is in {URL}", thread="v")
        config: Any = {"configurable": {"thread_id": "t"}}
        await world.graph.aupdate_state(config, {"messages": [HumanMessage([BLOCKS["standard v1"][0]], id="m2")]})
        state = await world.graph.aget_state(config)
        held = b"".join(path.read_bytes() for path in home.glob("hugginggpt.db*"))
        assert not [mark for mark in marks if mark in held]
        assert len(held) < 2 * len(PICTURE)  # which was given four times; most of it is the log of writes
    question, _ = values["messages"]
    assert question.id == "m1"
    assert str(question.text) == "do it"
    assert question.content[1]["file_id"] == sha256(PICTURE)
    assert state.values["messages"][-1].content[0]["file_id"] == sha256(PICTURE)

    saver = InMemorySaver()
    graph = build_graph(
        Settings(home=home),
        controller=ScriptedController([step(0)]),
        catalog=ScriptedCatalog(),
        backends=[ScriptedBackend()],
        checkpointer=saver,
    )
    await graph.ainvoke({"messages": [user(BLOCKS["openai image"][0])]}, config)
    kept = repr((saver.storage, saver.writes, saver.blobs)).encode()
    assert not [mark for mark in marks if mark in kept]


async def test_files_are_given_as_data_urls_bytes_and_blocks_and_one_file_is_no_list(scripted: OpenScripted) -> None:
    async with scripted([step(0)]) as world:
        given = [URL, SOUND, BLOCKS["openai file"][0], GivenFile(data=picture(4, "JPEG"), name="sky.jpg")]
        config: Any = {"configurable": {"thread_id": "t"}}
        values = await world.graph.ainvoke({"request": "do it", "files": given}, config)
        assert [name for name, _ in files_of(values)] == ["image.png", "audio.wav", "bill.pdf", "sky.jpg"]
        config = {"configurable": {"thread_id": "u"}}
        assert files_of(await world.graph.ainvoke({"request": "do it", "files": URL}, config))[0][0] == "image.png"


async def test_two_pictures_without_names_get_two_names_and_the_same_one_keeps_its_name(scripted: OpenScripted) -> None:
    def block(data: bytes) -> dict[str, Any]:
        return {"type": "image", "base64": base64.b64encode(data).decode()}

    async with scripted([step(0)]) as world:
        values = await sent(world, user(block(picture(1)), block(picture(2))))
        assert [name for name, _ in files_of(values)] == ["image.png", "image-2.png"]
        values = await sent(world, user(block(picture(3)), block(picture(1))))
        assert [name for name, _ in files_of(values)] == ["image-3.png", "image.png"]


async def test_a_file_of_an_earlier_turn_is_known_by_its_name_and_by_its_id(scripted: OpenScripted) -> None:
    async with scripted([step(0)]) as world:
        values = await sent(world, user(BLOCKS["openai file"][0]))
        reference = values["messages"][0].content[1]
        named = await sent(world, HumanMessage("sum up bill.pdf"))
        assert files_of(named) == files_of(values)
        assert files_of(await sent(world, user(reference))) == files_of(values)
        with pytest.raises(InvalidInput, match="names no file of this conversation"):
            await sent(world, user(reference), thread="of a stranger")


async def test_a_whole_history_that_is_sent_again_brings_its_files_once(scripted: OpenScripted) -> None:
    async with scripted([step(0)]) as world:
        values = await sent(world, user(BLOCKS["standard v1"][0]), AIMessage("yes"), HumanMessage("and now?"))
        assert files_of(values) == []
        known = await world.ledger.thread_resources("t")
    assert [(each.name, each.sha256) for each in known][:1] == [("image.png", sha256(PICTURE))]
    assert B64[:100] not in str(values["messages"])


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"type": "hologram", "data": B64}, "a content block of the type 'hologram' can't be read"),
        ({"type": "image"}, "of the type 'image' holds no content"),
        ({"type": "image", "base64": f"*{B64}"}, "given as base64 that can't be decoded"),
        ({"type": "image_url", "image_url": {"url": f"data:image/png;base64{B64}"}}, "lacks the comma"),
        (
            {"type": "image", "base64": "aGVsbG8=", "mime_type": "image/png"},
            "data.png is not an image: it holds plain text",
        ),
        ({"type": "image", "url": "file:///etc/passwd"}, "neither a path nor an http or https URL"),
        ({"type": "file", "file": {"file_id": "file-123"}}, "'file-123' names no file of this conversation"),
        (B64 * 3, ""),
        ("iVBORw0KGgo" * 60, ""),
    ],
)
async def test_a_block_that_cannot_be_read_is_one_sentence_without_its_data(
    scripted: OpenScripted, block: Any, message: str
) -> None:
    async with scripted([step(0)]) as world:
        if not message:
            with pytest.raises(InvalidInput, match="neither a path nor a URL") as refused:
                await ask(world, files=[block])
        else:
            with pytest.raises(InvalidInput, match=message) as refused:
                await sent(world, user(block))
        assert len(str(refused.value)) < 500
        assert (await world.graph.aget_state({"configurable": {"thread_id": "t"}})).values.get("run") is None


async def test_data_over_the_limit_is_refused_before_it_is_decoded(scripted: OpenScripted) -> None:
    async with scripted([step(0)], max_file_bytes=1_000_000) as world:
        huge = "data:application/pdf;base64," + "A" * 300_000_000
        with pytest.raises(
            InvalidInput, match=r"data.pdf has 214.6 MB or more, and at most 1.0 MB are read"
        ) as refused:
            await ask(world, files=[huge])
    assert len(str(refused.value)) < 300


async def test_a_message_with_files_and_no_words_says_what_is_missing(scripted: OpenScripted) -> None:
    async with scripted([step(0)]) as world:
        with pytest.raises(InvalidInput, match="the request has files and no words"):
            await sent(world, {"role": "user", "content": [BLOCKS["standard v1"][0]]})


async def test_text_blocks_of_one_message_stay_apart(scripted: OpenScripted) -> None:
    async with scripted([step(0)]) as world:
        values = await sent(world, user({"type": "text", "text": "in French"}, text="say it"))
    assert values["run"]["request"]["text"] == "say it\nin French"


async def test_the_answer_of_a_run_that_was_given_data_is_the_last_event(scripted: OpenScripted) -> None:
    async with scripted([step(0)]) as world:
        assert last(await ask(world, files=[URL])).status == "succeeded"


async def test_a_run_with_given_data_that_was_killed_while_planning_is_resumed_with_its_files(
    home: Path, scripted: OpenScripted
) -> None:
    def failing(_: Any) -> Any:
        raise ControllerError("killed")

    async with scripted(ScriptedController(failing)) as world:
        with pytest.raises(ControllerError):
            await ask(world, files=[URL])
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db, db:  # as if killed before the first checkpoint
        db.execute("DELETE FROM states")
        db.execute("DELETE FROM state_writes")
    async with scripted([step(0)]) as world:
        session = Session(world)
        chosen = await session.history.run()
        events = [event async for event in session.resume(chosen)]
        again = await session.history.run()
    assert last(events).status == "succeeded"
    assert (again.run_id, [file.name for file in again.request.files]) == (chosen.run_id, ["image.png"])


async def test_files_of_deleted_runs_are_forgotten_and_the_conversation_goes_on(scripted: OpenScripted) -> None:
    async with scripted([step(0)]) as world:
        values = await sent(world, user(BLOCKS["standard v1"][0]))
        (given,) = values["run"]["request"]["files"]
        world.store.path(Resource.model_validate(given)).unlink()
        await world.ledger.database.write(lambda db: db.execute("DELETE FROM resources"))
        values = await sent(world, HumanMessage("go on"))
        assert files_of(values) == []
        assert await world.ledger.thread_resources("t") == [
            resource for resource in await world.ledger.thread_resources("t") if resource.producer
        ]


async def test_a_picture_at_a_url_is_read_from_there_and_stays_a_picture_in_the_message(scripted: OpenScripted) -> None:
    with serve(lambda _request: Reply(body=PICTURE)) as server:
        url = f"{server.url}/boat.png"
        async with scripted([step(0)], allow_private_urls=True) as world:
            values = await sent(world, user({"type": "image_url", "image_url": {"url": url, "detail": "low"}}))
    assert files_of(values) == [(url, sha256(PICTURE))]
    assert values["messages"][0].content[1] == {"type": "image", "url": url}


@pytest.mark.covers("Session: files in", "Session: media out")
async def test_a_session_takes_files_and_its_last_event_has_the_paths_of_what_was_made(scripted: OpenScripted) -> None:
    plan = [{"task": "text-to-image", "id": 0, "dep": [-1], "args": {"text": "a boat"}}]
    async with scripted(plan) as world:
        end = last(await ask(world, files=[URL]))
    given, made = end.resources
    assert (given["kind"], given["name"]) == ("image", "image.png")
    assert Path(made["path"]).read_bytes()

"""What clients hand over, and what a server hands out

Data in messages and in `files` is checked as a file is. A client of LangGraph Server knows a stored file by its hash.
"""

import base64
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from fences import Fence
from hugginggpt.apps import langgraph_server
from hugginggpt.graph.content_blocks import GivenFile
from hugginggpt.graph.errors import InvalidInput, UsageError
from hugginggpt.graph.resource import Resource
from hugginggpt.tools.controllers.chosen import Controllers
from hugginggpt.tools.documents.document_types import type_of_zip
from hugginggpt.tools.scripted import ScriptedController
from scripting import OpenScripted, step

FENCES = (
    Fence(
        "a reference names files of its conversation only",
        "nodes/given_media.py",
        "if is_hash(given.file_id) and (known := self._known.get(given.file_id)):",
        "if known := Resource(kind='text', media_type='text/plain', sha256=given.file_id):",
        "test_given_data.py::test_a_reference_to_a_file_of_another_conversation_is_refused",
    ),
    Fence(
        "the size of base64 before it is decoded",
        "tools/files/given_data.py",
        "    if len(encoded) * 3 // 4 > limit + 2:\n",
        "    if False:\n",
        "test_given_data.py::test_too_much_data_is_refused_undecoded",
    ),
    Fence(
        "no client names the address of a model's server",
        "tools/controllers/chosen.py",
        'if "@" in llm or "://" in llm:',
        "if False:",
        "test_given_data.py::test_a_client_sends_no_key_to_a_server_of_its_own",
    ),
    Fence(
        "a browser guesses no type of a served file",
        "apps/file_route.py",
        '    "X-Content-Type-Options": "nosniff",\n',
        "",
        "test_given_data.py::test_a_served_file_is_a_download_or_media_and_never_a_page",
    ),
)
CONFIG: Any = {"configurable": {"thread_id": "mine"}}


def user(block: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [{"type": "text", "text": "read it"}, block]}]}


async def test_a_reference_to_a_file_of_another_conversation_is_refused(scripted: OpenScripted) -> None:
    """A block with the hash of a stored file counts only in the conversation to which the file was given."""
    async with scripted([step(0)]) as world:
        block = {"type": "text-plain", "text": "secret plans"}
        values = await world.graph.ainvoke(user(block), {"configurable": {"thread_id": "a stranger's"}})
        reference = values["messages"][0].content[1]
        with pytest.raises(InvalidInput, match="names no file of this conversation"):
            await world.graph.ainvoke(user(reference), CONFIG)


async def test_the_name_of_given_data_has_no_folders(scripted: OpenScripted) -> None:
    """A name that comes with data is a file name: its folders are dropped."""
    block = {"type": "text-plain", "text": "hello", "title": "../../.ssh/keys.txt"}
    async with scripted([step(0)]) as world:
        values = await world.graph.ainvoke(user(block), CONFIG)
    assert [file["name"] for file in values["run"]["request"]["files"]] == ["keys.txt"]


def test_too_much_data_is_refused_undecoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Base64 that is longer than the limit allows is refused by its length, before anything is decoded."""
    from hugginggpt.tools.files import given_data

    monkeypatch.setattr(given_data, "_decoded", lambda *_: b"")
    with pytest.raises(InvalidInput, match="or more, and at most"):
        given_data.content_of(GivenFile(base64="A" * 4_000), 1_000)


async def test_a_client_sends_no_key_to_a_server_of_its_own() -> None:
    """A run's options and context choose a model, and never the address to which its key is sent."""
    made: list[str] = []
    controllers = Controllers(ScriptedController([]), lambda llm: made.append(llm) or ScriptedController([]))
    with pytest.raises(UsageError, match="which only the settings may"):
        await controllers("openai:gpt-5@https://collector.example/v1")
    assert made == []


@pytest.mark.parametrize(
    ("text", "media_type"),
    [
        ("a,b\n1,2\n", "text/csv"),
        ("plain words", "text/plain"),
    ],
)
async def test_a_served_file_is_a_download_or_media_and_never_a_page(
    home: Path, scripted: OpenScripted, text: str, media_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A served file has its recorded type, which no browser guesses anew; all but media and plain text is a download."""
    data = base64.b64encode(text.encode()).decode()
    async with scripted([step(0)]) as world:
        values = await world.graph.ainvoke(user({"type": "file", "base64": data, "mime_type": media_type}), CONFIG)
    given = Resource.model_validate(values["run"]["request"]["files"][0])
    monkeypatch.setenv("HUGGINGGPT_HOME", str(home))
    langgraph_server.open_storage_once.cache_clear()
    from hugginggpt.apps.file_route import app

    try:
        with TestClient(app) as client:
            sent = client.get(f"/hugginggpt/files/{given.sha256}")
            assert (sent.status_code, sent.text) == (200, text)
            assert sent.headers["x-content-type-options"] == "nosniff"
            assert "sandbox" in sent.headers["content-security-policy"]
            assert sent.headers["content-disposition"].startswith(
                "inline" if media_type == "text/plain" else "attachment"
            )
            assert client.get(f"/hugginggpt/files/{'0' * 64}").status_code == 404
            assert client.get("/hugginggpt/files/..%2Fhugginggpt.db").status_code == 404
    finally:
        langgraph_server.open_storage_once().close()
        langgraph_server.open_storage_once.cache_clear()


def test_a_zip_with_a_flipped_bit_in_its_type_has_none() -> None:
    """What deflate can't read is no document, and no crash."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as members:
        members.writestr("mimetype", "application/epub+zip" * 3)
    whole = made.getvalue()
    for place in range(38, 60):  # the member's data
        for bit in range(8):
            assert type_of_zip(whole[:place] + bytes((whole[place] ^ 1 << bit,)) + whole[place + 1 :]) is None

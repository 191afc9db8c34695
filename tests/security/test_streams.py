"""Responses without an end

Every response has a limit in bytes, compressed and decompressed, and every call a time limit that slow sending does not
extend.
"""

import asyncio
import gzip
import json
import socket
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fences import Fence
from hostile import Answer, Wire, dripping_head, endless, head_of, listening
from hugginggpt.graph.errors import ControllerError, ExpertError, InvalidInput
from hugginggpt.graph.ports import NoCallbacks
from hugginggpt.graph.settings import MEGABYTE, Settings
from hugginggpt.tools.backends.endpoint.backend import EndpointBackend
from hugginggpt.tools.backends.endpoint.endpoints_file import Api, Endpoint, add_endpoint
from hugginggpt.tools.backends.endpoint.probe import probe
from hugginggpt.tools.catalog.hub_index import HubIndex
from hugginggpt.tools.chat_models.bounds import MAX_ANSWER
from hugginggpt.tools.chat_models.client import ChatClient
from hugginggpt.tools.chat_models.models import ChatModel
from hugginggpt.tools.net.download import download
from hugginggpt.tools.scripted import redirect_hub_to
from samples import call_of

FENCES = (
    Fence(
        "the compressed size of a response",
        "tools/net/bounded_body.py",
        "        if self._compressed > self._max_bytes:",
        "        if False:",
        "test_streams.py::test_a_response_of_empty_compressed_blocks_is_refused",
    ),
    Fence(
        "the decompressed size of a response",
        "tools/net/bounded_body.py",
        "            if self._decompressed > self._max_bytes:",
        "            if False:",
        "test_streams.py::test_a_response_that_decompresses_to_gigabytes_is_refused[tasks-gzip]",
        slow=True,
    ),
    Fence(
        "the lower limit of JSON",
        "tools/net/bounded_body.py",
        "            self._max_bytes = min(self._max_bytes, MAX_JSON_BYTES)",
        "            pass",
        "test_streams.py::test_json_has_its_lower_limit_whatever_type_is_declared",
    ),
    Fence(
        "a response compressed several times",
        "tools/net/bounded_body.py",
        '        if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):',
        "        if False:",
        "test_streams.py::test_a_file_compressed_several_times_is_refused",
    ),
    Fence(
        "the time of a response",
        "tools/net/bounded_body.py",
        "        if self._deadline is not None and time.monotonic() > self._deadline:",
        "        if False:",
        "test_streams.py::test_a_thread_that_reads_from_a_slow_server_ends_with_its_call",
    ),
    Fence(
        "the length of a chat model's text",
        "tools/chat_models/bounds.py",
        "        if self._length > MAX_ANSWER:",
        "        if False:",
        "test_streams.py::test_a_chat_model_writes_a_million_characters_at_most[choose]",
    ),
    Fence(
        "the time of a probe",
        "tools/backends/endpoint/probe.py",
        "        return call_with_timeout(_probe, seconds, base, key)",
        "        return _probe(base, key)",
        "test_streams.py::test_a_probe_of_a_slow_server_ends",
        slow=True,
    ),
)
FEW = 2 * MEGABYTE
"""Settings' limit for files here."""
LIMIT = 32 * MEGABYTE
MOST = 200 * MEGABYTE
"""Bytes that a server sends where no limit stops it."""
SLACK = 16 * MEGABYTE
"""Bytes in the buffers of the system."""

CHUNKED = "content-type: {}\r\nconnection: close"


def own(home: Path, url: str, task: str, api: Api, **given: Any) -> EndpointBackend:
    add_endpoint(home.with_name("config"), Endpoint(name="mine", url=url, task_type=task, api=api))
    return EndpointBackend(Settings(home=home, max_file_bytes=FEW, **given))


async def refused(home: Path, folder: Path, url: str, task: str, api: Api, timeout: float = 30) -> ExpertError:
    backend = own(home, url, task, api)
    call = call_of(task, backend.experts(task)[0], folder).model_copy(update={"timeout": timeout})
    with pytest.raises(ExpertError) as raised:
        await backend.run(call)
    return raised.value


BODIES: dict[str, tuple[str, Api, str, bytes]] = {
    "sound": ("text-to-speech", "tasks", "audio/wav", b"RIFF\xff\xff\xff\xffWAVEfmt " + bytes(1 << 20)),
    "speech of openai": ("text-to-speech", "openai", "audio/wav", bytes([1]) * (1 << 20)),
    "film": ("text-to-video", "tasks", "video/mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(1 << 20)),
    "picture": ("text-to-image", "tasks", "image/png", b"\x89PNG" + bytes(1 << 20)),
    "labels": ("text-classification", "tasks", "application/json", b'[{"label":"x","score":0.5},' * 40_000),
    "spaces": ("summarization", "tasks", "application/json", b" " * (1 << 20)),
    "embeddings": ("feature-extraction", "tei", "application/json", b"[0.1," * 200_000),
    "embeddings of openai": ("feature-extraction", "openai", "application/json", b'{"data":[' * 100_000),
    "transcript of openai": (
        "automatic-speech-recognition",
        "openai",
        "application/json",
        b'{"text":"' + b"x" * (1 << 20),
    ),
    "numbers": ("tabular-regression", "tasks", "application/json", b"[1," * 300_000),
    "chat": ("text-generation", "openai", "application/json", b" " * (1 << 20)),
}


@pytest.mark.parametrize("name", BODIES)
async def test_a_response_without_an_end_is_read_up_to_its_limit(name: str, home: Path, tmp_path: Path) -> None:
    """A response without an end is read up to the limit for its kind, and refused with both sizes."""
    task, api, media_type, piece = BODIES[name]
    with listening(endless(piece, CHUNKED.format(media_type), most=MOST)) as server:
        error = await refused(home, tmp_path, f"{server.url}/v1" if api == "openai" else server.url, task, api)
    assert "MB or more, and at most" in str(error), error
    assert server.sent <= (64 * MEGABYTE if name == "chat" else LIMIT) + SLACK


@cache
def compressed(size: int, coding: str) -> bytes:
    """`size` MB of spaces, compressed to a thousandth."""
    whole = b" " * MEGABYTE
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31 if coding == "gzip" else 15)
    return b"".join(squeeze.compress(whole) for _ in range(size)) + squeeze.flush()


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
@pytest.mark.parametrize("api", ["tasks", "tei", "openai"])
async def test_a_response_that_decompresses_to_gigabytes_is_refused(
    api: Api, coding: str, home: Path, tmp_path: Path
) -> None:
    """A small response that decompresses to gigabytes is refused at its limit."""
    bomb = compressed(400, coding)
    headers = f"content-type: application/json\r\ncontent-encoding: {coding}\r\ncontent-length: {len(bomb)}"
    with listening(endless(bomb, headers, most=1)) as server:
        began = time.monotonic()
        error = await refused(home, tmp_path, server.url, "feature-extraction", api)
    assert "answers with 32.1 MB or more, and at most 32.0 MB are read" in str(error)
    assert time.monotonic() - began < 10


async def test_a_response_of_empty_compressed_blocks_is_refused(home: Path, tmp_path: Path) -> None:
    """A response of endless empty compressed blocks is read up to the limit of its decompressed size."""
    empty = b"\x00\x00\x00\xff\xff" * 200_000  # stored blocks of no bytes (RFC 1951, section 3.2.4)
    begin = gzip.compress(b"")[:10]

    def answer(wire: Wire, connection: socket.socket) -> None:
        head_of(wire, connection)
        head = (
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n"
        )
        connection.sendall(head.encode() + begin)
        while wire.sent < MOST // 2:
            connection.sendall(empty)
            wire.sent += len(empty)

    with listening(answer) as server:
        error = await refused(home, tmp_path, server.url, "feature-extraction", "tei")
    assert "at most 32.0 MB are read" in str(error)
    assert server.sent <= LIMIT + SLACK


async def test_json_has_its_lower_limit_whatever_type_is_declared(home: Path, tmp_path: Path) -> None:
    """JSON has the limit of JSON, even if it is declared as sound or a picture."""
    piece = b"[" * MEGABYTE
    with listening(endless(piece, CHUNKED.format("audio/wav"), most=MOST)) as server:
        add_endpoint(home.with_name("config"), Endpoint(name="mine", url=server.url, task_type="audio-to-audio"))
        backend = EndpointBackend(Settings(home=home, max_file_bytes=100 * MEGABYTE))
        with pytest.raises(ExpertError, match=r"at most 32\.0 MB are read"):
            await backend.run(call_of("audio-to-audio", backend.experts("audio-to-audio")[0], tmp_path))
    assert server.sent <= LIMIT + SLACK


@pytest.mark.parametrize("coding", ["gzip, gzip", "gzip, gzip, gzip", "br", "zstd", "compress"])
async def test_a_file_compressed_several_times_is_refused(coding: str, home: Path) -> None:
    """A file from a URL that is compressed twice, or in a way that was not requested, is refused unread."""
    twice = gzip.compress(compressed(64, "gzip"))
    headers = f"content-encoding: {coding}\r\ncontent-length: {len(twice)}"
    with listening(endless(twice, headers, most=1)) as server:
        settings = Settings(home=home, allow_private_urls=True, max_file_bytes=MEGABYTE)
        with pytest.raises(InvalidInput, match="which was not requested"):
            await download(f"{server.url}/a.txt", settings)


DRIPS: dict[str, tuple[str, Api, Answer]] = {
    "a head": ("summarization", "tasks", dripping_head),
    "a head of openai": ("text-to-speech", "openai", dripping_head),
    "a body": ("text-to-speech", "tasks", endless(b"x", CHUNKED.format("audio/wav"), most=400, every=0.05)),
    "json": ("summarization", "tasks", endless(b" ", CHUNKED.format("application/json"), most=400, every=0.05)),
    "json of tei": (
        "feature-extraction",
        "tei",
        endless(b" ", CHUNKED.format("application/json"), most=400, every=0.05),
    ),
    "a film": ("text-to-video", "tasks", endless(b"x", CHUNKED.format("video/mp4"), most=400, every=0.05)),
    "chat": ("text-generation", "openai", endless(b" ", CHUNKED.format("application/json"), most=400, every=0.05)),
}


@pytest.mark.parametrize("name", DRIPS)
async def test_a_server_that_sends_slowly_is_given_up(name: str, home: Path, tmp_path: Path) -> None:
    """A server that sends a byte now and then is given up when the time for the call is over."""
    task, api, answer = DRIPS[name]
    with listening(answer) as server:
        began = time.monotonic()
        error = await refused(home, tmp_path, server.url, task, api, timeout=0.6)
    assert error.kind == "timeout"
    assert time.monotonic() - began < 10  # what is sent takes 20 s


async def test_a_thread_that_reads_from_a_slow_server_ends_with_its_call(home: Path, tmp_path: Path) -> None:
    """A thread that reads from a slow server ends soon after its call has been given up."""
    with listening(endless(b"x", CHUNKED.format("audio/wav"), most=400, every=0.05)) as server:
        assert (await refused(home, tmp_path, server.url, "text-to-speech", "tasks", timeout=0.5)).kind == "timeout"
        sent = -1
        while server.sent != sent:
            assert server.sent < 300, "the thread reads on"
            sent = server.sent
            await asyncio.sleep(0.5)


def test_a_probe_of_a_slow_server_ends() -> None:
    """`models --add` and `doctor` wait ten seconds in all for a slow server."""
    with listening(dripping_head) as server:
        began = time.monotonic()
        with pytest.raises(ExpertError) as raised:
            probe(server.url, None, seconds=0.6)
    assert raised.value.kind == "timeout"
    assert time.monotonic() - began < 10  # what is sent takes 20 s


def test_a_list_of_the_hub_without_an_end_is_given_up(home: Path) -> None:
    """A Hub's list without an end is read up to the limits of a list, in bytes and time."""
    with (
        listening(endless(b'[{"id":"a/b"},' * 70_000, CHUNKED.format("application/json"), most=MOST)) as server,
        redirect_hub_to(server.url),
        pytest.raises(ExpertError, match=r"at most 32\.0 MB are read"),
    ):
        HubIndex(Settings(home=home, hf_token="hf_x")).refresh("summarization")
    assert server.sent <= LIMIT + SLACK
    for answer in (dripping_head, endless(b" ", CHUNKED.format("application/json"), most=400, every=0.05)):
        with listening(answer) as server, redirect_hub_to(server.url):
            began = time.monotonic()
            with pytest.raises(ExpertError) as raised:
                HubIndex(Settings(home=home, hf_token="hf_x"), timeout=0.6).refresh("summarization")
            assert raised.value.kind == "timeout"
            assert time.monotonic() - began < 10  # what is sent takes 20 s


def event(text: str) -> bytes:
    row = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    data = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [row]}
    return b"data: " + json.dumps(data).encode() + b"\n\n"


@contextmanager
def chat_client(answer: Answer, timeout: float) -> Iterator[tuple[ChatClient, Wire]]:
    with listening(answer) as server:
        settings = Settings.model_validate({"home": "/nonexistent", "llm_timeout": timeout, "retries": 2})
        yield ChatClient(ChatModel.of(f"openai:m@{server.url}/v1", settings), settings), server


SCHEMA = {"title": "plan", "description": "a plan", "type": "object", "properties": {}}


async def ask(client: ChatClient, stage: str) -> str:
    async def ignore(_piece: str) -> None:
        """A plan is read as it comes."""

    if stage == "answer":
        return "".join([piece async for piece in client.stream("answer", [("user", "hi")], NoCallbacks())])
    if stage == "plan":
        return (await client.complete("plan", [("user", "hi")], NoCallbacks(), SCHEMA, on_text=ignore)).text
    return (await client.complete("choose", [("user", "hi")], NoCallbacks())).text


SLOW = {
    "comments": (b": still here\n\n", 0.05),
    "empty deltas": (event(""), 0.05),
    "letters": (event("a"), 0.05),
    "nothing": (b"\n", 0.05),
    "comments at full speed": (b": still here\n\n" * 5_000, 0.02),
    "empty deltas at full speed": (event("") * 50, 0.001),
}


@pytest.mark.parametrize("name", SLOW)
@pytest.mark.parametrize("stage", ["plan", "answer"])
async def test_a_chat_model_that_sends_slowly_is_given_up(stage: str, name: str) -> None:
    """A chat model that keeps the connection alive with comments, empty pieces or letters is given up in time."""
    piece, every = SLOW[name]
    with chat_client(endless(piece, CHUNKED.format("text/event-stream"), most=60 * MEGABYTE, every=every), 0.8) as (
        client,
        _,
    ):
        began = time.monotonic()
        with pytest.raises(ControllerError, match=r"gave no whole answer in 0\.8 s|at most 64\.0 MB"):
            await ask(client, stage)
    assert time.monotonic() - began < 10  # the first one imports the client


@pytest.mark.parametrize("stage", ["plan", "answer", "choose"])
async def test_a_chat_model_writes_a_million_characters_at_most(stage: str) -> None:
    """A chat model's answer of more than a million characters is refused, a streamed plan far earlier."""
    refusal = "writes more than 65,536" if stage == "plan" else "answers with more than 1,000,000"
    if stage == "choose":
        row = {"index": 0, "message": {"role": "assistant", "content": "x" * (MAX_ANSWER + 1)}, "finish_reason": "stop"}
        body = json.dumps(
            {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [row]}
        ).encode()
        once = endless(body, f"content-type: application/json\r\ncontent-length: {len(body)}", most=1)

        def answer(wire: Wire, connection: socket.socket) -> None:
            """The same to each request: to one for a stream, and then to one for a whole answer."""
            wire.sent = 0
            once(wire, connection)

    else:
        answer = endless(event("x" * 10_000), CHUNKED.format("text/event-stream"), most=50 * MEGABYTE)
    with chat_client(answer, 60) as (client, server):
        began = time.monotonic()
        with pytest.raises(ControllerError, match=f"{refusal} characters"):
            await ask(client, stage)
    assert time.monotonic() - began < 10
    assert server.sent < 3 * MEGABYTE + SLACK


async def test_an_answer_of_a_chat_model_in_one_piece_has_a_limit_too() -> None:
    """A chat model's answer in one piece is read up to 32 MB, and requested once, not repeatedly."""
    with (
        chat_client(endless(b" " * MEGABYTE, CHUNKED.format("application/json"), most=MOST), 60) as (client, server),
        pytest.raises(ControllerError, match=r"at most 32\.0 MB are read"),
    ):
        await ask(client, "choose")
    assert server.sent <= LIMIT + SLACK
    assert len(server.heads) == 1

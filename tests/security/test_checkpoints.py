"""Checkpoints and rows run no code and choose no servers

A home from elsewhere may hold checkpoints and rows that were made for an attack. Its runs can be shown and resumed: state
holds plain values only, servers are those that this user named, and models of the Hub are named by their ids.
"""

import json
import pickle
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import ormsgpack
import pytest

from fences import Fence
from hugginggpt.apps.session import Session
from hugginggpt.checkpoints.serializer import strict_serializer
from hugginggpt.checkpoints.state_rows import save_state, save_writes, states_of, writes_of, written_after
from hugginggpt.graph.call import Call
from hugginggpt.graph.errors import ExpertError, UsageError
from hugginggpt.graph.expert import Expert
from hugginggpt.graph.options import Options
from hugginggpt.graph.settings import Settings
from hugginggpt.tools.backends.chat.backend import ChatBackend
from hugginggpt.tools.chat_models.trusted_servers import trust_servers, trusted_origins
from hugginggpt.tools.places import backends_for
from hugginggpt.tools.scripted import chat, serve
from samples import call_of, text
from scripting import CHAIN, OpenScripted, ask, last

FENCES = (
    Fence(
        "checkpoints are never unpickled",
        "checkpoints/serializer.py",
        "pickle_fallback=False",
        "pickle_fallback=True",
        "test_checkpoints.py::test_a_forged_checkpoint_runs_no_code[pickle]",
    ),
    Fence(
        "checkpoints make no objects of other modules",
        "checkpoints/serializer.py",
        "allowed_msgpack_modules=None",
        "allowed_msgpack_modules=True",
        "test_checkpoints.py::test_a_forged_checkpoint_runs_no_code[msgpack-single]",
    ),
    Fence(
        "a chat model's server was named by the user",
        "tools/backends/chat/backend.py",
        "if not url or _server(spec, given) in own or origin(url) in trusted_origins(given.config):",
        "if True:",
        "test_checkpoints.py::test_a_server_that_only_a_row_names_is_not_called[chat]",
    ),
)


class Attack:
    """Touches a file when it is unpickled."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.canary,)


def ext(code: int, *call: Any) -> bytes:
    """LangGraph's msgpack extension for objects: 0 one argument, 1 arguments, 2 keywords, 3 a method, 5 pydantic."""
    return ormsgpack.packb(ormsgpack.Ext(code, ormsgpack.packb(call)))


def nested(*call: Any) -> bytes:
    """The same as a value in a mapping."""
    return ormsgpack.packb({"v": ormsgpack.Ext(0, ormsgpack.packb(call))})


def forged(kind: str, canary: Path) -> tuple[str, bytes]:
    """A checkpoint's type and content that would make `canary`, if anything in it were called."""
    shell, python = f"touch {canary}", f"__import__('pathlib').Path({str(canary)!r}).touch()"
    constructor = {"lc": 2, "type": "constructor", "id": ["os", "system"], "args": [shell]}
    return {
        "pickle": lambda: ("pickle", pickle.dumps(Attack(canary))),
        "msgpack-single": lambda: ("msgpack", ext(0, "os", "system", shell)),
        "msgpack-args": lambda: ("msgpack", ext(1, "os", "system", [shell])),
        "msgpack-keywords": lambda: ("msgpack", ext(2, "subprocess", "Popen", {"args": ["touch", str(canary)]})),
        "msgpack-method": lambda: ("msgpack", ext(3, "builtins", "exec", python, "__call__")),
        "msgpack-pydantic": lambda: ("msgpack", ext(5, "os", "system", shell, "model_validate_json")),
        "msgpack-nested": lambda: ("msgpack", nested("os", "system", shell)),
        "json-constructor": lambda: ("json", json.dumps(constructor).encode()),
        "json-lc1": lambda: ("json", json.dumps({**constructor, "lc": 1, "kwargs": {"command": shell}}).encode()),
        "json-exec": lambda: (
            "json", json.dumps({"lc": 2, "type": "constructor", "id": ["builtins", "exec"], "args": [python]}).encode()
        ),
        "json-method": lambda: (
            "json", json.dumps({**constructor, "method": ["", "__call__"], "kwargs": {"command": shell}}).encode()
        ),
        "unknown": lambda: ("code", python.encode()),
        "cut off": lambda: ("msgpack", b"\xdf\xff\xff\xff\xff"),
    }[kind]()  # fmt: skip


KINDS = [
    "pickle", "msgpack-single", "msgpack-args", "msgpack-keywords", "msgpack-method", "msgpack-pydantic",
    "msgpack-nested", "json-constructor", "json-lc1", "json-exec", "json-method", "unknown", "cut off",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_forged_checkpoint_runs_no_code(tmp_path: Path, kind: str) -> None:
    """Reading a checkpoint creates plain values, whatever it contains: nothing is unpickled, imported or called."""
    canary = tmp_path / "canary"
    with suppress(Exception):  # what can't be read is an error; which one is LangGraph's choice
        strict_serializer().loads_typed(forged(kind, canary))
    assert not canary.exists()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_home_with_forged_checkpoints_is_listed_shown_and_resumed_safely(
    scripted: OpenScripted, home: Path, tmp_path: Path, kind: str
) -> None:
    """Listing, showing and resuming a run with forged checkpoints runs no code and affects no other run."""
    canary = tmp_path / "canary"
    async with scripted(CHAIN) as world:
        await ask(world, thread="forged", options=Options(approve="always"))
        await ask(world, thread="sound")
    form, content = forged(kind, canary)
    with closing(sqlite3.connect(home / "hugginggpt.db")) as db:
        for state in list(states_of(db, "forged")):
            save_state(db, state._replace(kind=form, state=content))
        for namespace, checkpoint_id in written_after(db, "forged"):
            for write in writes_of(db, "forged", namespace, checkpoint_id):
                forgery = write._replace(kind=form, value=content)
                save_writes(db, "forged", namespace, checkpoint_id, [forgery], replace=True)
        db.commit()
    async with scripted(CHAIN) as world:
        session = Session(world)
        runs = {run.thread_id: run for run in await session.history.runs()}
        assert runs["sound"].status == "succeeded"
        with suppress(Exception):
            [_ async for _ in session.resume(runs["forged"], True)]
        with suppress(Exception):
            [_ async for _ in session.checkpoints(runs["forged"])]
        assert last(await ask(world, thread="sound")).status == "succeeded"
    assert not canary.exists()


def expert(place: str, url: str) -> Expert:
    """As a forged row would name it."""
    model_id = {"chat": f"openai:m@{url}/v1", "hf": url, "endpoint": url}[place]
    provider = {"chat": "openai", "hf": "hf-inference", "endpoint": url}[place]
    return Expert(model_id=model_id, task_type="summarization", backend=place, provider=provider)


def asked(place: str, url: str, folder: Path) -> Call:
    return call_of("summarization", expert(place, url), folder, inputs={"text": (text("private words " * 20),)})


@pytest.mark.parametrize("place", ["chat", "hf", "endpoint"])
async def test_a_server_that_only_a_row_names_is_not_called(home: Path, tmp_path: Path, place: str) -> None:
    """A server that only a row or checkpoint names gets no data and no key; the user must have added or named it."""
    with serve(lambda received: chat("done").to(received)) as server:
        settings = Settings(home=home, hf_token="hf_canary", llm_api_key="sk-canary", retries=0)
        backend = next(each for each in backends_for(settings) if each.name == place)
        with pytest.raises(ExpertError):
            await backend.run(asked(place, server.url, tmp_path))
        await backend.aclose()
    assert server.requests == []


async def test_a_server_named_on_the_command_line_is_trusted_from_then_on(
    scripted: OpenScripted, home: Path, tmp_path: Path
) -> None:
    """`--model TASK=openai:MODEL@URL` trusts a server from then on; runs that are resumed later call it too."""
    with serve(lambda received: chat("done").to(received)) as server:
        settings = Settings(home=home, retries=0)
        async with scripted(CHAIN) as world:
            with pytest.raises(UsageError, match="there is no expert"):  # this world has no chat models
                await ask(world, options=Options(models={"summarization": f"openai:m@{server.url}/v1"}))
        assert trusted_origins(settings.config) == {server.url}
        backend = next(each for each in backends_for(settings) if each.name == "chat")
        (made,) = await backend.run(asked("chat", server.url, tmp_path))
        await backend.aclose()
    assert made.text == "done"


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("http://my.host/v1", False), ("https://my.host:8443/v1", False), ("https://other.host/v1", False),
        ("https://MY.host/v2", True), ("https://my.host:443/v1", True),
    ],
)  # fmt: skip
def test_the_key_of_the_controller_s_server_is_sent_to_no_other_port_or_scheme(
    home: Path, url: str, same: bool
) -> None:
    """The key for `https://HOST` is not sent to `http://HOST` or to another port that a run or plan names."""
    backend = ChatBackend(Settings(home=home, llm="openai:m@https://my.host/v1", llm_api_key="sk-canary"))
    made = expert("chat", "https://my.host").model_copy(update={"model_id": f"openai:m@{url}"})
    obstacle = backend.obstacle(made, None)
    assert ("is no server that you named" in str(obstacle)) is not same
    assert (backend._with_key_for(f"openai:m@{url}").llm_api_key is not None) is same


@pytest.mark.parametrize("content", ["", "{", "[" * 100_000, '{"a": 1}', "[1, null]"], ids=range(5))
def test_a_damaged_list_of_trusted_servers_trusts_none(tmp_path: Path, content: str) -> None:
    """A list of trusted servers that can't be read trusts none."""
    trust_servers(tmp_path, ["openai:m@https://a.example/v1", "openai:gpt-5-mini"])
    assert trusted_origins(tmp_path) == {"https://a.example"}
    (tmp_path / "servers.json").write_text(content)
    assert trusted_origins(tmp_path) == set()

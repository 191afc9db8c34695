"""Keys and passwords are not printed, stored or passed on, even if a server, a model or a file repeats them

A key is known from the settings, from environment variables that are named like keys, from the token saved for Hugging Face,
and from the variables that your own servers name. It is found as it is, URL-encoded, in base64, and where it is cut off. Not
found: in pictures, sound and compressed files. A value of fewer than 8 characters, a lower-case word of fewer than 16, or a
number is removed after `Bearer` and in URLs only. A variable that holds the path of a file is not a key.
"""

import ast
import asyncio
import base64
import html
import json
import re
import traceback
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import psutil
import pytest

from canary import KEY, PASSWORD, REPEATED, TOKEN, leaks
from fences import Fence
from hugginggpt.apps.api import run
from hugginggpt.apps.cli.recording import recorder
from hugginggpt.apps.session import Session
from hugginggpt.apps.tool import as_tool
from hugginggpt.checkpoints.open import open_storage
from hugginggpt.checkpoints.store import FileStore
from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.errors import ExpertError, HuggingGPTError
from hugginggpt.graph.events import Event
from hugginggpt.graph.options import Options
from hugginggpt.graph.redactor import Redactor, secrets_of
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Run
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import build_graph, open_world
from hugginggpt.tools.backends.endpoint.endpoints_file import Endpoint, add_endpoint
from hugginggpt.tools.scripted import (
    Received,
    Reply,
    ScriptedBackend,
    ScriptedCatalog,
    ScriptedController,
    as_json,
    chat,
    serve,
)
from hugginggpt.tools.scripted.chat import stage_of
from hugginggpt.tools.scripted.hub import ScriptedHub, model_card, redirect_hub_to
from shell import MARK, Shell

FENCES = (
    Fence(
        "no secret in the plans, answers and errors of a controller",
        "graph/world.py",
        "    controller = RedactedController(controller, redact)\n",
        "",
        "test_secrets.py::test_a_key_that_a_chat_model_s_server_repeats_is_removed[session-401-json]",
    ),
    Fence(
        "the partial secret at the end of a piece is held back",
        "graph/redactor.py",
        "ready = len(held) - self._partial_length(held)",
        "ready = len(held)",
        "test_secrets.py::test_a_key_that_arrives_in_pieces_is_removed[3]",
    ),
    Fence(
        "no secret in an expert's error",
        "graph/world.py",
        "    places = [RedactedBackend(place, redact) for place in places]\n",
        "",
        "test_secrets.py::test_a_key_in_an_expert_s_output_is_removed[bug]",
    ),
    Fence(
        "no secret in an expert's text",
        "checkpoints/store.py",
        "return self._redact.text(text).encode(",
        "return text.encode(",
        "test_secrets.py::test_a_key_in_a_text_is_removed_before_it_is_passed_on",
    ),
    Fence(
        "no secret in an expert's text file",
        "checkpoints/store.py",
        "if is_text(media_type) and (clean := self._redact.data(held := draft.read_bytes())) != held:",
        "if False:",
        "test_secrets.py::test_a_key_in_an_expert_s_output_is_removed[file]",
    ),
    Fence(
        "no secret in a user's text file",
        "checkpoints/store.py",
        "        if is_text(media_type):\n",
        "        if False:\n",
        "test_secrets.py::test_a_key_that_you_type_or_attach_is_removed",
    ),
    Fence(
        "no secret in a catalogue",
        "graph/world.py",
        "catalog = RedactedCatalog(catalog or catalog_for(settings, places), redact)",
        "catalog = catalog or catalog_for(settings, places)",
        "test_secrets.py::test_a_key_in_a_catalogue_is_removed",
    ),
    Fence(
        "no secret in a checkpoint",
        "checkpoints/state_parts.py",
        "        (data,) = self._connection.redact([data])",
        "        pass",
        "test_secrets.py::test_a_key_that_you_type_or_attach_is_removed",
    ),
    Fence(
        "no secret in the metadata of a checkpoint",
        "checkpoints/states.py",
        '        (text,) = self._db.redact([text.encode("utf-8", "ignore").decode()])\n',
        "",
        "test_secrets.py::test_a_key_that_you_type_or_attach_is_removed",
    ),
    Fence(
        "no secret in a row",
        "checkpoints/redacting_connection.py",
        "        return super().cursor(_RedactingCursor)",
        "        return super().cursor()",
        "test_secrets.py::test_a_key_in_a_row_is_removed",
    ),
    Fence(
        "no secret in the events of a request",
        "nodes/plan.py",
        "typed, text = text, redact.text(text)",
        "typed, text = text, text",
        "test_secrets.py::test_a_key_that_you_type_or_attach_is_removed",
    ),
    Fence(
        "no secret in the list of the Hub's models",
        "tools/catalog/hub_index.py",
        "models = [self._redact.record(model) for model in found]",
        "models = found",
        "test_secrets.py::test_a_token_that_the_hub_or_a_provider_repeats_is_removed",
    ),
    Fence(
        "no secret in a recorded answer in pieces",
        "tools/recording/recorder.py",
        "self._scrub.stream(pieces), began",
        "pieces, began",
        "test_secrets.py::test_a_key_that_a_model_repeats_is_removed[3]",
    ),
    Fence(
        "no secret on the screen",
        "apps/cli/printable.py",
        "    for redact in (_of_environment(), *_hidden):",
        "    for redact in ():",
        "test_secrets.py::test_no_command_prints_or_keeps_a_key",
        slow=True,
    ),
    Fence(
        "no secret in what libraries write to stderr",
        "apps/cli/streams.py",
        "super().write(redacted(text))",
        "super().write(text)",
        "test_secrets.py::test_no_command_prints_or_keeps_a_key",
        slow=True,
    ),
    Fence(
        "no key in a worker's environment",
        "tools/backends/worker/process.py",
        "if name in _PASSED_ON or name.upper().startswith(_PASSED_ON_FAMILIES)",
        "if name",
        "test_secrets.py::test_workers_have_no_key_in_their_environment",
    ),
)

IN_OTHER_SPELLINGS: dict[str, Callable[[str], str]] = {
    "alone": lambda key: key,
    "with a line end": lambda key: f"{key}\n",
    "in a sentence": lambda key: f"your key ({key}), is wrong",
    "twice": lambda key: key + key,
    "in JSON": lambda key: json.dumps({"a": [f"x{key}"]}),
    "in JSON in JSON": lambda key: json.dumps(json.dumps({"a": key})),
    "in HTML": lambda key: html.escape(f"<b>{key}</b>"),
    "in a URL's query": lambda key: f"http://127.0.0.1/?a=1&key={quote(key, safe='')}#x",
    "in a URL's path": lambda key: f"http://127.0.0.1/{quote(key)}/x",
    "in small letters of a URL": lambda key: re.sub("%..", lambda byte: byte[0].lower(), quote(key, safe="")),
    "as a form": lambda key: f"key={quote_plus(key)}&b=2",
    "in base64": lambda key: base64.b64encode(key.encode()).decode(),
    "in base64 behind one": lambda key: base64.b64encode(f"a{key}".encode()).decode(),
    "in base64 behind two": lambda key: base64.b64encode(f"ab{key}".encode()).decode(),
    "in base64 for URLs": lambda key: base64.urlsafe_b64encode(f"alice:{key}!".encode()).decode(),
    "as a header": lambda key: f"{{'Authorization': 'Bearer {key}'}}",
    "in bytes": lambda key: repr(f"Bearer {key}".encode()),
    "cut off": lambda key: f"the key is {key[:-6]}",
}
HARD = ("abcd1234", KEY, "p@ss/w:rd?&=+% 9", 'quo"te\\d<9>', "pässwörd-9", "A" * 300 + "9")


@pytest.mark.parametrize("key", HARD, ids=range(len(HARD)))
@pytest.mark.parametrize("how", IN_OTHER_SPELLINGS)
def test_every_spelling_of_a_key_is_found(how: str, key: str) -> None:
    """A key is found alone, in sentences, JSON, HTML, URLs, headers and base64; its replacement has the same length."""
    text = IN_OTHER_SPELLINGS[how](key)
    redact = Redactor([f" {key}\n"])
    clean = redact.text(text)
    if how != "cut off" or len(key) > 20:
        assert "removed" in clean or "********" in clean
        assert not any(clean[at : at + 12] in key for at in range(len(clean) - 11))
    assert len(clean) == len(text)
    assert redact.text(clean) == clean
    assert redact.data(text.encode()) != text.encode() or clean == text
    assert len(redact.data(text.encode())) == len(text.encode())
    assert Redactor([]).text(text) == text or "://" in text


STEPS: list[dict[str, Any]] = [
    {"task": "text-generation", "id": 0, "dep": [-1], "args": {"text": "hello"}},
    {"task": "summarization", "id": 1, "dep": [0], "args": {"text": "<resource>-0"}},
]


async def shown_by(session: Session, request: str, **given: Any) -> list[str]:
    """All that a caller gets of a run: its events as JSON, and the traceback of its error."""
    events: list[Event] = []
    try:
        async for event in session.start(request, thread_id="t", **given):
            events.append(event)
    except HuggingGPTError as error:
        return [event.model_dump_json() for event in events] + traceback.format_exception(error)
    return [event.model_dump_json() for event in events]


@pytest.fixture
def scripted(home: Path) -> Callable[..., Any]:
    """Opens a world with scripted experts, whose settings hold the key."""

    def opened(**given: Any) -> Any:
        settings = Settings(home=home, retries=0, openai_api_key=KEY, **given.pop("settings", {}))
        return open_world(settings, **{"catalog": ScriptedCatalog(), "backends": [ScriptedBackend()]} | given)

    return opened


@pytest.mark.parametrize("how", REPEATED)
@pytest.mark.parametrize("door", ["session", "run", "tool", "graph"])
async def test_a_key_that_a_chat_model_s_server_repeats_is_removed(door: str, how: str, home: Path) -> None:
    """A key that a chat model's server repeats in an error (text, HTML, URL, base64) is in no message and no file."""
    with serve(REPEATED[how]) as server:
        settings = Settings(home=home, llm=f"openai:m@{server.url}/v1", llm_api_key=KEY, retries=0)  # type: ignore[arg-type]
        shown = await _through(door, settings)
        assert KEY in server.requests[0].headers["authorization"], "nothing was tried"
    assert "can't be reached" not in "".join(shown)
    assert not leaks(KEY, home, *shown)


async def _through(door: str, settings: Settings) -> list[str]:
    """What an entry point shows of a request."""
    if door == "session":
        async with open_world(settings, backends=[ScriptedBackend()]) as world:
            return await shown_by(Session(world), "Say hello")
    if door == "run":
        try:
            return [str(await asyncio.to_thread(run, "Say hello", settings=settings))]
        except HuggingGPTError as error:
            return traceback.format_exception(error)
    graph = build_graph(settings, catalog=ScriptedCatalog(), backends=[ScriptedBackend()])
    if door == "tool":
        answer = await as_tool(graph).ainvoke(
            {"type": "tool_call", "id": "1", "name": "hugginggpt", "args": {"request": "Say hello"}}
        )
        return [str(answer.content), str(answer.artifact)]
    try:
        return [str(part) async for part in graph.astream({"request": "Say hello"}, stream_mode="updates")]
    except HuggingGPTError as error:
        return traceback.format_exception(error)


class Parrot:
    """A chat model that repeats its key in all its answers, in pieces of so many characters."""

    def __init__(self, size: int) -> None:
        self._size = size

    def __call__(self, received: Received) -> Reply:
        text = {
            "plan": json.dumps(
                {
                    "tasks": [STEPS[0] | {"goal": f"say {KEY}"}, STEPS[1] | {"goal": KEY}],
                    "refusals": [f"I can't use {KEY} here"],
                }
            ),
            "choose": json.dumps({"id": "good/model", "reason": f"it likes {KEY}"}),
        }.get(stage_of(received), f"It is done [0] [1]. The key is {KEY}! Or {KEY[:20]}. Bye.")
        return chat(*(text[at : at + self._size] for at in range(0, len(text), self._size)))


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
async def test_a_key_that_a_model_repeats_is_removed(size: int, home: Path, tmp_path: Path) -> None:
    """A key that a chat model repeats in a plan, a choice or an answer, also in pieces, is neither shown nor stored."""
    from hugginggpt.tools.scripted import scripted_expert

    experts = [
        scripted_expert(name, f"{who}/model", description="It will say it." if who == "good" else "Other.")
        for name in ("text-generation", "summarization")
        for who in ("evil", "good")
    ]
    with serve(Parrot(size)) as server:
        settings = Settings(home=home, llm=f"openai:m@{server.url}/v1", llm_api_key=KEY, retries=0)  # type: ignore[arg-type]
        recording = recorder(tmp_path / "recording.jsonl", "Say hello", [], Options(), settings)
        async with open_world(
            settings, catalog=ScriptedCatalog(experts), backends=[ScriptedBackend()], recording=recording
        ) as world:
            shown = await shown_by(Session(world), "Say hello")
        recording.close()
    deltas = "".join(json.loads(line)["text"] for line in shown if '"answer_delta"' in line)
    assert "It is done [0] [1]. The key is [removed" in deltas
    assert not leaks(KEY, tmp_path, *shown, deltas)
    recorded = [json.loads(line) for line in (tmp_path / "recording.jsonl").read_text().splitlines()]
    pieces = [piece for line in recorded if isinstance(line.get("told"), list) for piece in line["told"]]
    assert not leaks(KEY, home, "".join(_words(piece) for piece in pieces))


class Stutterer(ScriptedController):
    """Answers in pieces of so many characters."""

    def __init__(self, size: int) -> None:
        super().__init__([STEPS[0]])
        self._size = size

    async def answer(self, run: Run, paths: Any, callbacks: Any = None) -> AsyncIterator[str]:
        text = f"See http://alice:{PASSWORD}@127.0.0.1/x, {KEY}{KEY} or {KEY[:5]}."
        for at in range(0, len(text), self._size):
            yield text[at : at + self._size]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 40])
async def test_a_key_that_arrives_in_pieces_is_removed(size: int, scripted: Any, home: Path) -> None:
    """The end of a piece that may begin a key is held back: a key that arrives in pieces is removed completely."""
    async with scripted(controller=Stutterer(size)) as world:
        shown = await shown_by(Session(world), "Say hello")
    deltas = "".join(json.loads(line)["text"] for line in shown if '"answer_delta"' in line)
    assert deltas.startswith("See http://[removed")
    assert deltas.endswith(f" or {KEY[:5]}."), "what only began like a key stays"
    for secret in (KEY, PASSWORD):
        assert not leaks(secret, home, *shown, deltas)


async def test_an_answer_that_is_no_longer_read_ends_its_call() -> None:
    """When the reader of an answer stops, the call of the chat model ends."""
    ended = []

    async def speak() -> AsyncIterator[str]:
        try:
            yield "one"
            yield "two"
        finally:
            ended.append(True)

    async with aclosing(Redactor([KEY]).stream(speak())) as pieces:
        async for _ in pieces:
            break
    assert ended


def _words(piece: dict[str, Any]) -> str:
    return str(piece.get("content", "")) + "".join(call["args"] or "" for call in piece.get("tool_call_chunks", ()))


@pytest.mark.parametrize("how", [*REPEATED, "200-result"])
async def test_a_key_that_a_server_of_your_own_repeats_is_removed(
    how: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that a server of your own repeats, in an error or as its result, is in no message and no file."""
    monkeypatch.setenv("MY_SERVERS_WORD", KEY)
    result = {"200-result": lambda received: as_json([{"summary_text": f"it is {received.headers['authorization']}"}])}
    with serve((REPEATED | result)[how]) as server:
        add_endpoint(
            home.with_name("config"),
            Endpoint(name="mine", url=server.url, task_type="summarization", key_env="MY_SERVERS_WORD"),
        )
        async with open_world(
            Settings(home=home, retries=0, where=("endpoint",)), controller=ScriptedController([_alone(STEPS[1])])
        ) as world:
            shown = await shown_by(Session(world), "Sum it up")
        assert server.requests, "nothing was tried"
    assert '"status":"succeeded"' in shown[-1] or how != "200-result"
    assert not leaks(KEY, home, *shown)


def _alone(step: dict[str, Any]) -> dict[str, Any]:
    return step | {"id": 0, "dep": [-1], "args": {"text": "some long text"}}


async def test_a_token_that_the_hub_or_a_provider_repeats_is_removed(home: Path) -> None:
    """A token that the Hub repeats in its list, or a provider in an error, is in no message and no file."""
    card = model_card("evil/model", "summarization", cardData={"license": TOKEN, "datasets": [f"set {TOKEN}"]})
    for how in ("401-json", "500-text", "500-base64"):
        hub = ScriptedHub({"evil/model": card}, replies={"evil/model": REPEATED[how]})
        settings = Settings(home=home, retries=0, hf_token=TOKEN, where=("hf",))  # type: ignore[arg-type]
        with serve(hub) as server, redirect_hub_to(server.url):
            from hugginggpt.tools.catalog.hub_index import HubIndex

            listed = HubIndex(settings).refresh("summarization")
            async with open_world(settings, controller=ScriptedController([_alone(STEPS[1])])) as world:
                shown = await shown_by(
                    Session(world), "Sum it up", options=Options(models={"summarization": "evil/model"})
                )
        assert any(model.model_id == "evil/model" for model in listed)
        assert '"status":"failed"' in shown[-1], shown[-1]
        assert not leaks(TOKEN, home, *shown, *map(str, listed))


class Careless(ScriptedBackend):
    """Makes texts that hold the key."""

    def __init__(self, way: str) -> None:
        super().__init__()
        self._way = way

    async def run(self, call: Call) -> Sequence[Artifact]:
        about = {"output": "text", "kind": "text", "media_type": "text/plain", "note": f"made with {KEY}"}
        if self._way == "error":
            raise ExpertError(f"no luck with {KEY}", hint=f"is {KEY} right?")
        if self._way == "bug":
            raise RuntimeError(f"no luck with {KEY}")
        if self._way == "text":
            return [Artifact(**about, text=f"the key is {KEY}")]
        file = call.scratch / "text"
        file.write_text(f"the key is {KEY}")
        return [Artifact(**about, path=file)]


@pytest.mark.parametrize("way", ["text", "file", "error", "bug"])
async def test_a_key_in_an_expert_s_output_is_removed(way: str, scripted: Any, home: Path) -> None:
    """A key in a text, a file, a note or an error of an expert is neither shown nor stored."""
    shown: list[str] = []
    async with scripted(controller=ScriptedController([STEPS[0]]), backends=[Careless(way)]) as world:
        try:
            shown = await shown_by(Session(world), "Say hello")
        except RuntimeError as error:
            shown = traceback.format_exception(error)
            assert way == "bug"
    assert "the key is [removed" in "".join(shown) or way in ("error", "bug", "file")
    assert not leaks(KEY, home, *shown)


async def test_a_key_in_a_text_is_removed_before_it_is_passed_on(home: Path) -> None:
    """A text that is stored comes back as a resource without the key, for events and prompts as well as for files."""
    stored = await FileStore(home, redact=Redactor([KEY])).put_text(f"the key is {KEY}")
    assert stored.text is not None
    assert KEY not in stored.text
    assert not leaks(KEY, home)


async def test_a_key_in_a_catalogue_is_removed(scripted: Any, home: Path) -> None:
    """A key in a model's description, or in the reason why it can't run, is neither shown nor stored."""
    from hugginggpt.tools.scripted import scripted_expert

    experts = [scripted_expert("text-generation", who, description=f"bought with {KEY}") for who in ("a/a", "b/b")]
    catalog = ScriptedCatalog(experts, obstacles={"b/b": f"needs more than {KEY}"})
    async with scripted(controller=ScriptedController(STEPS), catalog=catalog) as world:
        shown = await shown_by(Session(world), "Say hello")
    assert not leaks(KEY, home, *shown)


async def test_a_key_that_you_type_or_attach_is_removed(scripted: Any, home: Path, tmp_path: Path) -> None:
    """A key that you type in a request, message, choice or plan, or that a text file of yours holds, is not stored."""
    notes, outer = tmp_path / "notes.txt", tmp_path / "outside"
    outer.mkdir()
    notes.write_text(f"my key is {KEY}, and http://alice:{PASSWORD}@127.0.0.1:9/x too")
    plan = [_alone(STEPS[1]) | {"goal": f"with {KEY}"}]
    async with scripted(controller=ScriptedController([_alone(STEPS[1])])) as world:
        shown = await shown_by(
            Session(world), f"Sum up what {KEY} and postgres://alice:{PASSWORD}@127.0.0.1:9/db are", files=[str(notes)],
            options=Options(approve="always", models={"translation": KEY}),
        )  # fmt: skip
        waiting = await Session(world).history.run()
        verdict = {"approve": True, "plan": plan}
        shown += [event.model_dump_json() async for event in Session(world).resume(waiting, verdict)]
        heard_once = {"messages": [("user", f"Say {KEY}")]}
        config: Any = {"configurable": {"thread_id": "u", "my_own": KEY}, "metadata": {"mine": f"Bearer {KEY}"}}
        done = await world.graph.ainvoke(heard_once, config)
        turns = [str(message.content) for message in done["messages"]]
        kept = [str(snapshot.values) async for snapshot in world.graph.aget_state_history(config)]
    assert '"status":"succeeded"' in shown[-1]
    assert len(turns) == 2, "the message that held the key was replaced, and not doubled"
    for secret in (KEY, PASSWORD):
        assert not leaks(secret, home, *shown, *turns, *kept)


async def test_a_key_in_a_row_is_removed(home: Path) -> None:
    """A key in a row of the database is removed, whatever writes the row."""
    async with open_storage(home, Redactor([KEY])) as storage:
        given = Resource(kind="text", media_type="text/plain", sha256="0" * 64, size=1, name=KEY)
        await storage.ledger.given("run", "thread", [given])

    assert not leaks(KEY, home)


@pytest.mark.parametrize("key", ["none", "password", "local", "no-key-needed"])
async def test_a_key_that_is_a_common_word_changes_no_ordinary_text(key: str, home: Path) -> None:
    """A key that is an ordinary word ("none", for instance) changes no text, but is removed after `Bearer`."""
    settings = Settings(home=home, retries=0, openai_api_key=key)  # type: ignore[arg-type]
    text = f"there is {key} here; Authorization: Bearer {key}"
    async with open_world(settings, controller=ScriptedController([STEPS[0]]), catalog=ScriptedCatalog(),
                          backends=[ScriptedBackend(texts={0: text})]) as world:  # fmt: skip
        shown = "".join(await shown_by(Session(world), f"Say {key}"))
    assert f"there is {key} here" in shown
    assert f"Bearer {key}" not in shown


@pytest.mark.parametrize("key", ["20240101", "-1234567.5", "123456789012x"])
def test_a_password_of_digits_changes_no_number(key: str) -> None:
    """A password that is a number (20240101, for instance) changes no row and no JSON, but is removed after `Bearer`."""
    from hugginggpt.apps.cli.printable import json_text
    from hugginggpt.graph.resource import Resource

    redact, number = Redactor([key]), float(key.rstrip("x"))
    noun = Resource(kind="image", media_type="image/png", sha256="a" * 64, size=abs(int(number)))
    assert redact.record(noun) == noun
    assert redact.text(noun.model_dump_json()) == noun.model_dump_json()
    assert json.loads(redact.text(json_text({"n": int(number), "f": number}))) == {"n": int(number), "f": number}
    assert key not in redact.text(f"Authorization: Bearer {key}")


@pytest.mark.parametrize("place", ["{tmp}/.cache/token", "~/.cache/token", "./token", "../token", r"C:\Users\me\token"])
def test_a_variable_that_holds_a_path_changes_no_paths(place: str, tmp_path: Path) -> None:
    """A variable that is named like a key and holds the path of a file changes no other paths."""
    place = place.format(tmp=tmp_path)
    env = {"X_TOKEN": place, "HF_HOME": str(tmp_path), "A_SECRET_KEY": "/b4se/64withasl4sh+in+front"}
    assert list(secrets_of(env)) == [env["A_SECRET_KEY"]]


def test_a_key_that_looks_like_a_path_or_sentence_is_removed_where_complete() -> None:
    """A key that looks like a path or a sentence is removed where it is complete, and not where only its beginning is."""
    redact = Redactor(["/srv/data/alice/keys/1", "correct horse battery staple", "https://example.org/a"])
    for text in ("/srv/data/alice/photo.png", "a correct horse", "https://example.org/b"):
        assert redact.text(text) == text
    assert "staple" not in redact.text("it is correct horse battery staple")


def test_numbers_beside_a_key_are_not_changed() -> None:
    """Secrets are removed from the texts of an event or a row only, and not from its numbers."""
    from hugginggpt.graph.resource import Resource

    key = '6,"text":"abc'
    noun = Resource(kind="text", media_type="text/plain", sha256="a" * 64, size=6, text="abcdefgh")
    assert Redactor([key]).record(noun) == noun


LOGGED = """
import logging, os, warnings
logging.getLogger("httpx").warning("sent Bearer %s", os.environ["HUGGINGGPT_LLM_API_KEY"])
warnings.warn("sent " + os.environ["HUGGINGGPT_LLM_API_KEY"])
"""


def test_no_command_prints_or_keeps_a_key(shell: Shell, home: Path, tmp_path: Path) -> None:
    """No command prints or stores a key or a URL's password, with `--debug` and `--json` too, whatever a server repeats."""

    def answer(received: Received) -> Reply:
        return REPEATED["401-json" if "openai" in received.path or "v1" in received.path else "500-text"](received)

    with serve(answer) as server:
        spec = f"openai:m@{server.url.replace('//', f'//alice:{PASSWORD}@')}/v1"
        add_endpoint(
            home.with_name("config"),
            Endpoint(name="mine", url=server.url, task_type="summarization", key_env="MY_SERVERS_WORD"),
        )
        words = [
            ["run", "Say hello", "--llm", spec, "--record", str(tmp_path / "a.jsonl")],
            ["run", "Say hello", "--llm", spec, "--json"],
            ["--debug", "run", "Say hello", "--llm", spec],
            ["run", 'Summarise "some words that are long enough"', "--where", "endpoint", "--out", str(tmp_path / "out")],
            ["retry", "--json"], ["resume"], ["runs", "--json"], ["runs"], ["show"], ["show", "--json"],
            ["history", "--json"], ["resources", "--json"], ["plan", f"Say {KEY}", "--llm", spec], 
            ["plan", f"say '{KEY}' aloud", "--json"],
            ["doctor", "--llm", spec], ["doctor", "--llm", spec, "--json"], ["models"], ["models", "--json"],
            ["models", "--add", f"http://alice:{PASSWORD}@127.0.0.1:9", "--task", "summarization"],
            ["models", "--add", server.url, "--task", "translation", "--key-env", "MY_SERVERS_WORD"],
            ["models", "--remove", KEY], ["tasks", KEY], ["models", "summarization"], ["show", KEY], ["run", KEY, "-f", KEY],
            ["run", "x", "--llm", KEY], ["run", "x", "--approve", KEY], ["run", "x", "--timeout", KEY],
            [f"--no-such={KEY}"], [KEY], ["resume", "--edit", f"/nowhere/{KEY}"], ["run", "--replay", f"/nowhere/{KEY}"],
        ]  # fmt: skip
        env = {"HUGGINGGPT_LLM_API_KEY": KEY + "\n", "MY_SERVERS_WORD": KEY, "HUGGINGGPT_RETRIES": "0", "COLUMNS": "60"}
        done = shell.each(words, LOGGED, ANTHROPIC_API_KEY=f"sk-ant-{PASSWORD}", **env)
        assert len(server.requests) > 5
    assert done.code == 0, done.err[-2000:]
    assert "Traceback" in done.err
    assert done.err.count(MARK) == len(words)
    folded = "".join(done.out.split()) + "".join(done.err.split())
    (home.with_name("config") / "endpoints.json").unlink()  # what the user added is kept as it was typed
    for secret in (KEY, PASSWORD):
        assert not leaks(secret, tmp_path, done.out, done.err, folded)


def test_an_error_in_the_settings_does_not_repeat_a_key() -> None:
    """An error in the settings names the variable, but not the key in its value."""
    with pytest.raises(HuggingGPTError) as raised:
        Settings.from_env({"HUGGINGGPT_HOME": "/x", "HUGGINGGPT_TIMEOUT": KEY, "SOME_API_KEY": KEY})
    assert "HUGGINGGPT_TIMEOUT" in str(raised.value)
    assert not leaks(KEY, Path(__file__).parent / "none", str(raised.value))


async def test_workers_have_no_key_in_their_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker and child processes have no key in their environment, as the system shows it."""
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "HF_TOKEN", "HUGGINGGPT_LLM_API_KEY", "AWS_SECRET_ACCESS_KEY",
                 "MY_SERVERS_WORD", "HTTPS_PROXY"):  # fmt: skip
        monkeypatch.setenv(name, f"http://alice:{KEY}@127.0.0.1:9" if name == "HTTPS_PROXY" else KEY)
    plan = [{"task": "language-identification", "id": 0, "dep": [-1], "args": {"text": "Bonjour tout le monde"}}]
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    async with open_world(Settings.from_env(home=home, where="embedded"), controller=ScriptedController(plan)) as world:
        shown = await shown_by(Session(world), "Which language is it?")
        children = [c for c in psutil.Process().children(recursive=True) if c.pid not in before]
        known = [*(str(child.environ()) for child in children), *(str(child.cmdline()) for child in children)]
    assert '"status":"succeeded"' in shown[-1], shown[-1]
    assert len(children) >= 1, "there is a worker"
    assert not leaks(KEY, home, *shown, *known)


def test_a_started_program_does_not_inherit_the_environment() -> None:
    """Every program that this one starts gets an explicit environment."""
    import hugginggpt

    package = Path(hugginggpt.__file__).parent
    files = [
        file for part in ("graph", "nodes", "tools", "checkpoints", "apps") for file in (package / part).rglob("*.py")
    ]
    calls = [(file.name, node) for file in files for node in ast.walk(ast.parse(file.read_text())) if _starts(node)]
    assert calls
    assert [name for name, node in calls if "env" not in {keyword.arg for keyword in node.keywords}] == []


def _starts(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in {"subprocess.run", "subprocess.Popen"}

"""`doctor --live`: one small real call to each chat model, provider and endpoint set up; what came back, and when."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from ..graph.call import Artifact, Call, Material
from ..graph.errors import ExpertError, HuggingGPTError
from ..graph.expert import Expert
from ..graph.ports import Backend, NoCallbacks
from ..graph.resource import Kind, Resource
from ..graph.result import LlmCall, Usage
from ..graph.settings import Settings
from ..graph.task import Task
from ..graph.task_type import Input
from ..graph.vocabulary import VOCABULARY
from ..graph.world import World
from ..tools.backends.chat import ChatBackend
from ..tools.backends.endpoint import EndpointBackend
from ..tools.backends.endpoint.known import read_endpoints
from ..tools.http_failures import failures_of
from ..tools.threads import in_abandonable_thread

SECONDS = 120.0
HUB_SECONDS = 20.0
MOST_PROVIDERS = 6
CHEAP = ("text-classification", "conversational")
"""What is asked of providers: a fraction of a cent."""

_OF_ONE = ("image-to-video",)
"""Task types that may take several, of which most models take one."""
_WORDS = {
    "question": "What colour is the square?",
    "context": "The square is red and the circle is blue.",
    "fill-mask": "Paris is the [MASK] of France.",
    "prompt": "a red square",
}
_JSON: dict[Kind, str] = {
    "boxes": '[{"label": "square", "score": 1.0, "box": {"xmin": 8, "ymin": 8, "xmax": 56, "ymax": 56}}]',
    "labels": '[{"label": "square", "score": 1.0}]',
    "table": '[{"shape": "square", "colour": "red"}, {"shape": "circle", "colour": "blue"}]',
}


_SERIES = json.dumps([{"day": day, "sold": (day % 7) * 1.5} for day in range(1, 43)])
"""A table that can be continued: six weeks."""


class Trial(NamedTuple):
    """One call and what came of it."""

    what: str
    ok: bool
    said: str


class Count(NoCallbacks):
    """What the calls to chat models cost: they belong to no run that could tell."""

    def __init__(self) -> None:
        self.spent = Usage()

    async def on_call_end(self, number: int, call: LlmCall) -> None:
        """Add it."""
        self.spent += call.usage


async def trials(world: World) -> AsyncIterator[Trial]:
    """Everything that is set up, one after the other."""
    settings, count = world.settings, Count()
    if settings.hf_token:
        yield await _token(settings)
        for expert in await _of_each_provider(world):
            yield await _tried(world, world.backends["hf"], expert, expert.provider, count)
    if settings.vlm:
        chat = ChatBackend(settings, lambda _run_id: count)
        yield await _first(world, chat, "image-to-text", settings.vlm, count)
    for endpoint in read_endpoints(settings.home):
        servers = EndpointBackend(settings, lambda _run_id: count)
        expert = next(e for e in servers.experts(endpoint.task_type) if e.model_id == endpoint.name)
        yield await _tried(world, servers, expert, f"endpoint {endpoint.name}", count)


async def _of_each_provider(world: World) -> list[Expert]:
    """The first model of each provider, of cheap task types."""
    backend = world.backends["hf"]
    found: dict[str, Expert] = {}
    for task_type in CHEAP:
        for expert in backend.experts(task_type):
            if backend.obstacle(expert, None) is None:
                found.setdefault(expert.provider, expert)
    return list(found.values())[:MOST_PROVIDERS]


async def _token(settings: Settings) -> Trial:
    """Whose token it is, as the Hub tells. Its client has no timeout of its own for this."""
    from huggingface_hub import HfApi

    def ask() -> str:
        with failures_of("the Hub", HUB_SECONDS):
            told = HfApi(token=settings.hf_token.get_secret_value() if settings.hf_token else None).whoami()
        return str(told.get("name", "?"))

    began = time.perf_counter()
    try:
        async with asyncio.timeout(HUB_SECONDS):
            name = await in_abandonable_thread(ask)
    except (ExpertError, TimeoutError) as error:
        return Trial("Hugging Face token", False, str(error) or f"the Hub took longer than {HUB_SECONDS:g} s")
    return Trial("Hugging Face token", True, f"belongs to {name} ({time.perf_counter() - began:.1f} s)")


async def _first(world: World, backend: Backend, task_type: str, what: str, count: Count) -> Trial:
    able = [expert for expert in backend.experts(task_type) if backend.obstacle(expert, None) is None]
    if not able:
        return Trial(f"{what}, {task_type}", False, "nothing there can do it")
    return await _tried(world, backend, able[0], what, count)


async def _tried(world: World, backend: Backend, expert: Expert, what: str, count: Count) -> Trial:
    """Call it; whatever goes wrong is told, and the next one is tried."""
    label = f"{what}, {expert.task_type} by {expert.model_id}"
    began, count.spent = time.perf_counter(), Usage()
    try:
        async with tried(world, backend, expert) as made:
            shown = _shown(made)
    except HuggingGPTError as error:
        return Trial(label, False, str(error).replace("\n", " "))
    except Exception as error:  # an error of ours in one trial must not hide the others
        return Trial(label, False, f"{type(error).__name__}: {error}")
    by = f" by {expert.provider}" if expert.provider else ""
    return Trial(label, True, f"{shown} in {time.perf_counter() - began:.1f} s{by}; {_cost(count.spent)}")


def _cost(spent: Usage) -> str:
    """Tokens, and dollars where HUGGINGGPT_LLM_PRICE tells the price."""
    if not spent.tokens:
        return "cost not told"
    tokens = f"{spent.input_tokens} + {spent.output_tokens} tokens"
    return f"{tokens}, ${spent.cost:.6f}" if spent.cost is not None else f"{tokens}; cost not told"


@asynccontextmanager
async def tried(
    world: World, backend: Backend, expert: Expert, *, seconds: float = SECONDS
) -> AsyncIterator[Sequence[Artifact]]:
    """What a call with small made-up inputs gives; its files are there while the body runs. Raises `ExpertError`."""
    async with world.store.scratch() as scratch:
        inputs: dict[str, tuple[Material, ...]] = {}
        for port in VOCABULARY[expert.task_type].inputs:
            if port.required or port.name == "context":
                one = await _sample(world, port, expert.task_type)
                inputs[port.name] = (one, one) if port.many and expert.task_type not in _OF_ONE else (one,)
        parameters = {"candidate_labels": ("square", "circle")} if "zero-shot" in expert.task_type else {}
        task = Task.model_validate({"id": 0, "type": expert.task_type, "parameters": parameters})
        call = Call(
            run_id="doctor", key="0", task=task, expert=expert, inputs=inputs, scratch=scratch, timeout=seconds
        )  # fmt: skip
        yield await backend.run(call)


async def _sample(world: World, port: Input, task_type: str) -> Material:
    kind = port.kinds[0]
    if words := _words(kind, port, task_type):
        resource = await world.store.put_text(words)
        resource = resource.model_copy(update={"kind": kind})
    else:
        data, media_type, shown = _made(kind)
        sha256, size = await world.store.put_bytes(data, media_type)
        resource = Resource(kind=shown, media_type=media_type, sha256=sha256, size=size, name=f"sample of {kind}")
    return Material(resource=resource, path=world.store.path(resource))


def _words(kind: Kind, port: Input, task_type: str) -> str:
    """What stands for a text, or for what is kept as one; empty for other kinds."""
    if kind in _JSON:
        return _SERIES if task_type == "time-series-forecasting" else _JSON[kind]
    if kind != "text":
        return ""
    return _WORDS.get(task_type) or _WORDS.get(port.name, "The square is red, which I like.")


def _made(kind: Kind) -> tuple[bytes, str, Kind]:
    """Bytes, media type and kind of something small that stands for `kind`."""
    if kind in ("image", "mask", "document"):
        return _picture(), "image/png", "image"
    return (_film(), "video/mp4", "video") if kind == "video" else (_tone(), "audio/wav", "audio")


def _film() -> bytes:
    """A second of video that grows lighter."""
    import tempfile
    from fractions import Fraction
    from pathlib import Path

    import numpy as np

    from ..tools.media.film import write_film

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        frames = (np.full((64, 64, 3), 30 * number, np.uint8) for number in range(8))
        write_film(path, frames, Fraction(8), (64, 64), None)
        return path.read_bytes()


def _picture() -> bytes:
    """A red square."""
    import io

    from PIL import Image

    picture = Image.new("RGB", (64, 64), "white")
    picture.paste((220, 30, 30), (8, 8, 56, 56))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _tone() -> bytes:
    """A second of a low tone."""
    import io
    import math
    import struct
    import wave

    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        tone = (struct.pack("<h", round(8000 * math.sin(n * 220 * 2 * math.pi / 16_000))) for n in range(16_000))
        file.writeframes(b"".join(tone))
    return buffer.getvalue()


def _shown(made: Sequence[Artifact]) -> str:
    """What came back, in a few words."""
    texts = [artifact.text for artifact in made if artifact.text]
    if texts:
        return repr(texts[0][:60])
    return ", ".join(f"{a.kind} of {a.path.stat().st_size:,} bytes" for a in made if a.path)

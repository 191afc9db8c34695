"""`doctor --live`: one small real call to each chat model, provider and endpoint set up; what came back, and when."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from ...graph.call import Artifact, Call, Material
from ...graph.errors import ExpertError, HuggingGPTError
from ...graph.expert import Expert
from ...graph.ports import Backend, NoCallbacks
from ...graph.result import LlmCall, Usage
from ...graph.settings import Settings
from ...graph.task import Task
from ...graph.vocabulary import VOCABULARY
from ...graph.world import World
from ...tools.backends.chat import ChatBackend
from ...tools.backends.endpoint import EndpointBackend
from ...tools.backends.endpoint.endpoints_file import read_endpoints
from ...tools.net.daemon_threads import call_in_daemon_thread
from ...tools.net.http_errors import expert_errors
from ...tools.net.hub_session import hub_limits
from .samples import sample

SECONDS = 120.0
HUB_SECONDS = 20.0
MOST_PROVIDERS = 6
CHEAP = ("text-classification", "conversational")
"""What is asked of providers: a fraction of a cent."""

_OF_ONE = ("image-to-video",)
"""Task types that may take several, of which most models take one."""


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
    for endpoint in read_endpoints(settings.config):
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
        with expert_errors("the Hub", HUB_SECONDS), hub_limits(HUB_SECONDS):
            told = HfApi(token=settings.hf_token.get_secret_value() if settings.hf_token else None).whoami()
        return str(told.get("name", "?"))

    began = time.perf_counter()
    try:
        async with asyncio.timeout(HUB_SECONDS):
            name = await call_in_daemon_thread(ask)
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
                one = await sample(world, port, expert.task_type)
                inputs[port.name] = (one, one) if port.many and expert.task_type not in _OF_ONE else (one,)
        parameters = {"candidate_labels": ("square", "circle")} if "zero-shot" in expert.task_type else {}
        task = Task.model_validate({"id": 0, "type": expert.task_type, "parameters": parameters})
        call = Call(
            run_id="doctor", key="0", task=task, expert=expert, inputs=inputs, scratch=scratch, timeout=seconds
        )  # fmt: skip
        yield await backend.run(call)


def _shown(made: Sequence[Artifact]) -> str:
    """What came back, in a few words."""
    texts = [artifact.text for artifact in made if artifact.text]
    if texts:
        return repr(texts[0][:60])
    return ", ".join(f"{a.kind} of {a.path.stat().st_size:,} bytes" for a in made if a.path)

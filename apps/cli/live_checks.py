"""`live_checks`, for `doctor --live`: one small real call to each chat model, provider and endpoint that is set up."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from ...graph.call import Artifact, Call, Material
from ...graph.errors import ExpertError, HuggingGPTError
from ...graph.expert import Expert
from ...graph.ports import Backend, NoCallbacks
from ...graph.settings import Settings
from ...graph.task import Task
from ...graph.usage import LlmCall, Usage
from ...graph.vocabulary import VOCABULARY
from ...graph.world import World
from ...tools.backends.chat.backend import ChatBackend
from ...tools.backends.endpoint.backend import EndpointBackend, reads_pictures_by_chat
from ...tools.backends.endpoint.endpoints_file import Endpoint, add_endpoint, read_endpoints
from ...tools.net.daemon_threads import call_in_daemon_thread
from ...tools.net.http_errors import expert_errors
from ...tools.net.hub_session import hub_limits
from .samples import sample
from .sight_check import blindness

SECONDS = 120.0
HUB_SECONDS = 20.0
MOST_PROVIDERS = 6
CHEAP = ("text-classification", "conversational")
"""Task types that providers are called with; a call costs a fraction of a cent."""

_ONE_INPUT = ("image-to-video",)
"""Task types whose input may be several, of which most models take one."""


class LiveCheck(NamedTuple):
    """One call and its outcome."""

    what: str
    ok: bool
    outcome: str


class UsageCount(NoCallbacks):
    """Adds up the usage of calls to chat models, which belong to no run here."""

    def __init__(self) -> None:
        self.spent = Usage()

    async def on_call_end(self, number: int, call: LlmCall) -> None:
        """Add the usage of one call."""
        self.spent += call.usage


async def live_checks(world: World) -> AsyncIterator[LiveCheck]:
    """Call everything that is set up, one after the other."""
    settings, count = world.settings, UsageCount()
    if settings.hf_token:
        yield await _check_token(settings)
        for expert in await _one_of_each_provider(world):
            yield await _check_expert(world, world.backends["hf"], expert, expert.provider, count)
    if settings.vlm:
        chat = ChatBackend(settings, lambda _run_id, _key: count)
        able = [expert for expert in chat.experts("image-to-text") if chat.obstacle(expert, None) is None]
        if able:
            yield await _check_expert(world, chat, able[0], settings.vlm, count)
        else:
            yield LiveCheck(f"{settings.vlm}, image-to-text", False, "no expert there can do it")
    for endpoint in read_endpoints(settings.config):
        check = await check_endpoint(world, endpoint)
        if check.ok and endpoint.untried:
            add_endpoint(settings.config, endpoint.model_copy(update={"untried": ""}))
        yield check


async def check_endpoint(world: World, endpoint: Endpoint) -> LiveCheck:
    """One real call to a server that was added; before it, a chat model that is to read pictures is shown two."""
    count = UsageCount()
    servers = EndpointBackend(world.settings, lambda _run_id, _key: count)
    expert = next(e for e in servers.experts(endpoint.task_type) if e.model_id == endpoint.name)
    what = f"endpoint {endpoint.name}"
    if reads_pictures_by_chat(endpoint):
        try:
            async with world.store.scratch() as scratch:
                blind = await blindness(world, servers, expert, scratch, SECONDS)
        except ExpertError as error:
            blind = error.line
        if blind:
            return LiveCheck(_label(what, expert), False, blind)
    return await _check_expert(world, servers, expert, what, count)


async def _one_of_each_provider(world: World) -> list[Expert]:
    backend = world.backends["hf"]
    found: dict[str, Expert] = {}
    for task_type in CHEAP:
        for expert in backend.experts(task_type):
            if backend.obstacle(expert, None) is None:
                found.setdefault(expert.provider, expert)
    return list(found.values())[:MOST_PROVIDERS]


async def _check_token(settings: Settings) -> LiveCheck:
    """Ask the Hub whose token it is. Its client has no timeout for this call."""
    from huggingface_hub import HfApi

    def whoami() -> str:
        with expert_errors("the Hub", HUB_SECONDS), hub_limits(HUB_SECONDS):
            answer = HfApi(token=settings.hf_token.get_secret_value() if settings.hf_token else None).whoami()
        return str(answer.get("name", "?"))

    began = time.perf_counter()
    try:
        async with asyncio.timeout(HUB_SECONDS):
            name = await call_in_daemon_thread(whoami)
    except (ExpertError, TimeoutError) as error:
        return LiveCheck("Hugging Face token", False, str(error) or f"the Hub took longer than {HUB_SECONDS:g} s")
    return LiveCheck("Hugging Face token", True, f"belongs to {name} ({time.perf_counter() - began:.1f} s)")


async def _check_expert(world: World, backend: Backend, expert: Expert, what: str, count: UsageCount) -> LiveCheck:
    """Call an expert; every error is reported, so that the other checks follow."""
    label = _label(what, expert)
    began, count.spent = time.perf_counter(), Usage()
    try:
        async with call_with_samples(world, backend, expert) as artifacts:
            summary = _summary(artifacts)
    except HuggingGPTError as error:
        return LiveCheck(label, False, error.line)
    except Exception as error:  # a bug in one check must not hide the others
        return LiveCheck(label, False, f"{type(error).__name__}: {error}")
    by = f" by {expert.provider}" if expert.provider else ""
    return LiveCheck(label, True, f"{summary} in {time.perf_counter() - began:.1f} s{by}; {_cost(count.spent)}")


def _label(what: str, expert: Expert) -> str:
    return f"{what}, {expert.task_type} by {expert.model_id}"


def _cost(spent: Usage) -> str:
    if not spent.tokens:
        return "cost unknown"
    tokens = spent.shown_tokens
    return f"{tokens}, ${spent.cost:.6f}" if spent.cost is not None else f"{tokens}; cost unknown"


@asynccontextmanager
async def call_with_samples(
    world: World, backend: Backend, expert: Expert, *, seconds: float = SECONDS
) -> AsyncIterator[Sequence[Artifact]]:
    """Call an expert with small samples; yields artifacts whose files exist while the body runs. Raises `ExpertError`."""
    async with world.store.scratch() as scratch:
        inputs: dict[str, tuple[Material, ...]] = {}
        for port in VOCABULARY[expert.task_type].inputs:
            if port.required or port.name == "context":
                one = await sample(world, port, expert.task_type)
                inputs[port.name] = (one, one) if port.many and expert.task_type not in _ONE_INPUT else (one,)
        parameters = {"candidate_labels": ("square", "circle")} if "zero-shot" in expert.task_type else {}
        task = Task.model_validate({"id": 0, "type": expert.task_type, "parameters": parameters})
        call = Call(
            run_id="doctor", key="0", task=task, expert=expert, inputs=inputs, scratch=scratch, timeout=seconds
        )  # fmt: skip
        yield await backend.run(call)


def _summary(artifacts: Sequence[Artifact]) -> str:
    texts = [artifact.text for artifact in artifacts if artifact.text]
    if texts:
        return repr(texts[0][:60])
    return ", ".join(f"{a.kind} of {a.path.stat().st_size:,} bytes" for a in artifacts if a.path)

"""EndpointBackend: the servers that the user added with `hugginggpt models --add URL --task T`."""

import asyncio
from collections.abc import Callable, Sequence
from types import ModuleType

from ....graph.call import Artifact, Call
from ....graph.errors import ExpertError
from ....graph.expert import Expert
from ....graph.notices import notice
from ....graph.settings import Settings
from ....graph.task import Task
from ...addresses import without_secrets
from ...http_failures import failures_of, too_slow
from ...net.answers import most_of
from ...threads import in_abandonable_thread
from ..accepts import check, given_in, unheeded
from ..chat.asks import ASKS
from ..chat.backend import CALLBACKS, ChatBackend
from ..worker.decoder import Decoder, use_decoder
from ..worker.pool import Workers
from . import openai_server, task_server, tei_server
from .known import Endpoint, known_endpoints, read_endpoints
from .old_list import left_in
from .pulse import Pulse

_SERVERS: dict[str, ModuleType] = {"tasks": task_server, "tei": tei_server, "openai": openai_server}
_SPEAKS = {
    "tasks": "the task API",
    "tei": "Text Embeddings Inference",
    "openai": "OpenAI's API",
}


class EndpointBackend:
    """The `Backend` port over the list that the user made. No Hugging Face token and no OpenAI key goes there."""

    name = "endpoint"

    def __init__(self, settings: Settings, callbacks: CALLBACKS | None = None, decoder: Decoder | None = None) -> None:
        self._settings = settings
        self._decoder = decoder or Decoder(Workers(settings))
        self._callbacks = callbacks
        self._pulse = Pulse()
        _report(settings)

    def experts(self, task_type: str) -> Sequence[Expert]:
        """The user's servers for a task type. Whether they answer is looked at meanwhile, for `obstacle`."""
        offered = [e for e in read_endpoints(self._settings.config) if e.task_type == task_type]
        self._pulse.look(offered)
        return [self._expert(endpoint) for endpoint in offered]

    def named(self, task_type: str, model_id: str) -> Expert | None:
        """None: `experts` has all that were added."""
        return None

    def obstacle(self, expert: Expert, task: Task | None) -> str | None:
        """A key that is not set, a task type that the server's API has no way for, or nobody who answers there."""
        endpoint = self._endpoint(expert)
        if endpoint.missing_key:
            return endpoint.missing_key
        if not can_ask(endpoint):
            return _no_way(endpoint)
        refusal = None if task is None else _refusal(endpoint, task)
        return refusal or self._pulse.trouble(endpoint)

    async def run(self, call: Call) -> Sequence[Artifact]:
        """Ask the server; what it gives is checked before it is taken."""
        endpoint = await asyncio.to_thread(self._endpoint, call.expert)
        if not can_ask(endpoint):
            raise ExpertError(_no_way(endpoint), kind="wrong_task")
        if not _SERVERS[endpoint.api].speaks(call.task.type):
            return await self._chat(endpoint, call)
        check(call, _SERVERS[endpoint.api].heeds(call.task.type))
        try:
            async with asyncio.timeout(call.timeout):
                most = most_of(call, self._settings)
                with use_decoder(self._decoder):
                    return await in_abandonable_thread(_ask, _SERVERS[endpoint.api].ask, endpoint, call, most)
        except TimeoutError:
            raise too_slow(call.expert.model_id, call.timeout) from None

    async def aclose(self) -> None:
        """No connection is kept open between calls; the decoder's processes are shared."""
        await asyncio.to_thread(self._decoder.close)

    async def _chat(self, endpoint: Endpoint, call: Call) -> Sequence[Artifact]:
        """A task for a chat model, at that server and with its key."""
        spec = f"openai:{endpoint.model or 'default'}@{endpoint.url}"
        there = self._settings.model_copy(update={"llm": spec, "llm_api_key": endpoint.key, "retries": 0})
        chat = ChatBackend(there, self._callbacks, self._decoder)
        return await chat.run(call.model_copy(update={"expert": call.expert.model_copy(update={"model_id": spec})}))

    def _endpoint(self, expert: Expert) -> Endpoint:
        known = read_endpoints(self._settings.config)
        found = next((e for e in known if (e.name, e.task_type) == (expert.model_id, expert.task_type)), None)
        if found is None:
            raise ExpertError(
                f"there is no endpoint {expert.model_id} for {expert.task_type} any more", kind="unknown_model"
            )
        return found

    def _expert(self, endpoint: Endpoint) -> Expert:
        return Expert(
            model_id=endpoint.name,
            task_type=endpoint.task_type,
            backend=self.name,
            provider=endpoint.name,
            description=f"{endpoint.model or 'A model'} on a server of your own ({without_secrets(endpoint.url)}).",
            needs=(f"endpoint:{endpoint.name}",),
        )


def _report(settings: Settings) -> None:
    """Servers that the user may count on, and that are not used."""
    if trouble := known_endpoints(settings.config).trouble:
        notice(trouble)
    left = left_in(settings.home)
    if left.endpoints or left.trouble:
        what = f"the {len(left.endpoints)} servers that it lists" if left.endpoints else "what it lists"
        notice(
            f"{settings.home / 'endpoints.json'} is not used any more: a home holds data only. "
            f"To look at {what}, and take them over or not: hugginggpt models --take-over"
        )


def can_ask(endpoint: Endpoint) -> bool:
    """Whether its API has a way for its task type."""
    spoken: bool = _SERVERS[endpoint.api].speaks(endpoint.task_type)
    return spoken or (endpoint.api == "openai" and endpoint.task_type in ASKS)


def _no_way(endpoint: Endpoint) -> str:
    return f"{_SPEAKS[endpoint.api]} has no way to do {endpoint.task_type}"


def _refusal(endpoint: Endpoint, task: Task) -> str | None:
    """Why a task is not for a server: it has no place for something that the task says."""
    server = _SERVERS[endpoint.api]
    if not server.speaks(task.type):  # a chat model is told and shown all
        return None
    reason: str | None = unheeded(task.type, given_in(task), server.heeds(task.type)) or server.refusal(endpoint, task)
    return reason


def _ask(
    ask: Callable[[Endpoint, Call, int], Sequence[Artifact]], endpoint: Endpoint, call: Call, most: int
) -> Sequence[Artifact]:
    call.check()
    with failures_of(call.expert.model_id, call.timeout, key=endpoint.key_env or "its key"):
        return ask(endpoint, call, most)

"""`EndpointBackend`: calls the servers that the user added with `hugginggpt models --add URL --task T`."""

import asyncio
from collections.abc import Sequence
from functools import partial
from types import ModuleType

from ....graph.advice import command
from ....graph.call import Artifact, Call
from ....graph.errors import ExpertError
from ....graph.expert import Expert, Obstacle
from ....graph.notices import notice
from ....graph.price import call_price, of_named_models
from ....graph.settings import Settings
from ....graph.task import Task
from ...net.addresses import without_secrets
from ...net.http_errors import expert_errors
from ...net.response_limits import response_limit
from ..accepts import check
from ..chat.backend import CALLBACKS, ChatBackend
from ..chat.task_prompts import TASK_PROMPTS, needs_vision
from ..connection_checks import ConnectionChecks
from ..server_backend import ServerBackend
from ..worker.decoder import Decoder
from . import openai_server, task_server, tei_server
from .endpoints_file import Endpoint, known_endpoints, read_endpoints

_SERVERS: dict[str, ModuleType] = {"tasks": task_server, "tei": tei_server, "openai": openai_server}
_API_NAMES = {"tasks": "the task API", "tei": "Text Embeddings Inference", "openai": "OpenAI's API"}


class EndpointBackend(ServerBackend):
    """The `Backend` port over the list that the user made. No Hugging Face token and no OpenAI key goes there."""

    name = "endpoint"

    def __init__(self, settings: Settings, callbacks: CALLBACKS | None = None, decoder: Decoder | None = None) -> None:
        super().__init__(settings, decoder)
        self._callbacks = callbacks
        self._connections = ConnectionChecks()
        _warn_of_unused_lists(settings)

    def experts(self, task_type: str) -> Sequence[Expert]:
        """The user's servers for a task type. Starts a connection check of each, whose result `obstacle` reads."""
        offered = [e for e in read_endpoints(self._settings.config) if e.task_type == task_type]
        self._connections.start(endpoint.url for endpoint in offered)
        return [self._expert(endpoint) for endpoint in offered]

    def named(self, task_type: str, model_id: str) -> Expert | None:
        """None: `experts` lists every server that was added."""
        return None

    def obstacle(self, expert: Expert, task: Task | None) -> Obstacle | None:
        """A key that is not set, a task that the server's API can't do, or a server that accepts no connection."""
        endpoint = self._endpoint(expert)
        if endpoint.missing_key:
            return endpoint.missing_key
        if not can_call(endpoint):
            return Obstacle(what=_unsupported(endpoint))
        if task is not None and (refusal := _refusal(endpoint, task)) is not None:
            return Obstacle(what=refusal)
        return self._connections.obstacle(endpoint.url, f"start it, or remove it: {command('models --remove')}")

    async def run(self, call: Call) -> Sequence[Artifact]:
        """Call the server, and check its response."""
        endpoint = await asyncio.to_thread(self._endpoint, call.expert)
        if not can_call(endpoint):
            raise ExpertError(_unsupported(endpoint), kind="wrong_task")
        server = _SERVERS[endpoint.api]
        if not server.supports(call.task.type):
            return await self._chat(endpoint, call)
        check(call, partial(_refusal, endpoint))
        most = response_limit(call, self._settings)
        return await self.call_in_time(call, _call_server, server, endpoint, call, most)

    async def _chat(self, endpoint: Endpoint, call: Call) -> Sequence[Artifact]:
        spec = f"openai:{endpoint.model or 'default'}@{endpoint.url}"
        prices = of_named_models(self._settings.llm_price)
        if call_price(self._settings, call.expert) is not None:  # its tokens cost nothing beside
            prices = f"{prices},{spec.partition('@')[0]}=0/0".lstrip(",")
        given = {"llm_price": prices, "llm_api_key": endpoint.key, "retries": 0}
        settings = self._settings.model_copy(update={"llm": spec, **given})
        chat = ChatBackend(settings, self._callbacks, self._decoder)
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
            description=f"{endpoint.model or 'A model'} on a server of your own ({without_secrets(endpoint.url)})."
            + ("" if endpoint.price is None else f" ${endpoint.price:g} a call.")
            + (" It has not done this task yet." if endpoint.untried else ""),
            price=endpoint.price,
            needs=(f"endpoint:{endpoint.name}",),
        )


def _warn_of_unused_lists(settings: Settings) -> None:
    if trouble := known_endpoints(settings.config).trouble:
        notice(trouble)
    left = known_endpoints(settings.home)
    if left.endpoints or left.trouble:
        what = f"the {len(left.endpoints)} servers that it lists" if left.endpoints else "what it lists"
        notice(
            f"{settings.home / 'endpoints.json'} is not used any more: a home holds data only. "
            f"To see {what}, and add them or not: {command('models --take-over')}"
        )


def can_call(endpoint: Endpoint) -> bool:
    """Whether its API can do its task type."""
    supported: bool = _SERVERS[endpoint.api].supports(endpoint.task_type)
    return supported or (endpoint.api == "openai" and endpoint.task_type in TASK_PROMPTS)


def reads_pictures_by_chat(endpoint: Endpoint) -> bool:
    """Whether its task is done by a chat model that must see, which not every chat server does."""
    by_chat = endpoint.api == "openai" and not openai_server.supports(endpoint.task_type)
    return by_chat and endpoint.task_type in TASK_PROMPTS and needs_vision(endpoint.task_type)


def _unsupported(endpoint: Endpoint) -> str:
    return f"{_API_NAMES[endpoint.api]} has no request for {endpoint.task_type}"


def _refusal(endpoint: Endpoint, task: Task) -> str | None:
    server = _SERVERS[endpoint.api]
    if not server.supports(task.type):  # a chat model gets every input and parameter in its prompt
        return None
    reason: str | None = server.refusal(endpoint, task)
    return reason


def _call_server(server: ModuleType, endpoint: Endpoint, call: Call, most: int) -> Sequence[Artifact]:
    call.check()
    with expert_errors(call.expert.model_id, call.timeout, key=endpoint.key_env or "its key"):
        answer: Sequence[Artifact] = server.call_server(endpoint, call, most)
        return answer

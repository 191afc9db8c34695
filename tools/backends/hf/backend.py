"""`HfBackend`: models that Hugging Face Inference Providers serve, called through huggingface_hub's client."""

from collections.abc import Sequence

from ....graph.call import Artifact, Call
from ....graph.errors import ExpertError
from ....graph.expert import Expert, Obstacle
from ....graph.settings import Settings
from ....graph.task import Task
from ...catalog.hub_index import HubIndex
from ...catalog.hub_model import HubModel
from ...catalog.hub_names import is_model_id
from ...catalog.specialties import mismatch
from ...net.http_errors import expert_errors
from ...net.hub_session import hub_limits
from ...net.response_limits import response_limit
from ..accepts import check
from ..server_backend import ServerBackend
from ..task_api.methods import Method, methods
from ..worker.decoder import Decoder
from .providers import OWN, ROUTED, provider_for

FOREIGN_TOKEN = Obstacle(
    what="HF_TOKEN is no Hugging Face token, and the client would send it on to the provider",
    remedy="set one that begins with hf_",
)


class HfBackend(ServerBackend):
    """The `Backend` port over the Hub's router.

    The client is the synchronous one in a thread: the asynchronous one blocks the event loop while it looks up
    providers. A job that a provider has queued goes on after a call is cancelled. The token goes to Hugging Face only.
    """

    name = "hf"

    def __init__(self, settings: Settings, hub: HubIndex, decoder: Decoder | None = None) -> None:
        super().__init__(settings, decoder)
        self._token = settings.hf_token
        self._hub = hub

    def experts(self, task_type: str) -> Sequence[Expert]:
        """Models that the catalogue lists as served; well-known ones where the Hub was never reached."""
        method = methods().get(task_type)
        if method is None:
            return ()
        offered = (self._expert(model, method) for model in self._hub.models(task_type))
        return [expert for expert in offered if expert is not None]

    def named(self, task_type: str, model_id: str) -> Expert | None:
        """A model of the Hub by its id, private ones too. Raises `ExpertError` where no provider serves it."""
        method = methods().get(task_type)
        if method is None or self._token is None or model_id.count("/") != 1 or ":" in model_id:
            return None
        model = self._hub.model(model_id, task_type)
        expert = self._expert(model, method)
        if expert is None:
            served = ", ".join(f"{s.provider} ({s.task})" for s in model.servings) or "no provider"
            raise ExpertError(
                f"no provider serves {model_id} for {task_type}; it is served by: {served}", kind="wrong_task"
            )
        return expert

    def obstacle(self, expert: Expert, task: Task | None) -> Obstacle | None:
        """A missing or unusable token, or a task that the model or its method can't do."""
        if self._token is None:
            remedy = "set HF_TOKEN (huggingface.co/settings/tokens)"
            return Obstacle(what="needs a Hugging Face token", remedy=remedy)
        if (obstacle := self._token_obstacle(expert)) is not None:
            return obstacle
        if task is None:
            return None
        method = methods().get(task.type)
        reason = (method.refusal(task, expert.model_id) if method else None) or mismatch(expert, task)
        return None if reason is None else Obstacle(what=reason)

    async def run(self, call: Call) -> Sequence[Artifact]:
        """Call the provider, and check its response."""
        method = methods().get(call.task.type)
        if method is None:
            raise ExpertError(f"{call.expert.model_id} can't do {call.task.type} here", kind="wrong_task")
        check(call, lambda task: method.refusal(task, call.expert.model_id))
        try:
            return await self.call_in_time(call, self._request, method, call)
        except ExpertError as error:
            if error.kind == "timeout":  # others may have queued the job: a retry would be a second one to pay for
                error.retryable = error.retryable and call.expert.provider == OWN
            raise

    def _request(self, method: Method, call: Call) -> Sequence[Artifact]:
        if (reason := self._token_obstacle(call.expert)) is not None:
            raise ExpertError(str(reason), kind="no_token")
        if not is_model_id(call.expert.model_id):  # the client would take a URL, and send the token there
            raise ExpertError(f"{call.expert.model_id} is no id of a model on the Hub", kind="unknown_model")
        from huggingface_hub import InferenceClient

        call.check()
        client = InferenceClient(
            model=call.expert.model_id,
            provider=call.expert.provider or ROUTED,  # type: ignore[arg-type]  # the names are the Hub's to add to
            token=self._token.get_secret_value() if self._token else None,
            timeout=call.timeout,
            bill_to=self._settings.hf_bill_to,
        )
        with (
            expert_errors(call.expert.model_id, call.timeout),
            hub_limits(call.timeout, self._settings, max_bytes=response_limit(call, self._settings)),
            client,
        ):  # unclosed, a 1.x client leaks a context a call
            return method.request(client, call)

    def _token_obstacle(self, expert: Expert) -> Obstacle | None:
        """Why the token may not be used: the client sends any that is not Hugging Face's directly to the provider."""
        token = self._token.get_secret_value() if self._token else ""
        return None if token.startswith("hf_") or expert.provider == OWN else FOREIGN_TOKEN

    def _expert(self, model: HubModel, method: Method) -> Expert | None:
        provider = provider_for(model, method, self._settings.hf_provider)
        return model.expert(self.name, provider=provider, needs=(f"hf:{provider}",)) if provider else None

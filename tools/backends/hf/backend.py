"""HfBackend: models that Hugging Face Inference Providers serve, through huggingface_hub's client."""

import asyncio
from collections.abc import Sequence

from ....graph.call import Artifact, Call
from ....graph.errors import ExpertError
from ....graph.expert import Expert
from ....graph.settings import Settings
from ....graph.task import Task
from ...catalog.hub_index import HubIndex
from ...catalog.hub_model import HubModel
from ...catalog.hub_names import is_model_id
from ...catalog.specialties import mismatch
from ...net.daemon_threads import call_in_daemon_thread
from ...net.http_errors import expert_errors, timeout_error
from ...net.hub_session import hub_limits
from ...net.response_limits import response_limit
from ..accepts import check
from ..task_api.methods import Method, methods
from ..worker.decoder import Decoder, decoding_by
from ..worker.pool import Workers
from .providers import OWN, ROUTED, provider_for

STRANGE_TOKEN = (
    "HF_TOKEN is no Hugging Face token, and the client would send it on to the provider: set one that begins with hf_"
)


class HfBackend:
    """The `Backend` port over the Hub's router.

    The client is the synchronous one in a thread: the asynchronous one blocks the event loop while it looks up
    providers. A cancelled call is left alone at once; its thread ends with the answer or at its next request after the
    timeout, and holds up nothing. A job that a provider has queued goes on there: nobody can take it back. The
    token goes to Hugging Face only: no model URL is ever called from here (see `endpoint`).
    """

    name = "hf"

    def __init__(self, settings: Settings, hub: HubIndex, decoder: Decoder | None = None) -> None:
        self._decoder = decoder or Decoder(Workers(settings))
        self._settings = settings
        self._token = settings.hf_token
        self._bill_to = settings.hf_bill_to
        self._provider = settings.hf_provider
        self._hub = hub

    def experts(self, task_type: str) -> Sequence[Expert]:
        """What the catalogue knows to be served; well-known models where the Hub was never reached."""
        method = methods().get(task_type)
        if method is None:
            return ()
        offered = (self._expert(model, method) for model in self._hub.models(task_type))
        return [expert for expert in offered if expert is not None]

    def named(self, task_type: str, model_id: str) -> Expert | None:
        """A model of the Hub by its id, one's own and private ones too; raises `ExpertError` when it can't serve."""
        method = methods().get(task_type)
        if method is None or self._token is None or model_id.count("/") != 1 or ":" in model_id:
            return None
        model = self._hub.model(model_id, task_type)
        expert = self._expert(model, method)
        if expert is None:
            served = ", ".join(f"{s.provider} ({s.task})" for s in model.servings) or "nobody"
            raise ExpertError(
                f"no provider serves {model_id} for {task_type}; it is served by: {served}", kind="wrong_task"
            )
        return expert

    def obstacle(self, expert: Expert, task: Task | None) -> str | None:
        """A token is needed; and some models are not for some goals."""
        if self._token is None:
            return "needs a Hugging Face token: set HF_TOKEN (huggingface.co/settings/tokens)"
        if (reason := self._strange(expert)) is not None:
            return reason
        if task is None:
            return None
        method = methods().get(task.type)
        return (method.refusal(task, expert.model_id) if method else None) or mismatch(expert, task)

    async def run(self, call: Call) -> Sequence[Artifact]:
        """Ask the provider; what it gives is checked before it is taken."""
        method = methods().get(call.task.type)
        if method is None:
            raise ExpertError(f"{call.expert.model_id} can't do {call.task.type} here", kind="wrong_task")
        check(call, method.heeds)
        try:
            async with asyncio.timeout(call.timeout):
                with decoding_by(self._decoder):
                    return await call_in_daemon_thread(self._ask, method, call)
        except TimeoutError:
            late = timeout_error(call.expert.model_id, call.timeout)
        except ExpertError as error:
            if error.kind != "timeout":
                raise
            late = error
        # elsewhere the job may be in a queue, and a second try would be a second job to pay for
        late.retryable = late.retryable and call.expert.provider == OWN
        raise late from None

    async def aclose(self) -> None:
        """No connection is kept open between calls; the decoder's processes are shared."""
        await asyncio.to_thread(self._decoder.close)

    def _ask(self, method: Method, call: Call) -> Sequence[Artifact]:
        if (reason := self._strange(call.expert)) is not None:
            raise ExpertError(reason, kind="no_token")
        if not is_model_id(call.expert.model_id):  # the client would take a URL, and send the token there
            raise ExpertError(f"{call.expert.model_id} is no id of a model on the Hub", kind="unknown_model")
        from huggingface_hub import InferenceClient

        call.check()
        client = InferenceClient(
            model=call.expert.model_id,
            provider=call.expert.provider or ROUTED,  # type: ignore[arg-type]  # the names are the Hub's to add to
            token=self._token.get_secret_value() if self._token else None,
            timeout=call.timeout,
            bill_to=self._bill_to,
        )
        with (
            expert_errors(call.expert.model_id, call.timeout),
            hub_limits(call.timeout, self._settings, max_bytes=response_limit(call, self._settings)),
            client,
        ):  # unclosed, a 1.x client leaks a context a call
            return method.ask(client, call)

    def _strange(self, expert: Expert) -> str | None:
        """Why the token may not be used: the client goes past the router with any that is not Hugging Face's."""
        token = self._token.get_secret_value() if self._token else ""
        return None if token.startswith("hf_") or expert.provider == OWN else STRANGE_TOKEN

    def _expert(self, model: HubModel, method: Method) -> Expert | None:
        provider = provider_for(model, method, self._provider)
        if provider is None:
            return None
        return Expert(
            model_id=model.model_id,
            task_type=method.task_type,
            backend=self.name,
            provider=provider,
            revision=model.revision,
            description=model.description,
            downloads=model.downloads,
            likes=model.likes,
            license=model.license,
            size=model.size,
            needs=(f"hf:{provider}",),
        )

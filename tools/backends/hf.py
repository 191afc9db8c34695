"""The backend of Hugging Face Inference Providers, through huggingface_hub's client. Does text-to-image so far."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...graph.call import Artifact, Call
from ...graph.errors import ExpertError
from ...graph.expert import Expert
from ...graph.settings import Settings
from ...graph.task import Task
from ..addresses import without_secrets
from ..threads import in_abandonable_thread
from .hf_failures import failures_of

_PINNED = (
    Expert(
        model_id="black-forest-labs/FLUX.1-schnell",
        task_type="text-to-image",
        backend="hf",
        provider="auto",
        description="Fast text-to-image model of 12 billion parameters, run by an inference provider.",
        license="apache-2.0",
        needs=("hf",),
    ),
    Expert(
        model_id="stabilityai/stable-diffusion-xl-base-1.0",
        task_type="text-to-image",
        backend="hf",
        provider="auto",
        description="Stable Diffusion XL, a text-to-image model, run by an inference provider.",
        license="openrail++",
        needs=("hf",),
    ),
)


class HfBackend:
    """The `Backend` port over the Hub's router, or over one model URL (`hf_text_to_image_url`) without a token.

    The client is the synchronous one in a thread: the asynchronous one blocks the event loop while it looks up
    providers. A cancelled call is left alone at once; its thread ends with the answer or the timeout, and holds up
    nothing.
    """

    name = "hf"

    def __init__(self, settings: Settings) -> None:
        self._token = settings.hf_token
        self._url = settings.hf_text_to_image_url

    def experts(self, task_type: str) -> Sequence[Expert]:
        """Well-known models that providers serve, or the one behind the user's own URL."""
        if task_type != "text-to-image":
            return ()
        if self._url is None:
            return _PINNED
        own = "Text-to-image model at a URL of your own (HUGGINGGPT_HF_TEXT_TO_IMAGE_URL)."
        return (
            Expert(
                model_id=without_secrets(self._url),
                task_type=task_type,
                backend=self.name,
                description=own,
                needs=("hf",),
            ),
        )

    def obstacle(self, expert: Expert, task: Task | None) -> str | None:
        """A token is needed, except for the user's own URL."""
        if self._url is None and self._token is None:
            return "needs a Hugging Face token: set HF_TOKEN"
        return None

    async def run(self, call: Call) -> Sequence[Artifact]:
        """Make the image, checked by decoding it, as a PNG file in the call's scratch folder."""
        if call.task.type != "text-to-image":
            raise ExpertError(f"{call.expert.model_id} can't do {call.task.type} here")
        try:
            async with asyncio.timeout(call.timeout):
                path = await in_abandonable_thread(self._text_to_image, call)
        except TimeoutError:
            raise ExpertError(
                f"{call.expert.model_id} took longer than {call.timeout:g} s",
                hint="Try again, or raise the timeout.",
                retryable=True,
            ) from None
        return (Artifact(output="image", kind="image", media_type="image/png", path=path),)

    async def aclose(self) -> None:
        """Nothing is kept open between calls."""

    def _text_to_image(self, call: Call) -> Path:
        from huggingface_hub import InferenceClient

        parameters: dict[str, Any] = dict(call.task.parameters)
        if self._url:  # the library sends the saved token to any URL, unless the header is taken out
            client = InferenceClient(model=self._url, timeout=call.timeout, headers={"authorization": None})  # type: ignore[dict-item]
        else:
            token = self._token.get_secret_value() if self._token else None
            client = InferenceClient(
                model=call.expert.model_id,
                provider="auto",
                token=token,
                timeout=call.timeout,
            )
        path, prompt = call.scratch / "image.png", call.text("prompt")
        with failures_of(call.expert.model_id, call.timeout), client:  # unclosed, a 1.x client leaks a context a call
            image = client.text_to_image(prompt, **parameters)
            image.load()
        image.save(path, "PNG")
        return path

"""Video out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....graph.call import Artifact, Call, Material
from ....graph.errors import ExpertError
from ..local.tasks.video_generation import one_silent_picture
from ..worker.decoder import picture_bytes, video_answer
from .methods import method

if TYPE_CHECKING:
    from huggingface_hub import InferenceClient


def only_picture(call: Call) -> Material:
    """The picture to set in motion; raises `ExpertError` for several, which need a slideshow."""
    name = "image" if call.has("image") else "images"
    if len(call.inputs.get(name, ())) > 1:
        raise ExpertError(f"{call.expert.model_id} sets one picture in motion, and got several", kind="wrong_task")
    return call.one(name)


@method("text-to-video")
def film(client: InferenceClient, call: Call) -> list[Artifact]:
    """A video of what the prompt says."""
    return video_answer(call, client.text_to_video(call.text("prompt")))


@method("image-to-video", heeds=("prompt",), accepts=one_silent_picture)
@method("image-text-to-video", provider_task="image-to-video")
def animate(client: InferenceClient, call: Call) -> list[Artifact]:
    """A picture set in motion."""
    image = only_picture(call)
    prompt = call.text("prompt") if call.has("prompt") else None
    return video_answer(call, client.image_to_video(picture_bytes(call, image), prompt=prompt))

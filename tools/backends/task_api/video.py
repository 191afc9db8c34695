"""Functions registered with `method` that return a video, from a prompt or an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....graph.call import Artifact, Call, Material
from ..accepts import one_image_without_sound
from ..worker.decoder import picture_bytes, video_answer
from .methods import method

if TYPE_CHECKING:
    from huggingface_hub import InferenceClient


def image_to_animate(call: Call) -> Material:
    """The one image of a call: image-to-video takes a list of images, image-text-to-video a single one."""
    return call.one("image" if call.has("image") else "images")


@method("text-to-video")
def text_to_video(client: InferenceClient, call: Call) -> list[Artifact]:
    """A video of what the prompt describes."""
    return video_answer(call, client.text_to_video(call.text("prompt")))


@method("image-to-video", uses=("prompt",), accepts=one_image_without_sound)
@method("image-text-to-video", provider_task="image-to-video")
def image_to_video(client: InferenceClient, call: Call) -> list[Artifact]:
    """The image animated, as the prompt describes if there is one."""
    image = image_to_animate(call)
    prompt = call.text("prompt") if call.has("prompt") else None
    return video_answer(call, client.image_to_video(picture_bytes(call, image), prompt=prompt))

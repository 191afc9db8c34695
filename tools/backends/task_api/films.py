"""Video out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....graph.call import Artifact, Call
from ...media.pictures import image_bytes
from ...media.playable import video_artifact
from .methods import method

if TYPE_CHECKING:
    from huggingface_hub import InferenceClient


@method("text-to-video")
def film(client: InferenceClient, call: Call) -> list[Artifact]:
    """A video of what the prompt says."""
    return [video_artifact(call, client.text_to_video(call.text("prompt")))]


@method("image-to-video")
@method("image-text-to-video", provider_task="image-to-video")
def animate(client: InferenceClient, call: Call) -> list[Artifact]:
    """A picture set in motion."""
    image = call.one("image" if call.has("image") else "images")
    prompt = call.text("prompt") if call.has("prompt") else None
    return [video_artifact(call, client.image_to_video(image_bytes(image), prompt=prompt))]

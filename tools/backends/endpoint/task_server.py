"""A server that speaks the task API: Inference Endpoints, and what others built after them."""

from collections.abc import Sequence

import httpx

from ....graph.call import Artifact, Call
from ...media.pictures import image_bytes
from ...media.playable import video_artifact
from ..task_api.methods import methods
from .known import Endpoint

_FILMS = ("text-to-video", "image-to-video", "image-text-to-video")
"""huggingface_hub's client knows how providers film, but not how an endpoint does."""


def ask(endpoint: Endpoint, call: Call) -> Sequence[Artifact]:
    """Send it in the way of the task type. No token but the endpoint's own key goes there."""
    if call.task.type in _FILMS:
        return _film(endpoint, call)
    from huggingface_hub import InferenceClient

    # the library sends the token saved for Hugging Face to any URL, unless the header is set or taken out
    authorization = f"Bearer {endpoint.key.get_secret_value()}" if endpoint.key else None
    client = InferenceClient(
        model=endpoint.url,
        timeout=call.timeout,
        headers={"authorization": authorization},  # type: ignore[dict-item]
    )
    with client:
        return methods()[call.task.type].ask(client, call)


def speaks(task_type: str) -> bool:
    """Whether the task API has a way for it."""
    return task_type in methods() or task_type in _FILMS


def _film(endpoint: Endpoint, call: Call) -> Sequence[Artifact]:
    """The bytes of a video for a prompt, or for the bytes of a picture."""
    headers = {"accept": "video/mp4"}
    if endpoint.key:
        headers["authorization"] = f"Bearer {endpoint.key.get_secret_value()}"
    with httpx.Client(timeout=call.timeout, headers=headers) as client:
        if call.task.type == "text-to-video":
            response = client.post(endpoint.url, json={"inputs": call.text("prompt"), "parameters": {}})
        else:
            response = client.post(
                endpoint.url, content=image_bytes(call.one("image" if call.has("image") else "images"))
            )
    response.raise_for_status()
    return [video_artifact(call, response.content)]

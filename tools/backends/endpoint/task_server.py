"""A server that speaks the task API: Inference Endpoints, and what others built after them."""

import base64
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ....graph.call import Artifact, Call
from ....graph.outside import read_json
from ....graph.task import Task
from ...media.table_columns import columns
from ...net.configured import client
from ...net.hub_session import within
from ..answers import garbage, row_answer
from ..task_api.films import only_picture
from ..task_api.methods import methods
from ..worker.decoder import picture_bytes, video_answer
from .known import Endpoint, headers_for

if TYPE_CHECKING:
    import httpx


def ask(endpoint: Endpoint, call: Call, most: int) -> Sequence[Artifact]:
    """Send it in the way of the task type. No token but the endpoint's own key goes there."""
    if own := _OWN.get(call.task.type):
        with client(seconds=call.timeout, most=most, headers=headers_for(endpoint)) as http:
            return own(http, endpoint, call)
    from huggingface_hub import InferenceClient

    # the library sends the token saved for Hugging Face to any URL, unless the header is set or taken out
    authorization = f"Bearer {endpoint.key.get_secret_value()}" if endpoint.key else None
    asked = InferenceClient(
        model=endpoint.url,
        timeout=call.timeout,
        headers={"authorization": authorization},  # type: ignore[dict-item]
    )
    with within(call.timeout, servers=[endpoint.url], most=most), asked:
        return methods()[call.task.type].ask(asked, call)


def speaks(task_type: str) -> bool:
    """Whether the task API has a way for it."""
    return task_type in methods() or task_type in _OWN


def heeds(task_type: str) -> frozenset[str]:
    """The optional inputs and the parameters that it is sent."""
    return _OWN_HEEDS.get(task_type, frozenset()) if task_type in _OWN else methods()[task_type].heeds


def refusal(endpoint: Endpoint, task: Task) -> str | None:
    """What the task type's way refuses; of the model its name is known, or what the endpoint is called."""
    way = methods().get(task.type)
    return way.accepts(task, endpoint.model or endpoint.name) if way and way.accepts else None


def _film(http: "httpx.Client", endpoint: Endpoint, call: Call) -> Sequence[Artifact]:
    """The bytes of a video for a prompt, for the bytes of a picture, or for both as JSON."""
    if call.task.type == "text-to-video":
        response = http.post(endpoint.url, json={"inputs": call.text("prompt"), "parameters": {}})
    elif call.has("prompt"):
        picture = base64.b64encode(picture_bytes(call, only_picture(call))).decode()
        body = {"inputs": picture, "parameters": {"prompt": call.text("prompt")}}
        response = http.post(endpoint.url, json=body)
    else:
        response = http.post(endpoint.url, content=picture_bytes(call, only_picture(call)))
    response.raise_for_status()
    return video_answer(call, response.content)


def _estimate(http: "httpx.Client", endpoint: Endpoint, call: Call) -> Sequence[Artifact]:
    """A number for each row of a table, in the order of the rows."""
    response = http.post(endpoint.url, json={"table": columns(call.one("table")), "parameters": {}})
    response.raise_for_status()
    answer = read_json(response.content)
    if not isinstance(answer, list) or not all(isinstance(number, int | float) for number in answer):
        raise garbage(call, "list of numbers", answer)
    return row_answer(
        call, [{"label": f"row {place}", "score": number} for place, number in enumerate(answer, start=1)]
    )


_OWN_HEEDS = {"image-to-video": frozenset({"prompt"})}
_OWN: dict[str, Callable[["httpx.Client", Endpoint, Call], Sequence[Artifact]]] = {
    "text-to-video": _film,
    "image-to-video": _film,
    "image-text-to-video": _film,
    "tabular-regression": _estimate,
}
"""What huggingface_hub's client asks of no endpoint, though it knows the task."""

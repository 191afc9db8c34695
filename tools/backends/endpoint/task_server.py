"""Calls to a server with the Hub's task API, for `EndpointBackend`: Inference Endpoints, and servers built like them."""

import base64
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ....graph.call import Artifact, Call
from ....graph.task import Task
from ....graph.untrusted_json import read_untrusted_json
from ...media.table_columns import columns
from ...net.configured_transport import bounded_client
from ...net.hub_session import hub_limits
from ..accepts import ignored
from ..answers import garbage, row_answer
from ..task_api.methods import methods
from ..task_api.video import image_to_animate
from ..worker.decoder import picture_bytes, video_answer
from .endpoints_file import Endpoint, headers_for

if TYPE_CHECKING:
    import httpx


def call_server(endpoint: Endpoint, call: Call, most: int) -> Sequence[Artifact]:
    """Send the task type's request, and read at most `most` bytes of response. Only the endpoint's own key is sent."""
    if own := _OWN_REQUESTS.get(call.task.type):
        with bounded_client(seconds=call.timeout, max_bytes=most, headers=headers_for(endpoint)) as http:
            return own(http, endpoint, call)
    from huggingface_hub import InferenceClient

    # the library sends the token saved for Hugging Face to any URL, unless the header is set or removed
    authorization = f"Bearer {endpoint.key.get_secret_value()}" if endpoint.key else None
    bound = InferenceClient(
        model=endpoint.url,
        timeout=call.timeout,
        headers={"authorization": authorization},  # type: ignore[dict-item]
    )
    with hub_limits(call.timeout, servers=[endpoint.url], max_bytes=most), bound:
        return methods()[call.task.type].request(bound, call)


def supports(task_type: str) -> bool:
    """Whether the task API has a request for it."""
    return task_type in methods() or task_type in _OWN_REQUESTS


def refusal(endpoint: Endpoint, task: Task) -> str | None:
    """Why the server can't do a task; its model is known by name, or by what the endpoint is called."""
    method = methods().get(task.type)
    used = _OWN_USES.get(task.type, ()) if task.type in _OWN_REQUESTS or method is None else method.uses
    reason = ignored(task, used)
    return reason or (method.model_refusal(task, endpoint.model or endpoint.name) if method else None)


def _make_video(http: "httpx.Client", endpoint: Endpoint, call: Call) -> Sequence[Artifact]:
    if call.task.type == "text-to-video":
        response = http.post(endpoint.url, json={"inputs": call.text("prompt"), "parameters": {}})
    elif call.has("prompt"):
        image = base64.b64encode(picture_bytes(call, image_to_animate(call))).decode()
        body = {"inputs": image, "parameters": {"prompt": call.text("prompt")}}
        response = http.post(endpoint.url, json=body)
    else:
        response = http.post(endpoint.url, content=picture_bytes(call, image_to_animate(call)))
    response.raise_for_status()
    return video_answer(call, response.content)


def _predict_numbers(http: "httpx.Client", endpoint: Endpoint, call: Call) -> Sequence[Artifact]:
    response = http.post(endpoint.url, json={"table": columns(call.one("table")), "parameters": {}})
    response.raise_for_status()
    answer = read_untrusted_json(response.content)
    if not isinstance(answer, list) or not all(isinstance(number, int | float) for number in answer):
        raise garbage(call, "list of numbers", answer)
    return row_answer(
        call, [{"label": f"row {place}", "score": number} for place, number in enumerate(answer, start=1)]
    )


_OWN_USES = {"image-to-video": frozenset({"prompt"})}
_OWN_REQUESTS: dict[str, Callable[["httpx.Client", Endpoint, Call], Sequence[Artifact]]] = {
    "text-to-video": _make_video,
    "image-to-video": _make_video,
    "image-text-to-video": _make_video,
    "tabular-regression": _predict_numbers,
}
"""Task types that huggingface_hub's client knows, but does not request from an endpoint."""

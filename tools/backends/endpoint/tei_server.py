"""Calls to a Text Embeddings Inference server, for `EndpointBackend`: embeddings, similarity, ranking, classification."""

from collections.abc import Callable, Sequence
from typing import Any

from ....graph.call import Artifact, Call
from ....graph.task import Task
from ....graph.untrusted_json import read_untrusted_json
from ...net.configured_transport import bounded_client
from ..accepts import ignored
from ..answers import garbage, label_answer, score_answer, vector_answer
from .endpoints_file import Endpoint, headers_for


def call_server(endpoint: Endpoint, call: Call, most: int) -> Sequence[Artifact]:
    """Post to the route of the task type, and read at most `most` bytes of response."""

    def post(route: str, **body: Any) -> Any:
        with bounded_client(seconds=call.timeout, max_bytes=most, headers=headers_for(endpoint)) as http:
            response = http.post(f"{endpoint.url.rstrip('/')}/{route}", json=body)
        response.raise_for_status()
        return read_untrusted_json(response.content)

    return _ROUTES[call.task.type](call, post)


def supports(task_type: str) -> bool:
    """Whether it has a route for it."""
    return task_type in _ROUTES


def refusal(_endpoint: Endpoint, task: Task) -> str | None:
    """Why the server can't do a task: its routes take the required inputs only."""
    return ignored(task, ())


def _embed(call: Call, post: Callable[..., Any]) -> list[Artifact]:
    return vector_answer(call, post("embed", inputs=call.text("text")))


def _compare(call: Call, post: Callable[..., Any]) -> list[Artifact]:
    others = [material.text() for material in call.inputs["sentences"]]
    source = call.text("source_sentence")
    return score_answer(call, others, post("similarity", inputs={"source_sentence": source, "sentences": others}))


def _rank(call: Call, post: Callable[..., Any]) -> list[Artifact]:
    texts = [material.text() for material in call.inputs["texts"]]
    rows = post("rerank", query=call.text("query"), texts=texts)
    try:
        scores = {int(row["index"]): row["score"] for row in rows}
        return score_answer(call, texts, [scores[number] for number in range(len(texts))])
    except (TypeError, KeyError, ValueError):
        raise garbage(call, "list of scores by index", rows) from None


def _classify(call: Call, post: Callable[..., Any]) -> list[Artifact]:
    rows = post("predict", inputs=call.text("text"))
    return label_answer(call, rows[0] if rows and isinstance(rows, list) and isinstance(rows[0], list) else rows)


_ROUTES: dict[str, Callable[[Call, Callable[..., Any]], list[Artifact]]] = {
    "feature-extraction": _embed,
    "sentence-similarity": _compare,
    "text-ranking": _rank,
    "text-classification": _classify,
    "language-identification": _classify,
}

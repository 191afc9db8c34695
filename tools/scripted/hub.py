"""`ScriptedHub`, for tests: Hugging Face's Hub and inference router, called by the real huggingface_hub client.

```python
hub = ScriptedHub()
with serve(hub) as server, redirect_hub_to(server.url):
    ...  # huggingface_hub sends its requests for huggingface.co and router.huggingface.co to the server
```

It has a model for each task of the API, `scripted/<task>`, served by `hf-inference` (video by `fal-ai`), and answers with a
small valid output, or as its script says.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .server import Received, Reply, as_json
from .task_answers import right_answer

Model = dict[str, Any]
Answer = Reply | Callable[[Received], Reply]

HF_INFERENCE = (
    "text-classification", "token-classification", "question-answering", "table-question-answering", "summarization",
    "translation", "text-generation", "fill-mask", "feature-extraction", "sentence-similarity",
    "zero-shot-classification", "image-classification", "zero-shot-image-classification", "object-detection",
    "image-segmentation", "image-to-text", "image-to-image", "text-to-image", "visual-question-answering",
    "document-question-answering", "automatic-speech-recognition", "text-to-speech", "audio-classification",
    "audio-to-audio", "tabular-classification",
)  # fmt: skip
FAL = ("text-to-video", "image-to-video")
CHAT = ("conversational", "image-text-to-text")


class ScriptedHub:
    """Called with each received request; returns the reply."""

    def __init__(
        self,
        models: Mapping[str, Model] | None = None,
        *,
        replies: Mapping[str, Answer] | None = None,
        video: bytes = b"",
    ) -> None:
        """`models`: further models by id, in the form of the Hub's API. `replies`: by model id, in place of the valid answer
        to an inference call; by path, in place of any reply. `video`: the output of video models.
        """
        served = {f"scripted/{task}": model_card(f"scripted/{task}", task) for task in HF_INFERENCE}
        filmed = {f"scripted/{task}": model_card(f"scripted/{task}", task, provider="fal-ai") for task in FAL}
        chats = {
            f"scripted/{task}": model_card(f"scripted/{task}", task, provider="scripted", served_as="conversational")
            for task in CHAT
        }
        self.models: dict[str, Model] = {**served, **filmed, **chats, **(models or {})}
        self._replies = replies or {}
        self._video = video

    def __call__(self, received: Received) -> Reply:
        """Answer as Hub or router, by the path."""
        path = urlsplit(received.path).path
        if reply := self._scripted_reply(path, received):
            return reply
        if path.startswith("/api/"):
            return self._hub(path, parse_qs(urlsplit(received.path).query))
        return self._router(path, received)

    def _hub(self, path: str, query: Mapping[str, list[str]]) -> Reply:
        if path == "/api/models":
            return as_json(self._listed(query))
        model_id = path.removeprefix("/api/models/")
        if model_id in self.models:
            card = dict(self.models[model_id])
            card["inferenceProviderMapping"] = {m["provider"]: m for m in card.get("inferenceProviderMapping", ())}
            return as_json(card)
        return as_json({"error": "Repository not found"}, 404, x_error_code="RepoNotFound")

    def _listed(self, query: Mapping[str, list[str]]) -> list[Model]:
        tag = query.get("pipeline_tag", query.get("filter", [""]))[0]
        served = "inference_provider" in query
        search = query.get("search", [""])[0]
        found = [
            card
            for card in self.models.values()
            if card["pipeline_tag"] == tag
            and (not served or card.get("inferenceProviderMapping"))
            and search in card["id"]
        ]
        found.sort(key=lambda card: -int(card.get("downloads", 0)))
        return found[: int(query.get("limit", ["1000"])[0])]

    def _router(self, path: str, received: Received) -> Reply:
        if path.endswith("/chat/completions"):
            model_id = str(received.json.get("model", ""))
            return self._scripted_reply(model_id, received) or as_json(_chat(model_id))
        if path.startswith("/fal-ai/"):
            return self._fal(path.removeprefix("/fal-ai/"), received)
        if path == "/made.mp4":
            return Reply(200, self._video, {"content-type": "video/mp4"})
        owner, _, rest = path.removeprefix("/hf-inference/models/").partition("/")
        model_id = f"{owner}/{rest.partition('/')[0]}"
        if model_id not in self.models:
            return as_json({"error": f"Model {model_id} does not exist"}, 404)
        return self._scripted_reply(model_id, received) or right_answer(self.models[model_id]["pipeline_tag"], received)

    def _fal(self, rest: str, received: Received) -> Reply:
        """fal.ai's queue: the job is done at once, and the result has the URL of the video."""
        model_id = rest.removesuffix("/status")
        if received.method == "POST":
            queued = {"request_id": "1", "status": "IN_QUEUE", "response_url": f"https://queue.fal.run/{model_id}"}
            return self._scripted_reply(model_id, received) or as_json(queued)
        if rest.endswith("/status"):
            return as_json({"status": "COMPLETED"})
        return as_json({"video": {"url": "https://router.huggingface.co/made.mp4"}})

    def _scripted_reply(self, key: str, received: Received) -> Reply | None:
        answer = self._replies.get(key)
        return answer(received) if callable(answer) else answer


def model_card(
    model_id: str, task: str, *, provider: str = "hf-inference", served_as: str = "", live: bool = True, **more: Any
) -> Model:
    """A model in the form of the Hub's API; `provider` empty for one that no provider serves."""
    serving = {
        "provider": provider,
        "providerId": model_id,
        "status": "live" if live else "error",
        "task": served_as or task,
    }
    return {
        "id": model_id,
        "sha": "0" * 39 + "1",
        "pipeline_tag": "text-generation" if task == "conversational" else task,
        "downloads": 1000,
        "likes": 10,
        "tags": [task, "license:apache-2.0"],
        "library_name": "transformers",
        "gated": False,
        "private": False,
        "inferenceProviderMapping": [serving] if provider else [],
    } | more


@contextmanager
def redirect_hub_to(url: str) -> Iterator[None]:
    """In the body, send all requests of huggingface_hub to `url`, through the library's client factory."""
    import huggingface_hub
    from huggingface_hub.errors import HfHubHTTPError
    from huggingface_hub.utils._http import default_client_factory

    # 1.x stands on httpx, 2.x on httpx2, which have the same names
    base = next(base for base in HfHubHTTPError.__bases__ if base.__name__ == "HTTPError")
    http = __import__(base.__module__.partition(".")[0])
    here = urlsplit(url)

    class Here(http.HTTPTransport):  # type: ignore[name-defined, misc]  # known only when it runs
        def handle_request(self, request: Any) -> Any:
            request.url = request.url.copy_with(scheme="http", host=here.hostname, port=here.port)
            return super().handle_request(request)

    huggingface_hub.set_client_factory(lambda: http.Client(transport=Here(), follow_redirects=True))
    _clear_caches()
    try:
        yield
    finally:
        huggingface_hub.set_client_factory(default_client_factory)
        _clear_caches()


def _chat(model_id: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": "Gladly."}
    return {
        "id": "1", "object": "chat.completion", "created": 1, "model": model_id,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7},
    }  # fmt: skip


def _clear_caches() -> None:
    """The client caches for the life of the process which providers serve a model."""
    from huggingface_hub.inference._providers import _common, hf_inference

    for module in (_common, hf_inference):
        for function in vars(module).values():
            if callable(clear := getattr(function, "cache_clear", None)):
                clear()

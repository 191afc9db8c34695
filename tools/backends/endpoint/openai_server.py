"""Calls to a server with OpenAI's API: speech, transcription, images, embeddings; chat goes through `chat`."""

import base64
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ....graph.call import Artifact, Call
from ....graph.task import Task
from ...languages import iso1
from ...net.configured_transport import ConfiguredTransport
from ...net.httpx_compat import httpx_module_of
from ..accepts import ignored
from ..answers import garbage, part, score_answer, text_answer, vector_answer
from ..inputs import spoken_text
from ..task_api.audio import LONGEST_PIECE, SPEECH_RATE
from ..worker.decoder import audio_answer, audio_pieces, picture_answer
from .endpoints_file import Endpoint

if TYPE_CHECKING:
    from openai import OpenAI


def call_server(endpoint: Endpoint, call: Call, most: int) -> Sequence[Artifact]:
    """One call by OpenAI's own client, without its retries; reads at most `most` bytes of response."""
    import openai

    key = endpoint.key.get_secret_value() if endpoint.key else "none-needed"
    # empty, or the client sends OPENAI_ORG_ID and OPENAI_PROJECT_ID to a server that is not OpenAI's
    transport: Any = ConfiguredTransport(
        httpx_module_of(openai.DefaultHttpxClient), seconds=call.timeout, max_bytes=most, whole=True
    )
    with openai.OpenAI(
        base_url=endpoint.url, api_key=key, timeout=call.timeout, max_retries=0, organization="", project="",
        http_client=openai.DefaultHttpxClient(transport=transport),
    ) as client:  # fmt: skip
        return _REQUESTS[call.task.type](client, endpoint.model, call)


def supports(task_type: str) -> bool:
    """Whether it has a request of its own, apart from chat."""
    return task_type in _REQUESTS


def refusal(_endpoint: Endpoint, task: Task) -> str | None:
    """Why the server can't do a task: it would ignore a parameter, or has one side of an image's size only."""
    sides = {"width", "height"} & set(task.parameters)
    one_side = "needs width and height, or neither" if len(sides) == 1 else None
    return ignored(task, _USES.get(task.type, ())) or one_side


def _transcribe(client: "OpenAI", model: str, call: Call) -> list[Artifact]:
    pieces = audio_pieces(call, call.one("audio"), rate=SPEECH_RATE, longest=LONGEST_PIECE)
    code = iso1(str(call.task.parameters.get("language") or ""))
    language: dict[str, Any] = {"language": code} if code else {}
    create = client.audio.transcriptions.create
    texts = [create(model=model, file=("speech.wav", piece), **language).text for piece in pieces]
    return text_answer(call, " ".join(text.strip() for text in texts if isinstance(text, str)))


def _speak(client: "OpenAI", model: str, call: Call) -> list[Artifact]:
    voice = str(call.task.parameters.get("voice") or "alloy")
    speech = client.audio.speech.create(model=model, voice=voice, input=spoken_text(call), response_format="wav")
    return audio_answer(call, speech.read())


def _make_image(client: "OpenAI", model: str, call: Call) -> list[Artifact]:
    width, height = (call.task.parameters.get(side) for side in ("width", "height"))
    size: dict[str, Any] = {"size": f"{width}x{height}"} if width and height else {}
    made = client.images.generate(model=model, prompt=call.text("prompt"), response_format="b64_json", **size)
    data = part(call, "picture in base64", made, "data", 0, "b64_json")
    if not data:  # a URL is not fetched: a server could name any
        raise garbage(call, "picture in base64", made.data)
    return picture_answer(call, base64.b64decode(data))


def _embed(client: "OpenAI", model: str, call: Call) -> list[Artifact]:
    return vector_answer(call, _vectors(client, model, call, [call.text("text")])[0])


def _compare(client: "OpenAI", model: str, call: Call) -> list[Artifact]:
    """The cosine similarity of the source sentence's embedding to that of each other sentence."""
    others = [material.text() for material in call.inputs["sentences"]]
    first, *rest = _vectors(client, model, call, [call.text("source_sentence"), *others])
    return score_answer(call, others, [_cosine(call, first, each) for each in rest])


def _vectors(client: "OpenAI", model: str, call: Call, texts: list[str]) -> list[list[float]]:
    """One embedding for each text, in their order: the rows of an answer name their place."""
    response = client.embeddings.create(model=model, input=texts, encoding_format="float")
    rows = part(call, "list of embeddings", response, "data") or ()
    placed = {
        part(call, "list of embeddings", row, "index"): part(call, "list of embeddings", row, "embedding")
        for row in rows
    }
    if sorted(placed) != list(range(len(texts))):
        raise garbage(call, f"list of {len(texts)} embeddings", f"{len(rows)} rows")
    return [placed[place] for place in range(len(texts))]


def _cosine(call: Call, one: list[float], other: list[float]) -> float:
    try:
        product = sum(a * b for a, b in zip(one, other, strict=True))
        return product / (math.hypot(*one) * math.hypot(*other))
    except (TypeError, ValueError, ZeroDivisionError):
        raise garbage(call, "pair of vectors of one length", [one[:3], other[:3]]) from None


_USES = {
    "automatic-speech-recognition": frozenset({"language"}),
    "text-to-speech": frozenset({"language", "voice"}),  # the voices speak the language of the text
    "text-to-image": frozenset({"width", "height"}),
}
_REQUESTS: dict[str, Callable[["OpenAI", str, Call], list[Artifact]]] = {
    "automatic-speech-recognition": _transcribe,
    "text-to-speech": _speak,
    "text-to-image": _make_image,
    "feature-extraction": _embed,
    "sentence-similarity": _compare,
}

"""A server that speaks OpenAI's API: speech, transcription, pictures and embeddings. Chat goes through `chat`."""

import base64
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ....graph.call import Artifact, Call
from ....graph.task import Task
from ...net.configured import Configured
from ...net.library import library_of
from ..answers import garbage, text_answer, vector_answer
from ..local.languages import iso1
from ..task_api.sounds import LONGEST_PIECE, SPEECH_RATE
from ..worker.decoder import audio_answer, audio_pieces, picture_answer
from .known import Endpoint

if TYPE_CHECKING:
    from openai import OpenAI


def ask(endpoint: Endpoint, call: Call, most: int) -> Sequence[Artifact]:
    """One call by OpenAI's own client, which never tries again by itself."""
    import openai

    key = endpoint.key.get_secret_value() if endpoint.key else "none-needed"
    # empty, or the client takes OPENAI_ORG_ID and OPENAI_PROJECT_ID and tells them to whoever that is
    transport: Any = Configured(library_of(openai.DefaultHttpxClient), seconds=call.timeout, most=most, whole=True)
    with openai.OpenAI(
        base_url=endpoint.url, api_key=key, timeout=call.timeout, max_retries=0, organization="", project="",
        http_client=openai.DefaultHttpxClient(transport=transport),
    ) as client:  # fmt: skip
        return _WAYS[call.task.type](client, endpoint.model, call)


def speaks(task_type: str) -> bool:
    """Whether it is done here, and not by chat."""
    return task_type in _WAYS


def heeds(task_type: str) -> frozenset[str]:
    """The optional inputs and the parameters that it is sent."""
    return _HEEDS.get(task_type, frozenset())


def refusal(_endpoint: Endpoint, task: Task) -> str | None:
    """A picture's size has two sides."""
    sides = {"width", "height"} & set(task.parameters)
    return "needs width and height, or neither" if len(sides) == 1 else None


def _transcribe(client: "OpenAI", model: str, call: Call) -> list[Artifact]:
    pieces = audio_pieces(call, call.one("audio"), rate=SPEECH_RATE, longest=LONGEST_PIECE)
    short = iso1(str(call.task.parameters.get("language") or ""))
    told: dict[str, Any] = {"language": short} if short else {}
    create = client.audio.transcriptions.create
    texts = [create(model=model, file=("speech.wav", piece), **told).text for piece in pieces]
    return text_answer(call, " ".join(text.strip() for text in texts))


def _speak(client: "OpenAI", model: str, call: Call) -> list[Artifact]:
    voice = str(call.task.parameters.get("voice") or "alloy")
    said = client.audio.speech.create(model=model, voice=voice, input=call.text("text"), response_format="wav")
    return audio_answer(call, said.read())


def _paint(client: "OpenAI", model: str, call: Call) -> list[Artifact]:
    width, height = (call.task.parameters.get(side) for side in ("width", "height"))
    size: dict[str, Any] = {"size": f"{width}x{height}"} if width and height else {}
    made = client.images.generate(model=model, prompt=call.text("prompt"), response_format="b64_json", **size)
    data = made.data[0].b64_json if made.data else None
    if not data:  # a URL, which nobody fetches for a server: it could be any
        raise garbage(call, "picture in base64", made.data)
    return picture_answer(call, base64.b64decode(data))


def _embed(client: "OpenAI", model: str, call: Call) -> list[Artifact]:
    told = client.embeddings.create(model=model, input=call.text("text"), encoding_format="float")
    return vector_answer(call, told.data[0].embedding)


_HEEDS = {
    "automatic-speech-recognition": frozenset({"language"}),
    "text-to-speech": frozenset({"language", "voice"}),  # its voices speak the language of the text
    "text-to-image": frozenset({"width", "height"}),
}
_WAYS: dict[str, Callable[["OpenAI", str, Call], list[Artifact]]] = {
    "automatic-speech-recognition": _transcribe,
    "text-to-speech": _speak,
    "text-to-image": _paint,
    "feature-extraction": _embed,
}

"""Functions registered with `method` that take or return audio: transcription, classification, speech."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....graph.call import Artifact, Call
from ..answers import garbage, label_answer, part, text_answer
from ..inputs import spoken_text
from ..worker.decoder import audio_answer, audio_pieces
from .methods import method

if TYPE_CHECKING:
    from huggingface_hub import InferenceClient

SPEECH_RATE = 16_000
"""Hz, mono: what speech models are trained on."""
LONGEST_PIECE = 120.0
"""Seconds of speech in one request; longer recordings go in pieces, cut where it is quietest."""


@method("automatic-speech-recognition", uses=("language",))  # not sent: models detect it themselves
def transcribe(client: InferenceClient, call: Call) -> list[Artifact]:
    """The transcript, piece by piece."""
    pieces = audio_pieces(call, call.one("audio"), rate=SPEECH_RATE, longest=LONGEST_PIECE)
    texts = [client.automatic_speech_recognition(piece).text for piece in pieces]
    return text_answer(call, " ".join(text.strip() for text in texts if isinstance(text, str)))


@method("audio-classification")
def classify_audio(client: InferenceClient, call: Call) -> list[Artifact]:
    """Labels of a recording."""
    (piece,) = audio_pieces(call, call.one("audio"), rate=SPEECH_RATE)
    return label_answer(call, client.audio_classification(piece))


@method("audio-to-audio")
def transform_audio(client: InferenceClient, call: Call) -> list[Artifact]:
    """The first track that the model returns: separators put the speech, or the first speaker, there."""
    (piece,) = audio_pieces(call, call.one("audio"), rate=SPEECH_RATE)
    tracks: Any = client.audio_to_audio(piece)
    sound = part(call, "list of sounds", tracks, 0, "blob")
    if not isinstance(sound, bytes):
        raise garbage(call, "list of sounds", tracks)
    return audio_answer(call, sound)


@method("text-to-speech")
@method("text-to-audio", provider_task="text-to-speech")
def text_to_speech(client: InferenceClient, call: Call) -> list[Artifact]:
    """The text spoken, or the sound that the prompt describes."""
    text = call.text("prompt") if call.has("prompt") else spoken_text(call)
    return audio_answer(call, client.text_to_speech(text))

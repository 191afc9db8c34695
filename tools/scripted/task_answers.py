"""Small valid responses of the Hub's task API, as hf-inference and endpoints return them; for `ScriptedHub`."""

import base64
import io
import struct
import wave
import zlib
from typing import Any

from .server import Received, Reply, as_json


def right_answer(task: str, received: Received) -> Reply:
    """The response of a model for a task; 400 for a task that the API does not have."""
    answer = _ANSWERS.get(task)
    if answer is None:
        return as_json({"error": f"no task {task}"}, 400)
    value = answer(received) if callable(answer) else answer
    return value if isinstance(value, Reply) else as_json(value)


def png(width: int, height: int, grey: int) -> bytes:
    """A grey picture as PNG."""
    rows = b"".join(b"\0" + bytes([grey]) * width for _ in range(height))

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def wav(seconds: float = 0.25, rate: int = 16_000) -> bytes:
    """A tone as WAV."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(
            b"".join(struct.pack("<h", 8000 if (n // 20) % 2 else -8000) for n in range(int(seconds * rate)))
        )
    return buffer.getvalue()


def _labels(*rows: tuple[str, float]) -> list[dict[str, Any]]:
    return [{"label": label, "score": score} for label, score in rows]


def _candidate_labels(received: Received) -> list[dict[str, Any]]:
    return [{"label": label, "score": 0.5} for label in received.json["parameters"]["candidate_labels"]]


_PICTURE = Reply(200, png(16, 12, 200), {"content-type": "image/png"})
_MASK = base64.b64encode(png(16, 12, 255)).decode()
_SOUND = base64.b64encode(wav()).decode()

_ANSWERS: dict[str, Any] = {
    "text-classification": [_labels(("POSITIVE", 0.9), ("NEGATIVE", 0.1))],
    "token-classification": [{"entity_group": "PER", "word": "Ada", "score": 0.99, "start": 0, "end": 3}],
    "question-answering": {"answer": "at nine", "score": 0.8, "start": 0, "end": 7},
    "table-question-answering": {"answer": "7", "coordinates": [[0, 1]], "cells": ["7"], "aggregator": "NONE"},
    "summarization": [{"summary_text": "In short."}],
    "translation": [{"translation_text": "Bonjour"}],
    "text-generation": [{"generated_text": "a red square"}],
    "image-to-text": [{"generated_text": "a red square"}],
    "fill-mask": [{"score": 0.7, "token": 1, "token_str": " Paris", "sequence": "Paris is nice."}],
    "feature-extraction": [0.1, -0.2, 0.3],
    "sentence-similarity": lambda received: [0.25] * len(received.json["inputs"]["sentences"]),
    "zero-shot-classification": _candidate_labels,
    "zero-shot-image-classification": _candidate_labels,
    "image-classification": _labels(("cat", 0.8), ("dog", 0.2)),
    "audio-classification": _labels(("speech", 0.8), ("music", 0.2)),
    "object-detection": [{"label": "zebra", "score": 0.95, "box": {"xmin": 1, "ymin": 2, "xmax": 9, "ymax": 10}}],
    "image-segmentation": [{"label": "sky", "score": 0.9, "mask": _MASK}],
    "image-to-image": _PICTURE,
    "text-to-image": _PICTURE,
    "visual-question-answering": [{"answer": "two", "score": 0.6}],
    "document-question-answering": [{"answer": "two", "score": 0.6, "start": 0, "end": 0}],
    "automatic-speech-recognition": {"text": "hello world"},
    "text-to-speech": Reply(200, wav(), {"content-type": "audio/wav"}),
    "audio-to-audio": [{"blob": _SOUND, "content-type": "audio/wav", "label": "speech"}],
    "tabular-classification": ["good", "bad"],
}
"""The response for each task, or the function that makes it of a request."""

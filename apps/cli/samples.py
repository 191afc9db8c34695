"""`sample`: a small input by task type and kind of data, which `doctor --live` gives to the experts that it calls."""

import io
import json
import math
import struct
import tempfile
import wave
from fractions import Fraction
from pathlib import Path

from ...graph.call import Material
from ...graph.resource import Kind, Resource
from ...graph.task_type import Input
from ...graph.world import World

_TEXTS = {
    "question": "What colour is the square?",
    "context": "The square is red and the circle is blue.",
    "fill-mask": "Paris is the [MASK] of France.",
    "prompt": "a red square",
}
_JSON: dict[Kind, str] = {
    "boxes": '[{"label": "square", "score": 1.0, "box": {"xmin": 8, "ymin": 8, "xmax": 56, "ymax": 56}}]',
    "labels": '[{"label": "square", "score": 1.0}]',
    "table": '[{"shape": "square", "colour": "red"}, {"shape": "circle", "colour": "blue"}]',
}
_SERIES = json.dumps([{"day": day, "sold": (day % 7) * 1.5} for day in range(1, 43)])
"""A table whose columns can be forecast: six weeks."""


async def sample(world: World, port: Input, task_type: str) -> Material:
    """A sample for an input of a task type, stored in the world's home."""
    kind = port.kinds[0]
    if text := _text_sample(kind, port, task_type):
        resource = await world.store.put_text(text)
        resource = resource.model_copy(update={"kind": kind})
    else:
        data, media_type, shown = _file_sample(kind)
        sha256, size = await world.store.put_bytes(data, media_type)
        resource = Resource(kind=shown, media_type=media_type, sha256=sha256, size=size, name=f"sample of {kind}")
    return Material(resource=resource, path=world.store.path(resource))


def _text_sample(kind: Kind, port: Input, task_type: str) -> str:
    if kind in _JSON:
        return _SERIES if task_type == "time-series-forecasting" else _JSON[kind]
    if kind != "text":
        return ""
    return _TEXTS.get(task_type) or _TEXTS.get(port.name, "The square is red, which I like.")


def _file_sample(kind: Kind) -> tuple[bytes, str, Kind]:
    if kind in ("image", "mask", "document"):
        return _picture(), "image/png", "image"
    return (_film(), "video/mp4", "video") if kind == "video" else (_tone(), "audio/wav", "audio")


def _film() -> bytes:
    import numpy as np

    from ...tools.media.video_writer import write_video

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        frames = (np.full((64, 64, 3), 30 * number, np.uint8) for number in range(8))
        write_video(path, frames, Fraction(8), (64, 64), None)
        return path.read_bytes()


def _picture() -> bytes:
    from PIL import Image

    picture = Image.new("RGB", (64, 64), "white")
    picture.paste((220, 30, 30), (8, 8, 56, 56))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _tone() -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        tone = (struct.pack("<h", round(8000 * math.sin(n * 220 * 2 * math.pi / 16_000))) for n in range(16_000))
        file.writeframes(b"".join(tone))
    return buffer.getvalue()

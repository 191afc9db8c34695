"""Small pictures and sounds as bytes."""

import io
import wave

from PIL import Image


def png(width: int = 8, height: int = 6, form: str = "PNG") -> bytes:
    """A teal picture, in any form that Pillow writes."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(buffer, form)
    return buffer.getvalue()


def wav(seconds: float = 0.5, rate: int = 8000) -> bytes:
    """Silence."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(b"\0\0" * int(seconds * rate))
    return buffer.getvalue()

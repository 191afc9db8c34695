"""`name_body`: the Content-Type of a body sent without one: the Hub's inference toolkit answers 400 to such."""

from typing import Any

_BEGINNINGS = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"%PDF", "application/pdf"),
)
_IN_RIFF = {b"WAVE": "audio/wav", b"WEBP": "image/webp"}


def name_body(request: Any) -> None:
    """Give a request with a body, and without a type for it, the type that the first bytes of the body show."""
    if "content-type" in request.headers or request.method not in ("POST", "PUT"):
        return
    body = getattr(request, "_content", b"")  # `content` raises for a stream, which names its own type
    if body:
        request.headers["content-type"] = media_type_of(body)


def media_type_of(body: bytes) -> str:
    """The media type of an image, a sound or a PDF by its first bytes."""
    if body.startswith(b"RIFF"):
        return _IN_RIFF.get(body[8:12], "application/octet-stream")
    return next((name for start, name in _BEGINNINGS if body.startswith(start)), "application/octet-stream")

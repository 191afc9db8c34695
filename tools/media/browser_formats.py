"""`playable_audio`, `playable_video`: a model's output kept as it is where every browser plays it, else re-encoded."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ...graph.call import Artifact, Call, Material
from ...graph.errors import ExpertError
from ...graph.extras import install
from ...graph.media_types import suffix_of
from ...graph.resource import Resource
from .container import open_container, sniff_media_type
from .sound import read_sound, sound_artifact
from .video_frames import has_sound, video_pixels, video_shape, video_stream
from .video_writer import video_artifact

if TYPE_CHECKING:
    from av.container import InputContainer

_PLAYABLE_AUDIO = {"audio/wav", "audio/mpeg", "audio/flac", "audio/ogg"}
_PLAYABLE_VIDEO = {("mp4", "h264"), ("mp4", "av1"), ("webm", "vp8"), ("webm", "vp9"), ("webm", "av1")}
"""Containers and codecs that Chromium, Firefox and Safari play."""


def playable_audio(call: Call, data: bytes) -> Artifact:
    """Encoded sound as it is, if it is WAV, MP3, FLAC or Ogg; other supported formats become a 16-bit WAV."""
    media_type = sniff_media_type(data[:8192])
    path = call.scratch / f"audio{suffix_of(media_type)}"
    path.write_bytes(data)
    if media_type in _PLAYABLE_AUDIO:
        return Artifact(output="audio", kind="audio", media_type=media_type, path=path)
    _require_pyav(call)
    try:
        return sound_artifact(call, *read_sound(path))
    except ExpertError as error:
        raise _unusable(call, "sound", data, error) from error


def playable_video(call: Call, data: bytes) -> Artifact:
    """An encoded video as it is, if browsers play it; else as MP4 (H.264, AAC)."""
    path = call.scratch / "video.raw"
    path.write_bytes(data)
    _require_pyav(call)
    try:
        with open_container(path, path.name) as container:
            media_type = _playable_type(container, sniff_media_type(data[:8192]))
        if media_type:
            renamed = path.rename(call.scratch / f"video{suffix_of(media_type)}")
            return Artifact(output="video", kind="video", media_type=media_type, path=renamed)
        return _reencoded(call, path)
    except ExpertError as error:
        raise _unusable(call, "video", data, error) from error


def _playable_type(container: "InputContainer", media_type: str) -> str | None:
    stream = video_stream(container, "the video")
    kind = "webm" if media_type == "video/webm" else "mp4" if media_type in ("video/mp4", "video/quicktime") else ""
    plays = (kind, stream.codec_context.name.replace("libdav1d", "av1")) in _PLAYABLE_VIDEO
    plain = stream.codec_context.pix_fmt in ("yuv420p", "yuvj420p")
    return f"video/{kind}" if plays and plain else None


def _reencoded(call: Call, source: Path) -> Artifact:
    about = Resource(kind="video", media_type="application/octet-stream", name=source.name)
    film = Material(resource=about, path=source)
    shape = video_shape(film)
    sound = read_sound(film) if has_sound(film) else None
    return video_artifact(call, video_pixels(film, shape), shape.rate, shape.size, sound)


def _require_pyav(call: Call) -> None:
    if find_spec("av") is None:
        raise ExpertError(
            f"the output of {call.expert.model_id} can't be checked without PyAV", hint=install("embedded")
        )


def _unusable(call: Call, what: str, data: bytes, error: ExpertError) -> ExpertError:
    if error.kind == "too_large":
        return ExpertError(
            f"{call.expert.model_id} returned a {what} that is too large: {error.message}", kind="too_large"
        )
    return ExpertError(f"{call.expert.model_id} returned {len(data):,} bytes that are no {what}", retryable=True)

"""Sound and video as every browser plays them: kept when they are so, else written anew."""

from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ...graph.call import Artifact, Call
from ...graph.errors import ExpertError
from ...graph.extras import install
from ...graph.media_types import suffix_of
from .container import media_type_of, opened
from .sound import read_audio, write_wav
from .video_frames import picture_track

if TYPE_CHECKING:
    from av.container import InputContainer

_SOUND = {"audio/wav", "audio/mpeg", "audio/flac", "audio/ogg"}
_FILMS = {("mp4", "h264"), ("mp4", "av1"), ("webm", "vp8"), ("webm", "vp9"), ("webm", "av1")}
"""Containers and codecs that Chromium, Firefox and Safari play."""


def audio_artifact(call: Call, data: bytes, output: str = "audio") -> Artifact:
    """Encoded sound as it came, if it is WAV, MP3, FLAC or Ogg; anything else that is read here as a 16-bit WAV."""
    media_type = media_type_of(data[:8192])
    path = call.scratch / f"{output}{suffix_of(media_type)}"
    path.write_bytes(data)
    if media_type in _SOUND:
        return Artifact(output=output, kind="audio", media_type=media_type, path=path)
    _need_pyav(call)
    try:
        samples, rate = read_audio(path)
    except ExpertError as error:
        raise _none(call, "sound", data, error) from error
    anew = call.scratch / f"{output}.wav"
    write_wav(anew, samples, rate)
    return Artifact(output=output, kind="audio", media_type="audio/wav", path=anew)


def video_artifact(call: Call, data: bytes, output: str = "video") -> Artifact:
    """An encoded video as it came, if browsers play it; else as MP4 (H.264, AAC)."""
    path = call.scratch / f"{output}.raw"
    path.write_bytes(data)
    _need_pyav(call)
    try:
        with opened(path, path.name) as container:
            media_type = _played_as(container, media_type_of(data[:8192]))
        if media_type:
            kept = path.rename(call.scratch / f"{output}{suffix_of(media_type)}")
            return Artifact(output=output, kind="video", media_type=media_type, path=kept)
        anew = call.scratch / f"{output}.mp4"
        _encode_anew(path, anew)
    except ExpertError as error:
        raise _none(call, "video", data, error) from error
    return Artifact(output=output, kind="video", media_type="video/mp4", path=anew)


def _played_as(container: "InputContainer", media_type: str) -> str | None:
    """The media type of what browsers play as it is."""
    stream = picture_track(container, "the video")
    kind = "webm" if media_type == "video/webm" else "mp4" if media_type in ("video/mp4", "video/quicktime") else ""
    plays = (kind, stream.codec_context.name.replace("libdav1d", "av1")) in _FILMS
    plain = stream.codec_context.pix_fmt in ("yuv420p", "yuvj420p")
    return f"video/{kind}" if plays and plain else None


def _encode_anew(source: Path, target: Path) -> None:
    from .video_writer import even, write_film

    with opened(source, source.name) as container:
        has_sound = bool(container.streams.audio)
    sound = read_audio(source) if has_sound else None
    with opened(source, source.name) as container:
        stream = picture_track(container, source.name)
        size = even((stream.codec_context.width, stream.codec_context.height))
        rate = stream.average_rate or 25
        frames = (frame.to_ndarray(format="rgb24", width=size[0], height=size[1]) for frame in container.decode(stream))
        write_film(target, frames, Fraction(rate), size, sound)


def _need_pyav(call: Call) -> None:
    if find_spec("av") is None:
        raise ExpertError(f"what {call.expert.model_id} made can't be checked without PyAV", hint=install("embedded"))


def _none(call: Call, what: str, data: bytes, error: ExpertError) -> ExpertError:
    if error.kind == "too_large":
        return ExpertError(f"{call.expert.model_id} gave too large a {what}: {error.message}", kind="too_large")
    return ExpertError(f"{call.expert.model_id} gave {len(data):,} bytes that are no {what}", retryable=True)

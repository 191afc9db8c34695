"""Sound and video as every browser plays them: kept when they are so, else written anew."""

from pathlib import Path
from typing import TYPE_CHECKING

from ...graph.call import Artifact, Call
from ...graph.errors import ExpertError
from ...graph.extras import install
from .sound import read_audio, write_wav

if TYPE_CHECKING:
    from av.container import InputContainer

_SOUND = {"audio/wav", "audio/mpeg", "audio/flac", "audio/ogg"}
_FILMS = {("mp4", "h264"), ("mp4", "av1"), ("webm", "vp8"), ("webm", "vp9"), ("webm", "av1")}
"""Containers and codecs that Chromium, Firefox and Safari play."""
_SUFFIX = {"audio/mpeg": "mp3", "video/webm": "webm", "video/mp4": "mp4"}


def audio_artifact(call: Call, data: bytes, output: str = "audio") -> Artifact:
    """Encoded sound as it came, if it is WAV, MP3, FLAC or Ogg; anything else that PyAV reads as a 16-bit WAV."""
    media_type = _guess(data)
    path = call.scratch / f"{output}.{_SUFFIX.get(media_type, media_type.rpartition('/')[2] or 'bin')}"
    path.write_bytes(data)
    if media_type in _SOUND:
        return Artifact(output=output, kind="audio", media_type=media_type, path=path)
    av = _pyav(call)
    try:
        samples, rate = read_audio(path)
    except (av.FFmpegError, ValueError, ExpertError) as error:
        raise _none(call, "sound", data) from error
    anew = call.scratch / f"{output}.wav"
    write_wav(anew, samples, rate)
    return Artifact(output=output, kind="audio", media_type="audio/wav", path=anew)


def video_artifact(call: Call, data: bytes, output: str = "video") -> Artifact:
    """An encoded video as it came, if browsers play it; else as MP4 (H.264, AAC)."""
    path = call.scratch / f"{output}.raw"
    path.write_bytes(data)
    av = _pyav(call)
    try:
        with av.open(str(path)) as container:
            media_type = _played_as(container, _guess(data))
        if media_type:
            kept = path.rename(call.scratch / f"{output}.{_SUFFIX[media_type]}")
            return Artifact(output=output, kind="video", media_type=media_type, path=kept)
        anew = call.scratch / f"{output}.mp4"
        _encode_anew(path, anew)
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise _none(call, "video", data) from error
    return Artifact(output=output, kind="video", media_type="video/mp4", path=anew)


def _played_as(container: "InputContainer", media_type: str) -> str | None:
    """The media type of what browsers play as it is."""
    stream = container.streams.video[0]
    kind = "webm" if media_type == "video/webm" else "mp4" if media_type in ("video/mp4", "video/quicktime") else ""
    plays = (kind, stream.codec_context.name.replace("libdav1d", "av1")) in _FILMS
    plain = stream.codec_context.pix_fmt in ("yuv420p", "yuvj420p")
    return f"video/{kind}" if plays and plain else None


def _encode_anew(source: Path, target: Path) -> None:
    import av

    from .film import even, write_film

    with av.open(str(source)) as container:
        stream = container.streams.video[0]
        size = even((stream.codec_context.width, stream.codec_context.height))
        rate = stream.average_rate or 25
        sound = read_audio(source) if container.streams.audio else None
        frames = (frame.to_ndarray(format="rgb24", width=size[0], height=size[1]) for frame in container.decode(stream))
        write_film(target, frames, rate, size, sound)  # type: ignore[arg-type]  # Fraction or int, ndarray of uint8


def _guess(data: bytes) -> str:
    import filetype

    found: str = filetype.guess_mime(data[:8192]) or ""
    return {"audio/x-wav": "audio/wav", "audio/x-flac": "audio/flac"}.get(found, found)


def _pyav(call: Call):  # type: ignore[no-untyped-def]  # a module
    try:
        import av
    except ImportError:
        raise ExpertError(
            f"what {call.expert.model_id} made can't be checked without PyAV", hint=install("embedded")
        ) from None
    return av


def _none(call: Call, what: str, data: bytes) -> ExpertError:
    return ExpertError(f"{call.expert.model_id} gave {len(data):,} bytes that are no {what}", retryable=True)

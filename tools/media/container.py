"""`open_container`: opens sound and video by PyAV, one file in one listed format, and no other file or server.

FFmpeg reads 350 formats, some of which name other files and servers (playlists, manifests, scripts). Here the first bytes
select one format from a short list; every other format, codec and protocol is off, and the demuxer gets an open file
instead of a name, so that it can open nothing else.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...graph.caveats import lacks
from ...graph.errors import ExpertError, input_error
from ...graph.media_types import canonical
from ..languages import english_name, iso1, iso1_of_tag
from .container_end import ends_early, states_duration
from .media_limits import limits
from .memory_budget import reading

if TYPE_CHECKING:
    from av.container import InputContainer

_DEMUXERS = {
    "audio/aac": "aac",
    "audio/ac3": "ac3",
    "audio/aiff": "aiff",
    "audio/amr": "amr",
    "audio/basic": "au",
    "audio/caf": "caf",
    "audio/eac3": "eac3",
    "audio/flac": "flac",
    "audio/mp4": "mov",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/wavpack": "wv",
    "video/3gpp": "mov",
    "video/matroska": "matroska",
    "video/mp2t": "mpegts",
    "video/mp4": "mov",
    "video/mpeg": "mpeg",
    "video/quicktime": "mov",
    "video/webm": "matroska",
    "video/x-flv": "flv",
    "video/x-ms-wmv": "asf",
    "video/x-msvideo": "avi",
}
"""FFmpeg's demuxer for each media type that is read here."""

_DECODERS = """
aac aac_latm ac3 alac amrnb amrwb eac3 flac libopencore_amrnb libopencore_amrwb libopus mp1float mp2 mp2float mp3 mp3float
opus vorbis wavpack wmav1 wmav2 adpcm_ima_qt adpcm_ima_wav adpcm_ms gsm_ms pcm_alaw pcm_f32be pcm_f32le pcm_f64be pcm_f64le
pcm_mulaw pcm_s16be pcm_s16le pcm_s24be pcm_s24le pcm_s32be pcm_s32le pcm_s8 pcm_u8
av1 ffv1 flv h263 h264 hevc libdav1d libvpx libvpx-vp9 mjpeg mpeg1video mpeg2video mpeg4 mpegvideo msmpeg4v2 msmpeg4 prores
rawvideo theora vc1 vp6f vp8 vp9 wmv1 wmv2 wmv3
ass mov_text srt ssa subrip text webvtt
""".split()
MAX_FRAME_SAMPLES = 1 << 20
"""Per channel, in one frame of sound: the longest frame of any codec above has 65,536."""

A_VIDEO = "a video"


class Unreadable(ExpertError):
    """A file that is broken, or no container of sound or video in a supported format."""

    def __init__(self, label: str, what: str) -> None:
        pixels = limits().max_image_pixels
        too_large = f", or its pictures have more than {pixels:,} pixels" if what == A_VIDEO else ""
        super().__init__(
            f"{label} can't be read as {what}: it is broken or in another format{too_large}", input_fault=True
        )


@contextmanager
def open_container(path: Path, label: str, what: str = A_VIDEO) -> "Iterator[InputContainer]":
    """The container, open in the body. Raises `Unreadable` when it is opened or read and something is wrong with it."""
    import av
    import numpy  # noqa: F401  (frames become arrays: imported before the budget counts)

    with path.open("rb") as file, reading(label, seconds=0):
        demuxer = demuxer_for(file.read(8192))
        file.seek(0)
        if demuxer is None:
            raise Unreadable(label, what)
        try:
            with av.open(file, "r", **_restricted_options(demuxer)) as container:
                for stream in container.streams:
                    if stream.codec_context is not None:
                        stream.codec_context.options = _codec_options()
                yield container
        except (av.FFmpegError, ValueError, IndexError) as error:
            if isinstance(error, MemoryError):
                raise
            raise Unreadable(label, what) from error


def demuxer_for(head: bytes) -> str | None:
    """FFmpeg's demuxer for a file that begins with these bytes; None for a format that is not read here."""
    found = _DEMUXERS.get(sniff_media_type(head))
    if found == "mpeg" and not head.startswith(b"\0\0\1\xba"):
        return "mpegvideo"  # without a container around it
    return found


def chosen_track(tracks: Sequence[Any]) -> Any:
    """The stream that players choose: the first that is flagged as default, else the first; never a cover picture."""
    from av.stream import Disposition

    playable = [track for track in tracks if not track.disposition & Disposition.attached_pic]
    flagged = (track for track in playable if track.disposition & Disposition.default)
    return next(flagged, playable[0] if playable else None)


def wanted_track(tracks: Sequence[Any], wanted: str, label: str, what: str = "sound track") -> Any:
    """The stream of that language, or of that number from 1 (-1: the last). Raises `ExpertError` (input fault) for none.

    The only one there is, without a language of its own, is that of any language.
    """
    if wanted.lstrip("-").isdigit():
        place = int(wanted)
        if 1 <= abs(place) <= len(tracks):
            return tracks[place - 1 if place > 0 else place]
        raise input_error(f"{label} has no {what} of number {wanted}: it has {len(tracks)}")
    spoken = [iso1_of_tag(track.language) if track.language not in (None, "und") else None for track in tracks]
    found = [track for track, code in zip(tracks, spoken, strict=True) if code and code == iso1(wanted)]
    if found or spoken == [None]:
        return (found or tracks)[0]
    known = ", ".join(code or "unknown" for code in spoken)
    raise input_error(f"{label} has no {what} in {english_name(wanted)}: the languages of its tracks are: {known}")


def check_whole(path: Path, track: Any, seconds: float, label: str) -> None:
    """Reports a file that ends before its header or its parts say, when so many seconds of a track were found."""
    stated = _stated_by_wav(path)
    if states_duration(path, track.container.format.name):
        stated = max(stated, float((track.duration or 0) * (track.time_base or 0)))
    if seconds < 0.95 * stated - 1:
        lacks(f"{label} is cut short: {seconds:.1f} of {stated:.1f} seconds are there")
    elif ends_early(path):
        lacks(f"{label} is cut short: it ends in the middle, after about {seconds:.1f} seconds")


def _stated_by_wav(path: Path) -> float:
    """Seconds of sound that the header of a WAV names; 0 for other files, and where a stream was written."""
    with path.open("rb") as file:
        head = file.read(65_536)
    form, data = head.find(b"fmt ", 12), head.find(b"data", 12)
    if head[:4] != b"RIFF" or form < 0 or data < 0:
        return 0.0
    size, a_second = int.from_bytes(head[data + 4 : data + 8], "little"), head[form + 16 : form + 20]
    return size / max(1, int.from_bytes(a_second, "little")) if size < 0xFFFF0000 else 0.0


def sniff_media_type(head: bytes) -> str:
    """The media type of sound or video by its first bytes; empty for other files."""
    import filetype

    found = str(filetype.guess_mime(head) or "") or container_type(head)
    if not found and len(head) > 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:  # frames without a header
        found = "audio/aac" if head[1] & 0xF6 == 0xF0 else "audio/mpeg"
    if not found.startswith(("audio/", "video/")):
        return ""
    return canonical(found)


def container_type(head: bytes) -> str:
    """The media type of containers that `filetype` does not know; empty for others."""
    brand = head[8:12]
    if head[4:8] == b"ftyp" and brand not in (b"heic", b"heix", b"mif1", b"avif"):
        return "audio/mp4" if brand in (b"M4A ", b"M4B ") else "video/3gpp" if brand[:2] == b"3g" else "video/mp4"
    if head[:4] in (b"RF64", b"BW64") and brand == b"WAVE":
        return "audio/wav"
    if head[:4] == b"FORM" and brand == b"AIFC":
        return "audio/aiff"
    if head[:2] == b"\x0b\x77" and len(head) > 5:
        return "audio/eac3" if head[5] >> 3 > 10 else "audio/ac3"  # by its version (ATSC A/52, 5.4.2.1 and E.1.3.1.6)
    if head[:2] in (b"\xff\xfc", b"\xff\xfd"):
        return "audio/mpeg"  # layer II without a container
    if any(head[at::size][:3] == b"GGG" for at, size in ((0, 188), (4, 192))):
        return "video/mp2t"  # packets of one size (ISO 13818-1), on cards of cameras with a time before each
    return _BY_MARK.get(head[:4], "")


_BY_MARK = {b"caff": "audio/caf", b".snd": "audio/basic", b"wvpk": "audio/wavpack"}


def _restricted_options(demuxer: str) -> dict[str, Any]:
    options = {
        "format_whitelist": _FULL_NAMES.get(demuxer, demuxer),
        "protocol_whitelist": "none",
        **({"max_size": "65536"} if demuxer == "wav" else {}),  # else a tenth of a second, which may be 400 MB
        **_codec_options(),
    }
    return {"format": demuxer, "options": options, "io_open": _refuse}


_FULL_NAMES = {"mov": "mov,mp4,m4a,3gp,3g2,mj2", "matroska": "matroska,webm"}


def _codec_options() -> dict[str, str]:
    """Limits for the decoders themselves: headers may claim another size than the frames have."""
    return {
        "codec_whitelist": ",".join(_DECODERS),
        "max_pixels": str(limits().max_image_pixels),
        "max_samples": str(MAX_FRAME_SAMPLES),
        # each thread has a stack and frames of its own
        "threads": str(min(4, int(os.environ.get("OMP_NUM_THREADS", "1")))),
    }


def _refuse(url: str, _flags: int, _options: dict[str, str]) -> Any:
    raise PermissionError(f"a container names another file: {url[:80]}")

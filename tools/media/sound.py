"""Sound: any supported container is read as float32 samples, and samples are written as 16-bit WAV."""

import io
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ...graph.call import Artifact, Call, Material
from ...graph.errors import ExpertError
from .container import open_container
from .media_limits import limits

if TYPE_CHECKING:
    import numpy as np
    from av.container import InputContainer
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

MAX_CHANNELS = 64
"""As many as FFmpeg's resampler supports."""
MAX_RATE = 768_000
"""Hz: the highest rate of measuring instruments."""
_DURATION_KNOWN = {"flac", "wav", "ogg", "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"}
"""Containers that hold their duration; for others FFmpeg estimates it. In microseconds."""
SAMPLES_A_SECOND = 2 * 48_000
"""As many are read for each second that sound may last: 230 MB for ten minutes."""


def read_sound(material: Material, *, rate: int = 0, mono: bool = False) -> "tuple[Samples, int]":
    """Samples of shape (channels, time) within -1..1, and the rate in Hz (0: keep the file's).

    Raises `ExpertError` (input fault) when there is no sound in it, or more than the limit.
    """
    return read_audio(material.path, material.resource.label, rate=rate, mono=mono)


def read_audio(path: Path, label: str = "", *, rate: int = 0, mono: bool = False) -> "tuple[Samples, int]":
    """As `read_sound`, from a path. More than two channels are mixed down to two."""
    import numpy as np

    label = label or path.name
    with open_container(path, label, "sound") as container:
        track = audio_stream(container, label)
        rate = rate or track.rate
        seconds = limits().max_audio_seconds
        long, samples = f"is longer than the limit of {seconds:g} s", int(seconds * SAMPLES_A_SECOND)
        if container.format.name in _DURATION_KNOWN and (container.duration or 0) > seconds * 1_000_000:
            raise _too_long(label, long)
        pieces, length, most = list[Any](), 0, int(seconds * rate)
        for piece in decode_track(container, track, rate=rate, mono=mono):
            pieces.append(piece)
            length += piece.shape[1]
            if length > most:
                raise _too_long(label, long)
            if length * piece.shape[0] > samples:
                raise _too_long(label, f"has more than the limit of {samples:,} samples")
    if not pieces:
        raise ExpertError(f"{label} has no sound in it", input_fault=True)
    return np.concatenate(pieces, axis=1), rate


def audio_stream(container: "InputContainer", label: str) -> Any:
    """The first audio stream. Raises `ExpertError` (input fault) when none can be read."""
    track: Any = next(iter(container.streams.audio), None)
    if track is None or track.codec_context is None:
        raise ExpertError(f"{label} has no sound in it", input_fault=True)
    if not 1 <= track.channels <= MAX_CHANNELS:
        raise ExpertError(
            f"{label} has {track.channels} channels; sound is read of {MAX_CHANNELS} at most", input_fault=True
        )
    if track.rate > MAX_RATE:
        raise ExpertError(
            f"{label} has {track.rate:,} samples a second; sound is read of {MAX_RATE:,} at most", input_fault=True
        )
    return track


def decode_track(container: "InputContainer", track: Any, *, rate: int, mono: bool) -> "Iterator[Samples]":
    """A track, resampled, as it is decoded: arrays of shape (channels, time), one or two channels.

    Samples come packed, never planar: PyAV reads planes beyond the eighth from memory that is not theirs. Channels
    of unknown position are averaged.
    """
    import av

    placed = not track.layout.name.endswith(" channels")  # FFmpeg's name for channels of unknown position
    layout = track.layout if not placed else "mono" if mono or track.channels == 1 else "stereo"
    resampler = av.AudioResampler(format="flt", layout=layout, rate=rate)
    for frame in container.decode(track):
        yield from map(_by_channel, resampler.resample(frame))
    yield from map(_by_channel, resampler.resample(None))


def _by_channel(frame: Any) -> "Samples":
    count = frame.layout.nb_channels
    samples: Samples = frame.to_ndarray().reshape(-1, count).T
    return samples if count <= 2 else samples.mean(axis=0, keepdims=True, dtype=samples.dtype)


def _too_long(label: str, how: str) -> ExpertError:
    return ExpertError(
        f"the sound of {label} {how}",
        hint="Cut it, or raise HUGGINGGPT_MAX_AUDIO_SECONDS.",
        kind="too_large",
        input_fault=True,
    )


def wav_pieces(material: Material, *, rate: int, longest: float = 0.0) -> list[bytes]:
    """Mono 16-bit WAV files of at most `longest` seconds (0: of any length), cut where it is quietest."""
    samples, _ = read_sound(material, rate=rate, mono=True)
    return [wav_bytes(samples[:, start:end], rate) for start, end in _cuts(samples, rate, longest)]


def _cuts(samples: "Samples", rate: int, longest: float) -> Iterator[tuple[int, int]]:
    """Begin and end of each piece, in samples."""
    length, begin = samples.shape[1], 0
    most = int(longest * rate) or length
    while length - begin > most:
        end = begin + quietest_point(samples[0, begin : begin + most], rate)
        yield begin, end
        begin = end
    yield begin, length


def quietest_point(samples: "Samples", rate: int) -> int:
    """The middle of the quietest tenth of a second in the last fifth of samples of shape (time,)."""
    import numpy as np

    step, first = max(1, rate // 10), len(samples) * 4 // 5
    frames = samples[first : first + (len(samples) // 5) // step * step].reshape(-1, step)
    return first + int(np.square(frames).mean(axis=1).argmin()) * step + step // 2


def wav_bytes(samples: "Samples", rate: int) -> bytes:
    """(channels, time) within -1..1 as a 16-bit WAV file."""
    buffer = io.BytesIO()
    _write(buffer, samples, rate)
    return buffer.getvalue()


def write_wav(path: Path, samples: "Samples", rate: int) -> None:
    """Write (channels, time) within -1..1 as 16-bit WAV; louder values are clipped."""
    with path.open("wb") as file:
        _write(file, samples, rate)


def _write(target: IO[bytes], samples: "Samples", rate: int) -> None:
    import numpy as np

    whole = (np.clip(samples, -1, 1).T * 32767).astype("<i2")
    with wave.open(target, "wb") as file:
        file.setnchannels(samples.shape[0])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(whole.tobytes())


def sound_artifact(call: Call, samples: "Samples", rate: int) -> Artifact:
    """The sound as a WAV in the scratch folder."""
    path = call.scratch / "audio.wav"
    write_wav(path, samples, rate)
    return Artifact(output="audio", kind="audio", media_type="audio/wav", path=path)

"""Sound: any container in, float32 samples; 16-bit WAV out."""

import io
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ...graph.call import Artifact, Call, Material
from ...graph.errors import ExpertError
from .limits import limits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]


def read_sound(material: Material, *, rate: int = 0, mono: bool = False) -> "tuple[Samples, int]":
    """Samples of shape (channels, time) within -1..1, and the rate in Hz (0: keep the file's).

    Raises `ExpertError` (input fault) when there is no sound in it, or more than the limit.
    """
    import av

    try:
        return read_audio(material.path, rate=rate, mono=mono)
    except (av.FFmpegError, ValueError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise ExpertError(f"{material.resource.label} can't be read as sound", input_fault=True) from error


def read_audio(path: Path, *, rate: int = 0, mono: bool = False) -> "tuple[Samples, int]":
    """As `read_sound`, from a path."""
    import av
    import numpy as np

    with av.open(str(path)) as container:
        if not container.streams.audio:
            raise ExpertError(f"{path.name} has no sound in it", input_fault=True)
        rate = rate or container.streams.audio[0].rate
        layout = "mono" if mono else container.streams.audio[0].layout
        resampler = av.AudioResampler(format="fltp", layout=layout, rate=rate)
        pieces, most = list[Any](), int(limits().max_audio_seconds * rate)
        for piece in decoded(container, resampler):
            pieces.append(piece)
            most -= piece.shape[1]
            if most < 0:
                seconds = limits().max_audio_seconds
                raise ExpertError(
                    f"the sound is longer than the limit of {seconds:g} s",
                    hint="Cut it, or raise HUGGINGGPT_MAX_AUDIO_SECONDS.",
                    input_fault=True,
                )
    if not pieces:
        raise ExpertError(f"{path.name} has no sound in it", input_fault=True)
    return np.concatenate(pieces, axis=1).astype(np.float32), rate


def decoded(container: Any, resampler: Any) -> Iterator[Any]:
    """The first track, resampled, as it is decoded: arrays of shape (channels, time)."""
    for frame in container.decode(audio=0):
        yield from (part.to_ndarray() for part in resampler.resample(frame))
    yield from (part.to_ndarray() for part in resampler.resample(None))


def wav_pieces(material: Material, *, rate: int, longest: float = 0.0) -> list[bytes]:
    """Mono 16-bit WAV files of at most `longest` seconds (0: of any length), cut where it is quietest."""
    samples, _ = read_sound(material, rate=rate, mono=True)
    return [wav_bytes(samples[:, start:end], rate) for start, end in _cuts(samples, rate, longest)]


def _cuts(samples: "Samples", rate: int, longest: float) -> Iterator[tuple[int, int]]:
    """Where pieces begin and end."""
    length, begin = samples.shape[1], 0
    most = int(longest * rate) or length
    while length - begin > most:
        end = begin + quiet_place(samples[0, begin : begin + most], rate)
        yield begin, end
        begin = end
    yield begin, length


def quiet_place(samples: "Samples", rate: int) -> int:
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
    """Write (channels, time) within -1..1 as 16-bit WAV; what is louder is clipped."""
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

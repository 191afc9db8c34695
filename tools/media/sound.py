"""`read_sound`: any supported container as float32 samples; `write_wav`: samples as 16-bit WAV."""

import wave
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ...graph.call import Artifact, Call, Material
from ...graph.caveats import caveat
from ...graph.errors import ExpertError, input_error, input_too_large
from .container import check_whole, chosen_track, open_container, wanted_track
from .media_limits import limits

if TYPE_CHECKING:
    import numpy as np
    from av.container import InputContainer
    from numpy.typing import NDArray

Samples: TypeAlias = "NDArray[np.float32]"
"""Of shape (channels, time) within -1..1, where nothing else is said."""

MAX_CHANNELS = 64
"""As many as FFmpeg's resampler supports."""
LEAST_PAUSE = 0.1
"""Seconds without sound in a container that are kept as silence: where its sound begins late, for instance."""
CANCELLED = 0.4
"""Loudness of the mix, as a share of the louder channel's, below which channels cancel each other; of unrelated ones 0.5."""
MAX_RATE = 768_000
"""Hz: the highest rate of measuring instruments."""
_DURATION_KNOWN = {"flac", "wav", "ogg", "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"}
"""Containers that hold their duration; for others FFmpeg estimates it. In microseconds."""
SAMPLES_A_SECOND = 2 * 48_000
"""As many are read for each second that sound may last: 230 MB for ten minutes."""


def read_sound(source: Material | Path, *, rate: int = 0, mono: bool = False, track: str = "") -> tuple[Samples, int]:
    """The samples of one or two channels, and the rate in Hz (0: the file's). `ExpertError` for none, or too many.

    `track`: the language or the number of a sound track, from 1 (-1: the last); that which players choose where empty.
    """
    import numpy as np

    path, label = (source, source.name) if isinstance(source, Path) else (source.path, source.resource.label)
    with open_container(path, label, "sound") as container:
        stream = audio_stream(container, label, track)
        rate = rate or stream.rate
        seconds = limits().max_audio_seconds
        long, samples = f"is longer than the limit of {seconds:g} s", int(seconds * SAMPLES_A_SECOND)
        if container.format.name in _DURATION_KNOWN and (container.duration or 0) > seconds * 1_000_000:
            raise _too_long(label, long)
        pieces, length, most = list[Any](), 0, int(seconds * rate)
        for piece in decode_track(container, stream, rate=rate):
            pieces.append(piece)
            length += piece.shape[1]
            if length > most:
                raise _too_long(label, long)
            if length * piece.shape[0] > samples:
                raise _too_long(label, f"has more than the limit of {samples:,} samples")
        check_whole(path, stream, length / rate, label)
    if not pieces:
        raise input_error(f"{label} has no sound in it")
    whole = np.concatenate(pieces, axis=1)
    return mixed(whole) if mono else whole, rate


def audio_stream(container: "InputContainer", label: str, wanted: str = "") -> Any:
    """The sound track that players choose, or the one `wanted`. Raises `ExpertError` (input fault) for none to be read."""
    tracks = [track for track in container.streams.audio if track.codec_context is not None]
    track: Any = wanted_track(tracks, wanted, label) if wanted and tracks else chosen_track(tracks)
    if track is None:
        asked = f"Its subtitles can be read: “the subtitles of {label}”." if container.streams.subtitles else ""
        raise input_error(f"{label} has no sound in it", hint=asked)
    if len(tracks) > 1 and not wanted:
        language = f", {track.language}" if track.language not in (None, "und") else ""
        caveat(f"{label} has {len(tracks)} sound tracks; that of number {tracks.index(track) + 1} was used{language}")
    if not 1 <= track.channels <= MAX_CHANNELS:
        raise input_error(f"{label} has {track.channels} channels; sound is read of {MAX_CHANNELS} at most")
    if track.rate > MAX_RATE:
        raise input_error(f"{label} has {track.rate:,} samples a second; sound is read of {MAX_RATE:,} at most")
    return track


def decode_track(container: "InputContainer", track: Any, *, rate: int) -> Iterator[Samples]:
    """A track, resampled, as it is decoded: arrays of shape (channels, time), one or two channels.

    Samples come packed, never planar: PyAV reads planes beyond the eighth from memory that is not theirs. Channels
    of unknown position are averaged. Where the container has no sound for a while, there is silence.
    """
    import av

    placed = not track.layout.name.endswith(" channels")  # FFmpeg's name for channels of unknown position
    layout = track.layout if not placed else "mono" if track.channels == 1 else "stereo"

    def new_resampler() -> Any:
        return av.AudioResampler(format="flt", layout=layout, rate=rate)

    resampler = new_resampler()
    begin, heard = (container.start_time or 0) / av.time_base, 0.0
    for frame in container.decode(track):
        pause = (frame.time or 0.0) - begin - heard
        if LEAST_PAUSE < pause <= limits().max_audio_seconds:
            yield from map(_by_channel, resampler.resample(None))
            yield _silence(track, layout, round(pause * rate))
            resampler, heard = new_resampler(), heard + pause
        heard += frame.samples / frame.sample_rate
        yield from map(_by_channel, resampler.resample(frame))
    yield from map(_by_channel, resampler.resample(None))


def mixed(samples: Samples) -> Samples:
    """One channel of all. Where they cancel each other (one is wired the wrong way round), the louder one."""
    import numpy as np

    mix: Samples = samples.mean(axis=0, keepdims=True, dtype=samples.dtype)
    loudness = np.sqrt(np.mean(np.square(samples), axis=1))
    cancelled = float(np.sqrt(np.mean(np.square(mix)))) < CANCELLED * float(loudness.max())
    return samples[[int(loudness.argmax())]] if cancelled else mix


def _silence(track: Any, layout: Any, length: int) -> Samples:
    import numpy as np

    return np.zeros((2 if layout == "stereo" or track.channels == 2 else 1, length), np.float32)


def _by_channel(frame: Any) -> Samples:
    count = frame.layout.nb_channels
    samples: Samples = frame.to_ndarray().reshape(-1, count).T
    return samples if count <= 2 else samples.mean(axis=0, keepdims=True, dtype=samples.dtype)


def _too_long(label: str, how: str) -> ExpertError:
    return input_too_large(f"the sound of {label} {how}", hint="Cut it, or raise HUGGINGGPT_MAX_AUDIO_SECONDS.")


def sound_pieces(material: Material, *, rate: int, longest: float = 0.0) -> Iterator[Samples]:
    """Mono samples of at most `longest` seconds (0: of any length), cut where it is quietest."""
    samples, _ = read_sound(material, rate=rate, mono=True)
    most = int(longest * rate) or samples.shape[1]
    while samples.shape[1] > most:
        end = quietest_point(samples[0, :most], rate)
        yield samples[:, :end]
        samples = samples[:, end:]
    yield samples


def quietest_point(samples: Samples, rate: int) -> int:
    """The middle of the quietest tenth of a second in the last fifth of samples of shape (time,)."""
    import numpy as np

    step, first = max(1, rate // 10), len(samples) * 4 // 5
    frames = samples[first : first + (len(samples) // 5) // step * step].reshape(-1, step)
    return first + int(np.square(frames).mean(axis=1).argmin()) * step + step // 2


def write_wav(path: Path, samples: Samples, rate: int) -> None:
    """Write 16-bit WAV; values louder than -1..1 are clipped."""
    import numpy as np

    whole = (np.clip(samples, -1, 1).T * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[0])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(whole.tobytes())


def sound_artifact(call: Call, samples: Samples, rate: int, name: str = "audio") -> Artifact:
    """The sound as a WAV in the scratch folder; `name`: its file name, where there are several."""
    path = call.scratch / f"{name}.wav"
    write_wav(path, samples, rate)
    return Artifact(output="audio", kind="audio", media_type="audio/wav", path=path)

"""`find_speech`: when someone speaks in a recording, by WebRTC's detector in pocketsphinx: the one detector of all experts.

What lies below speech (hum of the mains, a constant offset, rumble) is removed first. Steady noise and held notes, which the
detector mistakes for speech, are left out: the loudness of speech varies. Where there is sound all through that is as loud
as speech, it can't be determined. Not covered: who speaks, music with a beat.
"""

from collections.abc import Iterator
from itertools import pairwise

from ....graph.errors import input_error
from ...media.sound import Samples

SAMPLE_RATE = 16_000
FRAME = 0.03
"""Seconds of one frame, which the detector classifies."""
LOWEST = 85.0
"""Hz: the lowest note of a man's voice; the third harmonic of 50 Hz passes, ten times weaker than the hum."""
LOUD = -40.0
"""dB below full scale: sound that never falls below it may hide speech."""
_CHUNK = 60 * SAMPLE_RATE


def find_speech(samples: Samples, label: str) -> list[tuple[float, float, float]]:
    """Segments of speech as (start, end, share of voiced frames), in seconds of samples of shape (time,) at 16 kHz.

    None in silence. Raises `ExpertError` (input fault) where it can't be determined.
    """
    sound = without_rumble(samples)
    found = list(_segments(sound))
    if not found and _loudness(sound, 10) > LOUD:
        raise input_error(
            f"it can't be determined whether anyone speaks in {label}: it is never quiet, and nothing stands out as speech"
        )
    return found


def without_rumble(samples: Samples) -> Samples:
    """Without frequencies below a voice: hum, a constant offset, wind."""
    import numpy as np

    if len(samples) == 0:
        return samples
    pieces = []
    for begin in range(0, len(samples), _CHUNK):  # with a second on both sides, so that no edge is heard
        left, right = min(begin, SAMPLE_RATE), SAMPLE_RATE
        piece = samples[begin - left : begin + _CHUNK + right]
        spectrum = np.fft.rfft(piece)
        hertz = np.fft.rfftfreq(len(piece), 1 / SAMPLE_RATE)
        spectrum /= 1 + (LOWEST / np.maximum(hertz, 1e-3)) ** 8
        pieces.append(np.fft.irfft(spectrum, len(piece))[left : left + _CHUNK])
    return np.concatenate(pieces)[: len(samples)].astype(np.float32)


def spoken_parts(segments: list[tuple[float, float, float]], *, pause: float = 2.0) -> Iterator[tuple[float, float]]:
    """Start and end of what is to be read: segments with the shorter pauses between them, and half a second around."""
    if not segments:
        return
    start = segments[0][0]
    for (_, end, _), (following, _, _) in pairwise(segments):
        if following - end > pause:
            yield max(0.0, start - 0.5), end + 0.5
            start = following
    yield max(0.0, start - 0.5), segments[-1][1] + 0.5


def _segments(samples: Samples) -> Iterator[tuple[float, float, float]]:
    voiced = _voiced(samples)
    for start, end in _endpoints(samples):
        frames = voiced[int(start / FRAME) : max(int(start / FRAME) + 1, int(end / FRAME))]
        if _varies(samples[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)]):
            yield start, end, sum(frames) / max(1, len(frames))


def _varies(sound: Samples) -> bool:
    """Whether the loudness varies like that of speech: syllables exceed the pauses by 6 dB at least."""
    return len(sound) >= SAMPLE_RATE // 5 and _loudness(sound, 95) - _loudness(sound, 10) > 6


def _loudness(sound: Samples, percent: float) -> float:
    """A percentile of the loudness of twentieths of a second, in dB below full scale."""
    import numpy as np

    window = SAMPLE_RATE // 20
    frames = sound[: len(sound) // window * window].reshape(-1, window)
    return float(np.percentile(10 * np.log10(np.mean(frames**2, axis=1) + 1e-9), percent)) if len(frames) else -90.0


def _endpoints(samples: Samples) -> Iterator[tuple[float, float]]:
    from pocketsphinx import Endpointer, Vad

    endpointer = Endpointer(vad_mode=Vad.MEDIUM_STRICT, sample_rate=SAMPLE_RATE, frame_length=FRAME)
    start: float | None = None
    for frame in _frames(samples, endpointer.frame_bytes):
        if len(frame) == endpointer.frame_bytes:
            endpointer.process(frame)
        elif endpointer.in_speech:
            endpointer.end_stream(frame)
        if start is None and endpointer.in_speech:
            start = endpointer.speech_start
        elif start is not None and not endpointer.in_speech:
            yield start, min(endpointer.speech_end, len(samples) / SAMPLE_RATE)
            start = None
    if start is not None:
        yield start, len(samples) / SAMPLE_RATE


def _voiced(samples: Samples) -> list[bool]:
    from pocketsphinx import Vad

    detector = Vad(mode=Vad.MEDIUM_STRICT, sample_rate=SAMPLE_RATE, frame_length=FRAME)
    whole = (frame for frame in _frames(samples, detector.frame_bytes) if len(frame) == detector.frame_bytes)
    return [bool(detector.is_speech(frame)) for frame in whole]


def _frames(samples: Samples, size: int) -> Iterator[bytes]:
    """16-bit samples, `size` bytes at a time; the last frame may be shorter."""
    import numpy as np

    data = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
    return (data[at : at + size] for at in range(0, len(data), size))

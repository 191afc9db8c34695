"""voice-activity-detection: when speech occurs, by pocketsphinx with WebRTC's detector.

Steady noise and held notes, which the detector mistakes for speech, are left out: the loudness of speech varies. Not
covered: who speaks, music with a beat, speech under loud noise.
"""

import json
from collections.abc import Iterator, Sequence

from .....graph.call import Artifact, Call
from ....media.sound import Samples, read_sound
from ..goal_words import goal_text, has_word
from ..registry import expert
from .transcribe import SAMPLE_RATE, has_speech

FRAME = 0.03
"""Seconds of one frame, which the detector classifies."""
PAUSES = r"pauses?\b|silen(?:t|ces?)\b|quiet|nobody|no ?one"
SHORTEST_PAUSE = 0.3
"""Seconds: shorter gaps lie within a sentence."""


@expert(
    "voice-activity-detection",
    name="pocketsphinx-vad",
    description="finds when speech begins and ends, to a third of a second; mistakes music with a beat for speech",
    license="BSD-2-Clause",
    library="pocketsphinx",
    requires=("pocketsphinx", "av"),
    partial=True,
)
def detect_speech(call: Call) -> Sequence[Artifact]:
    """`{"label": "speech", "score", "start", "end"}` in seconds; the score is the share that sounds like voice.

    Where the goal asks for pauses, the times between: `{"label": "pause", ...}`.
    """
    sound, _ = read_sound(call.one("audio"), rate=SAMPLE_RATE, mono=True)
    label, found = "speech", list(speech_segments(sound[0]))
    if has_word(goal_text(call.task), PAUSES):
        edges = [0.0, *(edge for start, end, _ in found for edge in (start, end)), sound.shape[1] / SAMPLE_RATE]
        label, found = (
            "pause",
            [
                (start, end, 1.0)
                for start, end in zip(edges[::2], edges[1::2], strict=True)
                if end - start >= SHORTEST_PAUSE
            ],
        )
    rows = [
        {"label": label, "score": round(score, 4), "start": round(start, 2), "end": round(end, 2)}
        for start, end, score in found
    ]
    return [Artifact(output="labels", kind="labels", media_type="application/json", text=json.dumps(rows))]


def speech_segments(samples: Samples) -> Iterator[tuple[float, float, float]]:
    """Segments of speech as (start, end, share of voiced frames), in seconds of samples at 16 kHz within -1..1."""
    voiced = _voiced(samples)
    for start, end in _endpoints(samples):
        frames = voiced[int(start / FRAME) : max(int(start / FRAME) + 1, int(end / FRAME))]
        if has_speech(samples[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)]):
            yield start, end, sum(frames) / max(1, len(frames))


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

"""`write_sound`: samples as WAV, MP3, FLAC, Ogg (Opus) or M4A (AAC), with the FFmpeg inside PyAV."""

from fractions import Fraction
from pathlib import Path
from typing import Any

from ...graph.call import Artifact, Call
from ...graph.errors import input_error
from .sound import Samples, write_wav

FORMATS: dict[str, tuple[str, str, int]] = {
    "wav": ("audio/wav", "", 0),
    "mp3": ("audio/mpeg", "libmp3lame", 44_100),
    "flac": ("audio/flac", "flac", 0),
    "ogg": ("audio/ogg", "libopus", 48_000),
    "m4a": ("audio/mp4", "aac", 44_100),
}
"""Media type, encoder, and rate in Hz (0: that of the samples)."""


def encoded_sound(call: Call, samples: Samples, rate: int, format: str) -> Artifact:
    """The sound in the scratch folder, in one of `FORMATS`."""
    if format not in FORMATS:
        raise input_error(f"sound is written as {', '.join(FORMATS)}, not as {format}")
    path = call.scratch / f"audio.{format}"
    write_sound(path, samples, rate, format)
    return Artifact(output="audio", kind="audio", media_type=FORMATS[format][0], path=path)


def write_sound(path: Path, samples: Samples, rate: int, format: str) -> None:
    """Write one or two channels of samples within -1..1."""
    _, encoder, encoded_rate = FORMATS[format]
    if not encoder:
        write_wav(path, samples, rate)
        return
    import av
    import numpy as np

    layout = "mono" if len(samples) == 1 else "stereo"
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[:2].astype(np.float32)), "fltp", layout)
    frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(encoder, rate=encoded_rate or rate, layout=layout)
        context = stream.codec_context
        resampler = av.AudioResampler(
            format=context.format,
            layout=context.layout,
            rate=context.sample_rate,
            frame_size=context.frame_size or 1024,
        )
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))

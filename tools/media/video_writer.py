"""`write_video`: frames and sound as an MP4 that plays everywhere (H.264 in yuv420p, AAC), with the FFmpeg inside PyAV."""

import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from ...graph.call import Artifact, Call
from .pictures import Pixels
from .sound import Samples

SOUND_RATE = 44_100
Sound = tuple[Samples, int]
"""With their rate in Hz."""


def video_size(size: tuple[int, int], longest: int = 1280) -> tuple[int, int]:
    """The size nearest to (width, height) that H.264 takes: even, the longer side at most `longest`, none below 64."""
    factor = min(1.0, longest / max(size))
    width, height = (max(64, round(side * factor / 2) * 2) for side in size)
    return width, height


def write_video(
    path: Path, frames: Iterator[Pixels], rate: Fraction, size: tuple[int, int], sound: Sound | None = None
) -> None:
    """Write frames, `rate` a second, and the sound, which starts with them."""
    import av

    threads = os.environ.get("OMP_NUM_THREADS", "auto")  # a thread for each of 64 processors would take gigabytes
    options = {"preset": "veryfast", "crf": "23", "threads": threads}
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        video = container.add_stream("libx264", rate=rate, options=options)
        video.width, video.height = size
        video.pix_fmt = "yuv420p"
        track = _Track(container, *sound) if sound else None
        for number, pixels in enumerate(frames):
            container.mux(video.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
            if track:
                track.write_until(float(number / rate))
        if track:
            track.finish()
        container.mux(video.encode(None))


def video_artifact(
    call: Call, frames: Iterator[Pixels], rate: Fraction, size: tuple[int, int], sound: Sound | None = None
) -> Artifact:
    """What `write_video` writes, in the scratch folder."""
    path = call.scratch / "video.mp4"
    write_video(path, frames, rate, size, sound)
    return Artifact(output="video", kind="video", media_type="video/mp4", path=path)


class _Track:
    """The sound track, written in small pieces between the frames, so that players find both streams interleaved."""

    def __init__(self, container: Any, samples: Samples, rate: int) -> None:
        import av

        self._container = container
        layout = "mono" if len(samples) == 1 else "stereo"
        self._stream: Any = container.add_stream("aac", rate=SOUND_RATE, layout=layout)
        self._resampler = av.AudioResampler(
            format="fltp", layout=self._stream.codec_context.layout, rate=SOUND_RATE, frame_size=1024
        )
        self._samples, self._rate, self._done = samples[:2], rate, 0

    def write_until(self, seconds: float) -> None:
        import av
        import numpy as np

        until = min(int(seconds * self._rate), self._samples.shape[1])
        if until <= self._done:
            return
        piece = np.ascontiguousarray(self._samples[:, self._done : until])
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="mono" if len(piece) == 1 else "stereo")
        frame.sample_rate, frame.pts, frame.time_base = self._rate, self._done, Fraction(1, self._rate)
        self._done = until
        self._encode(frame)

    def finish(self) -> None:
        self.write_until(self._samples.shape[1] / self._rate + 1)
        self._encode(None)
        self._container.mux(self._stream.encode(None))

    def _encode(self, frame: Any) -> None:
        for part in self._resampler.resample(frame):
            self._container.mux(self._stream.encode(part))

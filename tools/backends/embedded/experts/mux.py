"""mux: puts a sound track under a video, in place of its own; the result is as long as the longer of the two."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice

from .....graph.call import Artifact, Call, Material
from .....graph.errors import input_too_large
from ....media.container import open_container
from ....media.media_limits import limits
from ....media.pictures import Pixels
from ....media.sound import read_sound
from ....media.video_frames import video_stream
from ....media.video_writer import video_artifact, video_size
from ..registry import expert


@expert(
    "mux",
    name="mux",
    description="puts a sound track under a video; a shorter video is looped, a shorter sound ends in silence",
    license="Apache-2.0 (video by x264, GPL-2.0-or-later)",
    library="av",
    requires=("av", "numpy"),
)
def mux(call: Call) -> Sequence[Artifact]:
    """An MP4 (H.264, AAC), re-encoded."""
    import numpy as np

    video, (samples, hertz) = call.one("video"), read_sound(call.one("audio"))
    rate, size, seconds = _shape(video)
    duration = max(seconds, samples.shape[1] / hertz)
    silence = max(0, round(duration * hertz) - samples.shape[1])
    sound = np.pad(samples, ((0, 0), (0, silence))), hertz
    frames = islice(_looped(video, size), max(1, round(duration * rate)))
    return [video_artifact(call, frames, rate, size, sound)]


def _shape(video: Material) -> tuple[Fraction, tuple[int, int], float]:
    """Frames a second, (width, height) and seconds. Raises `ExpertError` (input fault) for a file that is no video."""
    name, most = video.resource.label, limits().max_audio_seconds
    with open_container(video.path, name) as container:
        stream = video_stream(container, name)
        rate = min(max(stream.average_rate or Fraction(25), Fraction(1)), Fraction(60))
        size = video_size((stream.width, stream.height))
        count = stream.frames or sum(1 for _ in container.decode(stream))
    if count / rate > most:
        raise input_too_large(f"{name} is longer than the limit of {most:g} s")
    return rate, size, float(count / rate)


def _looped(video: Material, size: tuple[int, int]) -> Iterator[Pixels]:
    import numpy as np

    name, shown = video.resource.label, True
    while shown:
        shown = False
        with open_container(video.path, name) as container:
            for frame in container.decode(video_stream(container, name)):
                shown = True
                yield np.asarray(frame.to_ndarray(width=size[0], height=size[1], format="rgb24"), dtype=np.uint8)

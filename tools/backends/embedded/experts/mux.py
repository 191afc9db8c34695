"""mux: puts a sound track under a video, in place of its own; the result is as long as the longer of the two."""

from collections.abc import Iterator, Sequence
from itertools import islice

from .....graph.call import Artifact, Call, Material
from ....media.pictures import Pixels
from ....media.sound import read_sound
from ....media.video_frames import VideoShape, video_pixels, video_shape
from ....media.video_writer import video_artifact
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
    shape = video_shape(video)
    duration = max(shape.seconds, samples.shape[1] / hertz)
    silence = max(0, round(duration * hertz) - samples.shape[1])
    sound = np.pad(samples, ((0, 0), (0, silence))), hertz
    frames = islice(_looped(video, shape), max(1, round(duration * shape.rate)))
    return [video_artifact(call, frames, shape.rate, shape.size, sound)]


def _looped(video: Material, shape: VideoShape) -> Iterator[Pixels]:
    shown = True
    while shown:
        shown = False
        for pixels in video_pixels(video, shape):
            shown = True
            yield pixels

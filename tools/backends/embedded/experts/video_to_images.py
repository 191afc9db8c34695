"""video-to-images: frames of a video, evenly spread."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from ....media.pictures import image_artifact
from ....media.video_frames import each_frame
from ..registry import expert

USUAL, MOST = 8, 64
"""Frames where none are asked for, and at most."""


@expert(
    "video-to-images",
    name="frames",
    description="takes frames out of a video, evenly spread over it",
    library="av",
    requires=("av", "PIL"),
)
def video_to_images(call: Call) -> Sequence[Artifact]:
    """Pictures in the order of time."""
    asked = call.task.parameters.get("frames")
    count = max(1, min(MOST, asked if isinstance(asked, int) else USUAL))
    frames = enumerate(each_frame(call.one("video"), count), start=1)
    return [image_artifact(call, frame, "images", f"frame-{number}") for number, frame in frames]

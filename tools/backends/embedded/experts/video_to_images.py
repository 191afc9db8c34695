"""video-to-images: extracts frames of a video, evenly spread."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from ....media.pictures import image_artifact
from ....media.video_frames import iterate_frames
from ..registry import expert

DEFAULT_FRAMES, MAX_FRAMES = 8, 64


@expert(
    "video-to-images",
    name="frames",
    description="extracts frames of a video, evenly spread over it",
    library="av",
    requires=("av", "PIL"),
)
def video_to_images(call: Call) -> Sequence[Artifact]:
    """Pictures in the order of time."""
    frames = call.task.parameters.get("frames")
    count = max(1, min(MAX_FRAMES, frames if isinstance(frames, int) else DEFAULT_FRAMES))
    numbered = enumerate(iterate_frames(call.one("video"), count), start=1)
    return [image_artifact(call, frame, "images", f"frame-{number}") for number, frame in numbered]

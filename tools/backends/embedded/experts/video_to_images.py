"""video-to-images: extracts frames of a video, evenly spread, at one time, or one for each so many seconds."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from .....graph.errors import input_error
from ....media.pictures import image_artifact
from ....media.video_frames import frame_times, frames_at, iterate_frames
from ..registry import expert

DEFAULT_FRAMES, MAX_FRAMES = 8, 64


@expert(
    "video-to-images",
    name="frames",
    description="extracts frames of a video, evenly spread over it or at given times",
    library="av",
    requires=("av", "PIL"),
)
def video_to_images(call: Call) -> Sequence[Artifact]:
    """Pictures in the order of time."""
    video, given = call.one("video"), call.task.parameters
    frames, every, at = (given.get(name) for name in ("frames", "every_seconds", "at_seconds"))
    if isinstance(frames, int) and frames > MAX_FRAMES:
        raise input_error(f"{frames} frames are too many; at most {MAX_FRAMES} are extracted at once")
    which = given.get("which")
    if isinstance(at, int | float) or isinstance(every, int | float) or which:
        times = frame_times(video)
        if which:
            wanted = [times[-1] if which == "last" else times[0]]
        elif isinstance(at, int | float):
            wanted = [float(at)]
            if wanted[0] > times[-1] + 1:
                raise input_error(f"{video.resource.label} has no frame at {at:g} s: it is {times[-1]:.1f} s long")
        else:
            step = max(0.01, float(every)) if isinstance(every, int | float) else 1.0
            wanted = [step * number for number in range(int(times[-1] / step) + 1)]
        if len(wanted) > MAX_FRAMES:
            raise input_error(f"that is {len(wanted)} frames; at most {MAX_FRAMES} are extracted at once")
        numbers = {min(range(len(times)), key=lambda n: abs(times[n] - second)) for second in wanted}
        found = frames_at(video, numbers)
    else:
        found = iterate_frames(video, max(1, frames if isinstance(frames, int) else DEFAULT_FRAMES))
    numbered = enumerate(found, start=1)
    written = str(given.get("format") or "png")
    return [image_artifact(call, frame, "images", f"frame-{number}", written) for number, frame in numbered]

"""Frames: pictures out of a video, evenly spread over it, by PyAV."""

from typing import TYPE_CHECKING, Any

from ...graph.call import Material
from ...graph.errors import ExpertError
from .limits import limits

if TYPE_CHECKING:
    from PIL import Image


def read_frames(material: Material, count: int) -> "list[Image.Image]":
    """At most `count` frames in order, RGB: the middles of as many equal parts. Raises `ExpertError` (input fault).

    Two passes: containers lie about how many frames they hold.
    """
    import av
    from PIL import Image

    label, most = material.resource.label, limits().max_audio_seconds
    try:
        with av.open(str(material.path)) as container:
            if not container.streams.video:
                raise ExpertError(f"{label} has no pictures in it", input_fault=True)
            total = 0
            for frame in container.decode(video=0):
                total += 1
                if frame.time is not None and frame.time > most:
                    raise ExpertError(f"{label} is longer than the limit of {most:g} s", input_fault=True)
        wanted = {int((place + 0.5) * total / count) for place in range(count)} if total > count else set(range(total))
        with av.open(str(material.path)) as container:
            found: list[Any] = [
                Image.fromarray(frame.to_ndarray(format="rgb24"))
                for number, frame in enumerate(container.decode(video=0))
                if number in wanted
            ]
    except FileNotFoundError:
        raise
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise ExpertError(f"{label} can't be read as a video", input_fault=True) from error
    if not found:
        raise ExpertError(f"there are no pictures in {label}", input_fault=True)
    return found

"""Frames: pictures out of a video, by PyAV."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...graph.call import Material
from ...graph.errors import ExpertError

if TYPE_CHECKING:
    from PIL import Image


def evenly_spread(material: Material, count: int) -> "Iterator[Image.Image]":
    """At most `count` frames: the middles of as many equal parts of the video. Raises `ExpertError` (input fault)."""
    import av

    label = material.resource.label
    try:
        with av.open(str(material.path)) as container:
            if not container.streams.video:
                raise ExpertError(f"{label} has no pictures in it", input_fault=True)
            stream = container.streams.video[0]
            total = stream.frames or sum(1 for _ in container.decode(stream))
            wanted = {int((number + 0.5) * total / count) for number in range(count)}
        with av.open(str(material.path)) as container:
            found = 0
            for number, frame in enumerate(container.decode(video=0)):
                if number in wanted:
                    found += 1
                    yield frame.to_image()  # type: ignore[no-untyped-call]
                    if found == len(wanted):
                        return
    except (av.FFmpegError, ValueError) as error:
        raise ExpertError(f"{label} can't be read as a video", input_fault=True) from error

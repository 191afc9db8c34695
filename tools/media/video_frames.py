"""Frames: pictures out of a video, evenly spread over it, by PyAV."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...graph.call import Material
from ...graph.errors import ExpertError
from .container import opened
from .media_limits import limits

if TYPE_CHECKING:
    from av.container import InputContainer
    from PIL import Image


def read_frames(material: Material, count: int) -> "list[Image.Image]":
    """All of `each_frame`."""
    return list(each_frame(material, count))


def each_frame(material: Material, count: int) -> "Iterator[Image.Image]":
    """At most `count` frames in order, RGB: the middles of as many equal parts. Raises `ExpertError` (input fault).

    Two passes: containers lie about how many frames they hold. One at a time: 64 of a large video fill the memory.
    """
    from PIL import Image

    label, most, total = material.resource.label, limits().max_audio_seconds, 0
    with opened(material.path, label) as container:
        for frame in container.decode(picture_track(container, label)):
            total += 1
            if frame.time is not None and frame.time > most:
                raise ExpertError(f"{label} is longer than the limit of {most:g} s", kind="too_large", input_fault=True)
    if not total:
        raise ExpertError(f"there are no pictures in {label}", input_fault=True)
    wanted = {int((place + 0.5) * total / count) for place in range(count)} if total > count else set(range(total))
    with opened(material.path, label) as container:
        for number, frame in enumerate(container.decode(picture_track(container, label))):
            if number in wanted:
                yield Image.fromarray(frame.to_ndarray(format="rgb24"))


def picture_track(container: "InputContainer", label: str) -> Any:
    """The first track of pictures. Raises `ExpertError` (input fault) for none, and for pictures beyond the limit.

    A header may tell of another size than its frames have: the decoder is held to the limit too, see `container`.
    """
    track: Any = next(iter(container.streams.video), None)
    if track is None or track.codec_context is None:
        raise ExpertError(f"{label} has no pictures in it", input_fault=True)
    if track.width * track.height > (most := limits().max_image_pixels):
        raise ExpertError(
            f"{label} has {track.width} x {track.height} pixels; the limit is {most:,}",
            kind="too_large",
            input_fault=True,
        )
    return track

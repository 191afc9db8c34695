"""`iterate_frames`: frames of a video as pictures, evenly spread over it, by PyAV."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...graph.call import Material
from ...graph.errors import input_error, input_too_large
from .container import open_container
from .media_limits import limits

if TYPE_CHECKING:
    from av.container import InputContainer
    from PIL import Image


def iterate_frames(material: Material, count: int) -> "Iterator[Image.Image]":
    """At most `count` frames, RGB: the middles of equal parts, one at a time. Counts them first: a header may be wrong."""
    from PIL import Image

    label, most, total = material.resource.label, limits().max_audio_seconds, 0
    with open_container(material.path, label) as container:
        for frame in container.decode(video_stream(container, label)):
            total += 1
            if frame.time is not None and frame.time > most:
                raise input_too_large(f"{label} is longer than the limit of {most:g} s")
    if not total:
        raise input_error(f"there are no pictures in {label}")
    selected = {int((place + 0.5) * total / count) for place in range(count)} if total > count else set(range(total))
    with open_container(material.path, label) as container:
        for number, frame in enumerate(container.decode(video_stream(container, label))):
            if number in selected:
                yield Image.fromarray(frame.to_ndarray(format="rgb24"))


def video_stream(container: "InputContainer", label: str) -> Any:
    """The first video stream. Raises `ExpertError` (input fault) for none, and for pictures beyond the limit."""
    track: Any = next(iter(container.streams.video), None)
    if track is None or track.codec_context is None:
        raise input_error(f"{label} has no pictures in it")
    if track.width * track.height > (most := limits().max_image_pixels):
        raise input_too_large(f"{label} has {track.width} x {track.height} pixels; the limit is {most:,}")
    return track

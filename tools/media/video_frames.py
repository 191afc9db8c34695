"""Frames of a video by PyAV: `iterate_frames` evenly spread, `frames_at` by number, `video_pixels` all of them."""

from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ...graph.call import Material
from ...graph.errors import input_error, input_too_large
from .container import open_container
from .media_limits import limits
from .pictures import Pixels
from .video_writer import video_size

if TYPE_CHECKING:
    from av.container import InputContainer
    from PIL import Image


def iterate_frames(material: Material, count: int) -> "Iterator[Image.Image]":
    """At most `count` frames, RGB: the middles of equal parts, one at a time. Counts them first: a header may be wrong."""
    total = len(frame_times(material))
    selected = {int((place + 0.5) * total / count) for place in range(count)} if total > count else set(range(total))
    return frames_at(material, selected)


def frame_times(material: Material) -> list[float]:
    """When each frame is shown, in seconds. Raises `ExpertError` (input fault) for none, and beyond the limit of time."""
    label, most, times = material.resource.label, limits().max_audio_seconds, list[float]()
    with open_container(material.path, label) as container:
        for frame in container.decode(video_stream(container, label)):
            times.append(float(frame.time or 0.0))
            if times[-1] > most:
                raise input_too_large(f"{label} is longer than the limit of {most:g} s")
    if not times:
        raise input_error(f"there are no pictures in {label}")
    return times


def frames_at(material: Material, selected: Collection[int]) -> "Iterator[Image.Image]":
    """The frames of these numbers, from 0, in the order of time, one at a time."""
    from PIL import Image

    label = material.resource.label
    with open_container(material.path, label) as container:
        for number, frame in enumerate(container.decode(video_stream(container, label))):
            if number in selected:
                yield Image.fromarray(frame.to_ndarray(format="rgb24"))


def video_pixels(material: Material, size: tuple[int, int]) -> Iterator[Pixels]:
    """Every frame, scaled to (width, height), one at a time."""
    import numpy as np

    label = material.resource.label
    with open_container(material.path, label) as container:
        for frame in container.decode(video_stream(container, label)):
            yield np.asarray(frame.to_ndarray(width=size[0], height=size[1], format="rgb24"), dtype=np.uint8)


def video_shape(material: Material) -> tuple[Fraction, tuple[int, int], float]:
    """Frames a second, (width, height) and seconds. Raises `ExpertError` (input fault) for a file that is no video."""
    name, most = material.resource.label, limits().max_audio_seconds
    with open_container(material.path, name) as container:
        stream = video_stream(container, name)
        rate = min(max(stream.average_rate or Fraction(25), Fraction(1)), Fraction(60))
        size = video_size((stream.width, stream.height))
        count = stream.frames or sum(1 for _ in container.decode(stream))
    if count / rate > most:
        raise input_too_large(f"{name} is longer than the limit of {most:g} s")
    return rate, size, float(count / rate)


def has_sound(material: Material) -> bool:
    """Whether a video has a sound track."""
    with open_container(material.path, material.resource.label) as container:
        return bool(container.streams.audio)


def video_stream(container: "InputContainer", label: str) -> Any:
    """The first video stream. Raises `ExpertError` (input fault) for none, and for pictures beyond the limit."""
    track: Any = next(iter(container.streams.video), None)
    if track is None or track.codec_context is None:
        raise input_error(f"{label} has no pictures in it")
    if track.width * track.height > (most := limits().max_image_pixels):
        raise input_too_large(f"{label} has {track.width} x {track.height} pixels; the limit is {most:,}")
    return track

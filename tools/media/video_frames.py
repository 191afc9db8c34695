"""Frames of a video by PyAV: `iterate_frames` evenly spread, `frames_at` by number, `video_pixels` all of them; upright."""

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from ...graph.call import Material
from ...graph.errors import input_error, input_too_large
from .container import check_whole, chosen_track, open_container
from .media_limits import limits
from .pictures import Pixels
from .video_writer import video_size

if TYPE_CHECKING:
    from av import VideoFrame
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
        for time, _ in timed_frames(container, label):
            times.append(time)
            if time > most:
                raise input_too_large(f"{label} is longer than the limit of {most:g} s")
        if times:
            check_whole(material.path, video_stream(container, label), times[-1] + 1, label)
    if not times:
        raise input_error(f"there are no pictures in {label}")
    return times


def frames_at(material: Material, selected: Collection[int]) -> "Iterator[Image.Image]":
    """The frames of these numbers, from 0, in the order of time, one at a time."""
    from PIL import Image

    label = material.resource.label
    with open_container(material.path, label) as container:
        for number, (_, frame) in enumerate(timed_frames(container, label)):
            if number in selected:
                yield Image.fromarray(upright_pixels(frame))


def video_pixels(material: Material, shape: "VideoShape") -> Iterator[Pixels]:
    """The pictures of a video at a steady rate, scaled, one at a time: each frame as long as it is shown."""
    label, ticks, shown = material.resource.label, 0, None
    with open_container(material.path, label) as container:
        for time, frame in timed_frames(container, label):
            while shown is not None and ticks < (time * shape.rate) - 0.5:
                yield shown
                ticks += 1
            shown = upright_pixels(frame, shape.size)
        while shown is not None and ticks < max(1, round(shape.seconds * shape.rate)):
            yield shown
            ticks += 1


class VideoShape(NamedTuple):
    """How the pictures of a video are shown."""

    rate: Fraction
    """Frames a second, at which none is lost, within 1 to 60."""
    size: tuple[int, int]
    """Width and height, upright, as H.264 takes them."""
    seconds: float


def video_shape(material: Material) -> VideoShape:
    """The shape of a video. Raises `ExpertError` (input fault) for a file that is no video, and beyond the limit of time."""
    name, most = material.resource.label, limits().max_audio_seconds
    with open_container(material.path, name) as container:
        stream = video_stream(container, name)
        average = stream.average_rate or Fraction(25)
        first = next((frame for _, frame in timed_frames(container, name)), None)
    if first is None:
        raise input_error(f"there are no pictures in {name}")
    size = (first.height, first.width) if _quarters(first) % 2 else (first.width, first.height)
    times, seconds = _shown_at(material, float(1 / average))
    if seconds > most:
        raise input_too_large(f"{name} is longer than the limit of {most:g} s")
    rate = min(max(_steady_rate(times, average), Fraction(1)), Fraction(60))
    return VideoShape(rate, video_size(size), seconds)


def _shown_at(material: Material, usual: float) -> tuple[list[float], float]:
    """When each frame is shown, and until when the last is, in seconds; by the container, nothing is decoded."""
    import av

    label, times, end = material.resource.label, list[float](), 0.0
    with open_container(material.path, label) as container:
        stream = video_stream(container, label)
        begin = (container.start_time or 0) / av.time_base
        for packet in container.demux(stream):
            if packet.pts is not None and not packet.is_discard:
                times.append(float(packet.pts * packet.time_base) - begin)
                end = max(end, times[-1] + (float(packet.duration * packet.time_base) if packet.duration else usual))
        check_whole(material.path, stream, end, label)
    return sorted(times), end


def _steady_rate(times: Sequence[float], average: Fraction) -> Fraction:
    """The average where frames come at even distances; else a rate at which frames that follow fast have their own place."""
    steps = sorted(after - before for before, after in pairwise(times) if after > before)
    if not steps or steps[-1] < 1.5 * steps[0]:
        return average
    return Fraction(1 / steps[len(steps) // 20]).limit_denominator(1001)


def timed_frames(container: "InputContainer", label: str) -> "Iterator[tuple[float, VideoFrame]]":
    """The frames of a video with the second at which each is shown, counted from the beginning of the file."""
    import av

    begin = (container.start_time or 0) / av.time_base
    for frame in container.decode(video_stream(container, label)):
        yield float(frame.time or 0.0) - begin, frame


def upright_pixels(frame: "VideoFrame", size: tuple[int, int] | None = None) -> Pixels:
    """A frame as it is to be shown: turned by the display matrix of its file, scaled to (width, height)."""
    import numpy as np

    quarters = _quarters(frame)
    width, height = size or (None, None)
    if quarters % 2:
        width, height = height, width
    pixels = frame.to_ndarray(width=width, height=height, format="rgb24")
    return np.ascontiguousarray(np.rot90(pixels, quarters), dtype=np.uint8)


def _quarters(frame: "VideoFrame") -> int:
    """By how many quarters it is to be turned, counter-clockwise."""
    return round(frame.rotation / 90) % 4


def has_sound(material: Material) -> bool:
    """Whether a video has a sound track."""
    with open_container(material.path, material.resource.label) as container:
        return bool(container.streams.audio)


def video_stream(container: "InputContainer", label: str) -> Any:
    """The pictures that players show. Raises `ExpertError` (input fault) for none, and for pictures beyond the limit."""
    track: Any = chosen_track([track for track in container.streams.video if track.codec_context is not None])
    if track is None:
        raise input_error(f"{label} has no moving pictures in it")
    if track.width * track.height > (most := limits().max_image_pixels):
        raise input_too_large(f"{label} has {track.width} x {track.height} pixels; the limit is {most:,}")
    return track

"""trim-audio, trim-video and mute: cut a part out of a recording or film by time; a film without its sound."""

from collections.abc import Iterator, Sequence
from itertools import islice

from .....graph.call import Artifact, Call, Material
from .....graph.caveats import caveat
from .....graph.errors import input_error
from ....media.pictures import Pixels
from ....media.sound import read_sound
from ....media.sound_writer import encoded_sound
from ....media.video_frames import has_sound, video_pixels, video_shape
from ....media.video_writer import Sound, video_artifact
from ..registry import expert

_LICENSE = "Apache-2.0 (video by x264, GPL-2.0-or-later)"
MARGIN = 0.05
"""Seconds that an end may be after the end of the recording without a note."""


@expert(
    "trim-audio",
    name="trim-audio",
    description="cuts a part out of a recording, exactly, from one time to another",
    library="av",
    requires=("av", "numpy"),
)
def trim_audio(call: Call) -> Sequence[Artifact]:
    """The part, with as many channels; a WAV of the same sample rate where no other format is asked for."""
    source = call.one("audio")
    samples, hertz = read_sound(source)
    seconds = samples.shape[1] / hertz
    start, end = part_of(call, seconds, source.resource.label)
    kept = samples[:, round(start * hertz) : max(1, round(end * hertz))]
    part = encoded_sound(call, kept, hertz, str(call.task.parameters.get("format") or "wav"))
    return [part.model_copy(update={"note": _shortened(call, seconds)})]


@expert(
    "trim-video",
    name="trim-video",
    description="cuts a part out of a video, with its sound, from one time to another; re-encoded",
    license=_LICENSE,
    library="av",
    requires=("av", "numpy"),
)
def trim_video(call: Call) -> Sequence[Artifact]:
    """An MP4 (H.264, AAC) of the part."""
    source = call.one("video")
    rate, _, seconds = video_shape(source)
    start, end = part_of(call, seconds, source.resource.label)
    sound = read_sound(source) if has_sound(source) else None
    if sound:
        samples, hertz = sound
        sound = samples[:, round(start * hertz) : max(1, round(end * hertz))], hertz
    first = round(start * float(rate))
    part = _written(call, source, first, max(1, round(end * float(rate)) - first), sound)
    return [part.model_copy(update={"note": _shortened(call, seconds)})]


@expert(
    "mute",
    name="mute",
    description="a video without its sound; re-encoded",
    license=_LICENSE,
    library="av",
    requires=("av", "numpy"),
)
def mute(call: Call) -> Sequence[Artifact]:
    """An MP4 (H.264) without a sound track."""
    source = call.one("video")
    if not has_sound(source):
        caveat(f"{source.resource.label} had no sound to remove")
    return [_written(call, source, 0, None, None)]


def _written(call: Call, source: Material, first: int, count: int | None, sound: Sound | None) -> Artifact:
    """`count` frames from the frame `first` on (None: all), with a sound."""
    shape = video_shape(source)
    frames: Iterator[Pixels] = islice(video_pixels(source, shape), first, None if count is None else first + count)
    return video_artifact(call, frames, shape.rate, shape.size, sound)


def _shortened(call: Call, seconds: float) -> str:
    """A note where the part that was asked for goes on after the end."""
    end, source = call.task.parameters.get("end_seconds"), next(iter(call.inputs.values()))
    if not isinstance(end, int | float) or end <= seconds + MARGIN:
        return ""
    return f"{source[0].resource.label} ends at {seconds:.1f} s, before {end:g} s: the part is shorter"


def part_of(call: Call, seconds: float, label: str) -> tuple[float, float]:
    """Start and end in seconds, within what there is. Raises `ExpertError` for a part that is not in it."""
    given = call.task.parameters
    start, end = given.get("start_seconds"), given.get("end_seconds")
    begin = float(start) if isinstance(start, int | float) else 0.0
    begin = max(0.0, seconds + begin) if begin < 0 else begin
    until = float(end) if isinstance(end, int | float) else seconds
    until = min(seconds, seconds + until if until < 0 else until)
    if begin >= until:
        raise input_error(f"{label} has no such part: it is {seconds:.1f} s long")
    return begin, until

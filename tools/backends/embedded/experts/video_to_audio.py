"""video-to-audio: extracts the sound track of a video."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from ....media.sound import read_sound
from ....media.sound_writer import encoded_sound
from ..registry import expert


@expert(
    "video-to-audio",
    name="sound-track",
    description="extracts the sound track of a video",
    library="av",
    requires=("av", "numpy"),
)
def video_to_audio(call: Call) -> Sequence[Artifact]:
    """One or two channels; 16-bit WAV at its own rate where no other format is asked for."""
    given = call.task.parameters
    sound = read_sound(call.one("video"), track=str(given.get("track") or ""))
    return [encoded_sound(call, *sound, str(given.get("format") or "wav"))]

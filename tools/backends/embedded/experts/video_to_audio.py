"""video-to-audio: extracts the sound track of a video."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from ....media.sound import read_sound, sound_artifact
from ..registry import expert


@expert(
    "video-to-audio",
    name="sound-track",
    description="extracts the sound track of a video, as 16-bit WAV",
    library="av",
    requires=("av", "numpy"),
)
def video_to_audio(call: Call) -> Sequence[Artifact]:
    """One or two channels, at its own rate."""
    return [sound_artifact(call, *read_sound(call.one("video")))]

"""audio-to-audio, for loudness only: makes a recording louder or quieter by a factor, without distortion."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from .....graph.errors import input_error
from .....graph.task import Task
from ....media.sound import read_sound, sound_artifact
from ..goal_words import goal_text, has_word
from ..registry import expert

USUAL = {"louder": 100, "quieter": 50}
"""Percent: twice or half the amplitude, 6 dB."""
WORDS = {
    "louder": r"louder|amplif|(?:increase|raise|more) (?:the )?volume",
    "quieter": r"quieter|(?:lower|less) (?:the )?volume",
}


def accepts(task: Task) -> str | None:
    """Tasks that ask for more or less volume."""
    return None if operation_of(task) else "it changes the volume only"


def operation_of(task: Task) -> str:
    """`louder` or `quieter`, by the parameter, else by the goal; empty for neither."""
    named = str(task.parameters.get("operation") or "")
    if named:
        return named if named in USUAL else ""
    return next((name for name, words in WORDS.items() if has_word(goal_text(task), words)), "")


@expert(
    "audio-to-audio",
    name="volume",
    description="makes a recording louder or quieter, and nothing else",
    requires=("numpy", "av"),
    accepts=accepts,
    partial=True,
)
def change_volume(call: Call) -> Sequence[Artifact]:
    """The recording, at most as loud as its peak allows."""
    import numpy as np

    source, operation = call.one("audio"), operation_of(call.task)
    if not operation:
        raise input_error("it is not clear whether the recording is to be louder or quieter")
    percent = call.task.parameters.get("percent")
    share = (percent if isinstance(percent, int | float) else USUAL[operation]) / 100
    samples, hertz = read_sound(source)
    peak = float(np.abs(samples).max())
    gain = max(0.0, 1 - share) if operation == "quieter" else min(1 + share, 1 / max(peak, 1e-6))
    if operation == "louder" and gain < 1.05:
        raise input_error(
            f"{source.resource.label} can't be made louder without distortion: its peak is the loudest there is"
        )
    return [sound_artifact(call, (samples * gain).astype(np.float32), hertz)]

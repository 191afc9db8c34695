"""audio-to-audio without a model: makes a recording louder or quieter, without distortion; converts its file format."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from .....graph.errors import input_error
from .....graph.task import Task
from ....media.sound import read_sound
from ....media.sound_writer import encoded_sound
from ..goal_words import goal_text, has_word
from ..registry import expert
from ..strength import strength

USUAL = {"louder": 100, "quieter": 50}
"""Percent: twice or half the amplitude, 6 dB."""
WORDS = {
    "louder": r"louder|amplif|(?:increase|raise|more) (?:the )?volume",
    "quieter": r"quieter|(?:lower|less) (?:the )?volume",
}


def accepts(task: Task) -> str | None:
    """Tasks that ask for more or less volume, or for another file format."""
    return None if operation_of(task) else "it changes the volume and the file format only"


def operation_of(task: Task) -> str:
    """`louder`, `quieter` or `format`, by the parameter, else by the goal; empty for none."""
    named = str(task.parameters.get("operation") or "")
    if named:
        return named if named in (*USUAL, "format") else ""
    return next((name for name, words in WORDS.items() if has_word(goal_text(task), words)), "")


@expert(
    "audio-to-audio",
    name="sound-edit",
    description="makes a recording louder or quieter, or converts its file format, and nothing else",
    requires=("numpy", "av"),
    accepts=accepts,
    partial=True,
)
def edit_sound(call: Call) -> Sequence[Artifact]:
    """The recording, at most as loud as its peak allows."""
    import numpy as np

    source, operation, given = call.one("audio"), operation_of(call.task), call.task.parameters
    if not operation:
        raise input_error("it is not clear whether the recording is to be louder or quieter")
    samples, hertz = read_sound(source)
    file_format = str(given.get("format") or "wav")
    if operation == "format":
        return [encoded_sound(call, samples, hertz, file_format)]
    percent, decibels = given.get("percent"), given.get("decibels")
    share = (percent if isinstance(percent, int | float) else USUAL[operation] * strength(call.task)) / 100
    if isinstance(decibels, int | float):
        share = 10 ** (decibels / 20) - 1 if operation == "louder" else 1 - 10 ** (-decibels / 20)
    peak = float(np.abs(samples).max())
    gain = max(0.0, 1 - share) if operation == "quieter" else min(1 + share, 1 / max(peak, 1e-6))
    if operation == "louder" and gain < 1.05:
        raise input_error(
            f"{source.resource.label} can't be made louder without distortion: its peak is the loudest there is"
        )
    made = encoded_sound(call, (samples * gain).astype(np.float32), hertz, file_format)
    if operation == "louder" and gain < 1 + share - 0.005:
        note = f"only {100 * (gain - 1):.0f} % louder, not {100 * share:.0f} %: more would distort the loudest part"
        made = made.model_copy(update={"note": note})
    return [made]

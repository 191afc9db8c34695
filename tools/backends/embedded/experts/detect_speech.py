"""voice-activity-detection: when speech occurs, and when not. Not covered: who speaks, music with a beat."""

import json
from collections.abc import Sequence

from .....graph.call import Artifact, Call, Material
from .....graph.caveats import lacks
from .....graph.errors import ExpertError
from ....media.recording_parts import quiet_pieces
from ..goal_words import goal_text, has_word
from ..registry import expert
from ..speech import SAMPLE_RATE, find_speech

PAUSES = r"pauses?\b|silen(?:t|ces?)\b|quiet|nobody|no ?one"
SHORTEST_PAUSE = 0.3
"""Seconds: shorter gaps lie within a sentence."""


@expert(
    "voice-activity-detection",
    name="pocketsphinx-vad",
    description="finds when speech begins and ends, to a third of a second; mistakes music with a beat for speech",
    license="BSD-2-Clause",
    library="pocketsphinx",
    requires=("pocketsphinx", "av"),
    partial=True,
)
def detect_speech(call: Call) -> Sequence[Artifact]:
    """`{"label": "speech", "score", "start", "end"}` in seconds; the score is the share that sounds like voice.

    Where the goal asks for pauses, the times between: `{"label": "pause", ...}`.
    """
    label, (found, seconds) = "speech", _spoken(call.one("audio"))
    if has_word(goal_text(call.task), PAUSES):
        edges = [0.0, *(edge for start, end, _ in found for edge in (start, end)), seconds]
        label, found = (
            "pause",
            [
                (start, end, 1.0)
                for start, end in zip(edges[::2], edges[1::2], strict=True)
                if end - start >= SHORTEST_PAUSE
            ],
        )
    rows = [
        {"label": label, "score": round(score, 4), "start": round(start, 2), "end": round(end, 2)}
        for start, end, score in found
    ]
    return [Artifact(output="labels", kind="labels", media_type="application/json", text=json.dumps(rows))]


def _spoken(recording: Material) -> tuple[list[tuple[float, float, float]], float]:
    """Start, end and score of what is spoken, and the seconds of the whole; piece by piece, joined where speech goes on.

    Raises `ExpertError` (input fault) where it can't be determined of any piece; of a few they are said.
    """
    found, unsure, begin = list[tuple[float, float, float]](), list[ExpertError](), 0.0
    pieces = 0
    for pieces, samples in enumerate(quiet_pieces(recording), start=1):  # noqa: B007
        end = begin + len(samples) / SAMPLE_RATE
        try:
            segments = find_speech(samples, recording.resource.label)
        except ExpertError as error:
            unsure.append(error)
            lacks(f"{error.message} (from {begin:.0f} to {end:.0f} s)")
            segments = []
        for start, stop, score in segments:
            if found and begin + start - found[-1][1] < SHORTEST_PAUSE:
                found[-1] = (found[-1][0], begin + stop, max(score, found[-1][2]))
            else:
                found.append((begin + start, begin + stop, score))
        begin = end
    if unsure and len(unsure) == pieces:
        raise unsure[0]
    return found, begin

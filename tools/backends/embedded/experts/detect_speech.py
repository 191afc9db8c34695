"""voice-activity-detection: when speech occurs, and when not. Not covered: who speaks, music with a beat."""

import json
from collections.abc import Sequence

from .....graph.call import Artifact, Call
from ....media.sound import read_sound
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
    sound, _ = read_sound(call.one("audio"), rate=SAMPLE_RATE, mono=True)
    label, found = "speech", find_speech(sound[0], call.one("audio").resource.label)
    if has_word(goal_text(call.task), PAUSES):
        edges = [0.0, *(edge for start, end, _ in found for edge in (start, end)), sound.shape[1] / SAMPLE_RATE]
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

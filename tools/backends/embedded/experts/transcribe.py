"""automatic-speech-recognition: pocketsphinx with the US English model in its wheel.

Weak: word error rate about 0.3 on people reading aloud; it recognises our own `espeak-ng` well. Noise is not removed
first, as that often made it worse. Not covered: other languages, telephone speech, who speaks, punctuation.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from .....graph.call import Artifact, Call
from .....graph.caveats import lacks
from .....graph.errors import input_error
from .....graph.task import Task
from ....languages import english_name, iso1, spoken_in
from ....media.sound import Samples, read_sound
from ..goal_words import goal_text
from ..registry import expert
from ..speech import SAMPLE_RATE, find_speech, spoken_parts

MAX_PIECE_SECONDS = 30
"""Seconds decoded at once; longer sound is cut where it is quietest."""
LEVEL = 0.7
"""Peak of what is decoded, where full scale is 1."""
HARDLY, UNSURE = 0.2, 0.33
"""Certainty below which nothing is said; and below which the text is reported as unsure."""
DITHER = 0.0005
"""Standard deviation of the noise added, where full scale is 1."""


def accepts(task: Task) -> str | None:
    """English only."""
    requested = task.parameters.get("language")
    language = iso1(requested) if isinstance(requested, str) and requested else spoken_in(goal_text(task))
    if language in (None, "en") and not (requested and language is None):
        return None
    return f"it understands English only, not {english_name(language) if language else requested}"


@expert(
    "automatic-speech-recognition",
    name="pocketsphinx",
    description="transcribes clear English speech; of people about three words in ten are wrong; English only",
    license="BSD-2-Clause",
    library="pocketsphinx",
    requires=("pocketsphinx", "av"),
    accepts=accepts,
    partial=True,
)
def transcribe(call: Call) -> Sequence[Artifact]:
    """The words, lower case, without punctuation. Refuses what is hardly English by how sure the recogniser is of its words.

    Its certainty is the posterior probability of a word, the geometric mean over all. Measured on our own speech: 0.29 to
    0.51 in English, 0.07 to 0.30 in nine other languages.
    """
    source = call.one("audio")
    label = source.resource.label
    sound, _ = read_sound(source, rate=SAMPLE_RATE, mono=True)
    spoken = list(spoken_parts(find_speech(sound[0], label)))
    if not spoken:
        raise input_error(f"no speech was found in {label}")
    pieces = (sound[0, int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)] for start, end in spoken)
    read = [_recognized(piece) for part in pieces for piece in split_at_pauses(part)]
    words = " ".join(text for text, _ in read if text)
    certainty = math.exp(sum(log for _, log in read) / max(1, len(words.split())))
    if not words or certainty < HARDLY:
        raise input_error(
            f"what is said in {label} was not recognised: it is no English, or not clear (certainty {certainty:.2f} of 1)",
            hint="With a token, or your own server, other models understand more: hugginggpt models.",
        )
    if certainty < UNSURE:
        lacks(f"the words of {label} are unsure ({certainty:.2f} of 1): they may be wrong, or of another language")
    note = f"{label} was recognised with a certainty of {certainty:.2f} of 1"
    return [Artifact(output="text", kind="text", media_type="text/plain", text=words, note=note)]


def _recognized(piece: Samples) -> tuple[str, float]:
    """The words of a piece, and the log of their probability.

    With padding and dither, 5 words in 100 of our own speech were wrong; without them, 58.
    """
    import numpy as np

    piece = piece - piece.mean()
    loudest = float(np.abs(piece).max())
    padded = np.pad(piece / max(loudest, 1e-6) * LEVEL, SAMPLE_RATE // 2)
    dithered = padded + np.random.default_rng(0).normal(0, DITHER, len(padded))
    decoder = _decoder()
    decoder.start_utt()
    decoder.process_raw((dithered.clip(-1, 1) * 32767).astype(np.int16).tobytes(), full_utt=True)
    decoder.end_utt()
    best = decoder.hyp()
    return (best.hypstr, math.log(max(best.prob, 1e-300))) if best and best.hypstr else ("", 0.0)


def split_at_pauses(samples: Samples) -> Iterator[Samples]:
    """Split at the quietest fifth of a second in the second half of every `MAX_PIECE_SECONDS`."""
    import numpy as np

    window = SAMPLE_RATE // 5
    while len(samples) > MAX_PIECE_SECONDS * SAMPLE_RATE:
        half = MAX_PIECE_SECONDS * SAMPLE_RATE // 2
        frames = samples[half : 2 * half].reshape(-1, window)
        cut = half + (int(np.argmin((frames**2).mean(axis=1)))) * window + window // 2
        yield samples[:cut]
        samples = samples[cut:]
    yield samples


def _decoder() -> Any:
    """A new one for each call: it adapts to the sound it decodes, and the same call must return the same words."""
    from pocketsphinx import Decoder

    return Decoder(samprate=SAMPLE_RATE, loglevel="FATAL")

"""language-identification: finds which of 97 languages a text is in, by py3langid."""

import json
import math
from collections.abc import Sequence

from .....graph.call import Artifact, Call
from .....graph.errors import input_error
from ..registry import expert


@expert(
    "language-identification",
    name="py3langid",
    description="identifies which of 97 languages a text is in, as ISO 639-1 code",
    license="BSD-3-Clause",
    library="py3langid",
    requires=("py3langid",),
)
def identify_language(call: Call) -> Sequence[Artifact]:
    """The three likeliest, best first: `{"label": "fr", "score": 0.98}`."""
    text = call.text("text").strip()
    if not any(char.isalpha() for char in text):
        raise input_error("there are no words to identify the language of")
    rows = [{"label": label, "score": round(score, 4)} for label, score in rank_languages(text)[:3]]
    return [Artifact(output="labels", kind="labels", media_type="application/json", text=json.dumps(rows))]


def rank_languages(text: str) -> list[tuple[str, float]]:
    """(ISO 639-1 code, probability), likeliest first; from the first 4,000 characters."""
    import py3langid

    text = text[:4000]
    scores = [(label, float(score)) for label, score in py3langid.rank(text)]
    temperature = math.sqrt(len(text.encode()) or 1)  # as py3langid does; otherwise every short text would be certain
    shares = [math.exp((score - scores[0][1]) / temperature) for _, score in scores]
    return [(label, share / sum(shares)) for (label, _), share in zip(scores, shares, strict=True)]

"""language-identification: finds which of 97 languages a text is in, by py3langid."""

import json
from collections.abc import Sequence

from .....graph.call import Artifact, Call
from .....graph.errors import input_error
from ....languages import english_name
from ....text_language import MAX_CHARACTERS, rank_languages
from ..registry import expert

CERTAIN, SURE = 0.9, 0.5
"""Probabilities: of a text in one language, and of a line whose language counts."""
LEAST, NO_LANGUAGE = 0.12, "zxx"
"""Below this probability the likeliest of 97 is a guess; the code of what is no language."""
SHORTEST_LINE = 12
"""Characters; shorter lines are too short to decide."""


@expert(
    "language-identification",
    name="py3langid",
    description="identifies which of 97 languages a text is in, as ISO 639-1 code",
    license="BSD-3-Clause",
    library="py3langid",
    requires=("py3langid",),
)
def identify_language(call: Call) -> Sequence[Artifact]:
    """The three likeliest, best first: `{"label": "fr", "score": 0.98, "name": "French"}`; of mixed lines each language."""
    text = call.text("text").strip()
    if not any(char.isalpha() for char in text):
        raise input_error("there are no words to identify the language of")
    found = rank_languages(text)[:3]
    if found[0][1] < CERTAIN:
        found = _by_line(text) or found
    if found[0][1] < LEAST or found[0][0] == NO_LANGUAGE:
        raise input_error("can't tell which language the text is in: it is too short, or in none of those known")
    rows = [{"label": label, "score": round(score, 4), "name": english_name(label)} for label, score in found]
    return [Artifact(output="labels", kind="labels", media_type="application/json", text=json.dumps(rows))]


def _by_line(text: str) -> list[tuple[str, float]]:
    """The languages of a text whose lines are in several, each with its best score; else nothing."""
    found: dict[str, float] = {}
    for line in text[:MAX_CHARACTERS].splitlines():
        language, score = rank_languages(line)[0] if len(line) >= SHORTEST_LINE else ("", 0.0)
        if score >= SURE:
            found[language] = max(score, found.get(language, 0.0))
    return list(found.items()) if len(found) > 1 else []

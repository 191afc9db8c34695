"""`rank_languages`: the languages that a text may be in, by py3langid; `is_in`: whether it is in one of them already."""

import math
from importlib.util import find_spec

from .languages import iso1

MAX_CHARACTERS = 4_000
"""Characters that are looked at."""
CERTAIN = 0.9
"""Probability from which a text counts as Nigerian Pidgin rather than English."""


def rank_languages(text: str) -> list[tuple[str, float]]:
    """(ISO 639 code, probability), likeliest first."""
    import py3langid

    text = text[:MAX_CHARACTERS]
    scores = [(label, float(score)) for label, score in py3langid.rank(text)]
    temperature = math.sqrt(len(text.encode()) or 1)  # as py3langid does; otherwise every short text would be certain
    shares = [math.exp((score - scores[0][1]) / temperature) for _, score in scores]
    found = {label: share / sum(shares) for (label, _), share in zip(scores, shares, strict=True)}
    if found["pcm"] < CERTAIN:  # short English texts look like Nigerian Pidgin, whose words it shares
        found |= {"en": found["en"] + found["pcm"], "pcm": 0.0}
    return sorted(found.items(), key=lambda pair: -pair[1])


def is_in(text: str, language: str) -> bool:
    """Whether a text is in a language (name or code) rather than in English; for English, in no other.

    False without py3langid.
    """
    code = iso1(language) if find_spec("py3langid") is not None and any(map(str.isalpha, text)) else None
    if code is None:
        return False
    ranks = rank_languages(text)
    shares = dict(ranks)
    return ranks[0][0] == code or (code != "en" and shares.get(code, 0.0) > shares["en"])

"""`endless_repetition`: what a text repeats up to its end, as models do that can't stop; for chat models and Whisper."""

import re

_LEAST_TIMES = 8
_LEAST_CHARACTERS = 160
"""Of what is repeated, all together: a refrain and a row of dashes are shorter, or have no letters."""
_LONGEST = 400
"""Characters of what is looked for."""
_ASKED = re.compile(
    r"\d\s*(?:times|x\b|mal\b|fois|veces|vezes|次|回)|\brepeat|wiederhol|répét|répèt|repit[ea]|repet|重复|繰り返",
    re.IGNORECASE,
)


def endless_repetition(text: str) -> str | None:
    """The words that the end of a text repeats, eight times or more and over 160 characters; None where it does not."""
    plain = " ".join(text.split())
    for length in range(2, min(_LONGEST, len(plain) // _LEAST_TIMES) + 1):
        times = max(_LEAST_TIMES, -(-_LEAST_CHARACTERS // length))
        unit = plain[-length:]
        if plain.endswith(unit * times) and len(set(filter(str.isalpha, unit))) > 1:
            return unit.strip()
    return None


def asks_for_repetition(text: str) -> bool:
    """Whether a request may want words again and again."""
    return bool(_ASKED.search(text))

"""What is said and how: `manner` (voice, rate, language) and `words_to_say`."""

import re

from .lexicon import LANGUAGES, lexicon
from .parameters import Parameters

_RATE = re.compile(r"\b(?:at )?(\d{2,3}) (?:words (?:a|per) minute|wpm)\b")
_PACES: dict[str, int] = {"very slow": 100, "slow": 125, "very fast": 260, "fast": 220, "quick": 220}
"""Words a minute; 170 is usual."""
_PACE = re.compile(
    r"\b((?:very )?(?:slow|fast|quick))(?:ly|er)?\b(?= ?(?:[,.!?]|\Z|and\b|aloud|out\b|please|in\b|with\b|pace|speed))"
)
_VOICE = re.compile(
    r"\b(?:in|with|by|using|as) (?:an? |the |my )?"
    r"(?P<voice>female|male|woman(?:’s)?|man(?:’s)?|whisper(?:ing|ed)?)(?: voice)?\b"
)
_VOICES = {"woman": "female", "man": "male", "whispering": "whisper", "whispered": "whisper"}
_ACCENT = re.compile(rf"\b(?:in|with) (?:an? |the )?({'|'.join(LANGUAGES)}) (?:voice|accent|pronunciation|speaker)\b")
_SAID = re.compile(
    r"\b(?:say|speak|pronounce|announce)(?: the words?| the sentence)? (?P<text>[^\ue000-\ue0ff.;?!\n]+?)"
    r"(?=\W*(?:\b(?:aloud|out ?loud|loudly|slowly|quickly|verbally|please|in an?|at \d|very)\b|\Z|[.!?\n]))"
)
_POINTING = re.compile(
    r"(?:the|its?|this|that|th[eo]se|them|my|your|their|his|her|our|each|all|both|how|what|whether|which|if)\b"
)


def manner(words: str) -> tuple[Parameters, list[tuple[int, int]]]:
    """`voice`, `rate` and `language` of the speech that masked words ask for, and where they do."""
    found: Parameters = {}
    rate, pace, voice, accent = (pattern.search(words) for pattern in (_RATE, _PACE, _VOICE, _ACCENT))
    if rate:
        found["rate"] = int(rate[1])
    elif pace:
        found["rate"] = _PACES[pace[1]]
    if voice:
        named = voice["voice"].removesuffix("’s")
        found["voice"] = _VOICES.get(named, named)
    if accent:
        found["language"] = LANGUAGES[accent[1]]
    return found, [match.span() for match in (rate or pace, voice, accent) if match]


def words_to_say(masked: str, start: int, end: int, *, has_data: bool) -> tuple[int, int] | None:
    """Where the words to say stand without quotation marks: "say hello world aloud". `has_data`: "the total" is a datum."""
    match = _SAID.search(masked, start, end)
    if match is None or lexicon().cues["points"].match(match["text"]):
        return None
    if has_data and _POINTING.match(match["text"]):
        return None
    return match.span("text")

"""`find_type_name`: the task type that a model means: other spelling, a letter missing, a name from another list."""

import re
from difflib import get_close_matches

from ....graph.vocabulary import VOCABULARY

_ALIASES = {
    "image-editing": "image-text-to-image",
    "image-captioning": "image-to-text",
    "ocr": "image-to-text",
    "speech-recognition": "automatic-speech-recognition",
    "speech-to-text": "automatic-speech-recognition",
    "asr": "automatic-speech-recognition",
    "tts": "text-to-speech",
    "vqa": "visual-question-answering",
    "ner": "token-classification",
    "named-entity-recognition": "token-classification",
    "sentiment-analysis": "text-classification",
}
"""Names that TaskBench and JARVIS use, and common abbreviations."""


def find_type_name(name: str) -> str | None:
    """The name in the vocabulary that `name` means; None where it may mean none or several."""
    plain = re.sub(r"[\s_/-]+", "-", name.strip().lower()).strip("-")
    plain = _ALIASES.get(plain, plain)
    if plain in VOCABULARY:
        return plain
    near = get_close_matches(plain, VOCABULARY, n=2, cutoff=0.9)
    return near[0] if len(near) == 1 else None

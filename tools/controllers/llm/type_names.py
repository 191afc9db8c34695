"""`types_named`: the task types that a name may mean: other spelling, a letter missing, a name from another list."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache

from ....graph.vocabulary import VOCABULARY

_OTHER_NAMES: Mapping[str, str] = {
    "image-text-to-image": "image-editing image-inpainting",
    "image-to-text": "image-captioning image-caption image-description ocr text-extraction text-recognition "
    "optical-character-recognition image-text-extraction",
    "automatic-speech-recognition": "speech-recognition speech-to-text audio-to-text asr transcription "
    "audio-transcription speech-transcription",
    "text-to-speech": "tts speech-synthesis speech-generation",
    "visual-question-answering": "vqa image-question-answering",
    "document-question-answering": "document-qa",
    "question-answering": "qa text-question-answering text-to-question-answering",
    "token-classification": "ner named-entity-recognition entity-extraction entity-recognition pos-tagging "
    "part-of-speech-tagging",
    "text-classification": "sentiment-analysis sentiment-classification emotion-detection emotion-recognition "
    "emotion-classification",
    "audio-classification": "emotion-detection emotion-recognition emotion-classification speaker-identification "
    "speaker-recognition sound-classification",
    "sentence-similarity": "text-similarity text-comparison semantic-similarity text-to-text-similarity",
    "text2text-generation": "text-to-text text-editing text-rewriting paraphrasing",
    "conversational": "conversation chat dialogue conversational-response conversational-response-modeling "
    "conversational-response-model conversational-response-generation",
    "audio-to-audio": "audio-enhancement speech-enhancement source-separation noise-reduction denoising audio-editing",
    "image-to-image": "image-enhancement colorization style-transfer super-resolution image-super-resolution "
    "image-restoration noise-reduction denoising image-generation",
    "text-to-image": "image-generation",
    "text-to-video": "video-generation",
    "image-to-video": "video-generation",
    "text-to-audio": "music-generation text-to-music",
    "tabular-classification": "table-classification",
    "object-detection": "object-recognition",
    "keypoint-detection": "pose-estimation",
    "language-identification": "language-detection",
}
"""Names that TaskBench, JARVIS and models use, and common abbreviations, by the task type; one may be of several."""
_SAYS_NOTHING = re.compile(r"(?:text|sentence|document|machine|language|neural)-(?=.)")
"""Words before a type's name that change nothing: a machine translation, a text summarization."""


def types_named(name: str) -> tuple[str, ...]:
    """The names in the vocabulary that `name` may mean; several where what the task is given has to decide."""
    for plain in dict.fromkeys(map(_plain, (name, re.sub(r"\(.*?\)", " ", name)))):
        shorter = _SAYS_NOTHING.sub("", plain, count=1) if _SAYS_NOTHING.match(plain) else plain
        for spelling in (plain, shorter):
            if spelling in VOCABULARY:
                return (spelling,)
            if types := _by_other_name().get(spelling):
                return types
    near = get_close_matches(_plain(name), VOCABULARY, n=2, cutoff=0.9)
    return tuple(near) if len(near) == 1 else ()


def find_type_name(name: str) -> str | None:
    """The name in the vocabulary that `name` means by itself; None where it may mean none or several."""
    types = types_named(name)
    return types[0] if len(types) == 1 else None


def _plain(name: str) -> str:
    plain = re.sub(r"[\s_/-]+", "-", name.strip().lower()).strip("-")
    return plain.replace("modelling", "modeling").replace("isation", "ization")


@cache
def _by_other_name() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for task_type, names in _OTHER_NAMES.items():
        for other in names.split():
            found[other] = (*found.get(other, ()), task_type)
    return found

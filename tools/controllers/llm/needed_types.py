"""`needed_types`: the task types that a request may need, the likeliest first; a prompt describes them, as many as fit.

First those of the rule-based draft, then in turn the nearest by example phrases (of the request and of each of its pieces)
and those whose names and descriptions share words with it, then the paper's types (Table 13), for the data at hand first.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, zip_longest

from ....graph.result import Request
from ....graph.vocabulary import VOCABULARY
from ...wording.meanings import meaning_of
from ...wording.nearest import nearest
from ...wording.request_language import language_of, own_words
from ...wording.wording import LANGUAGES
from .type_lines import PLANNED

_PAPER = tuple(
    "image-to-text summarization translation question-answering text-to-image text-to-speech automatic-speech-recognition"
    " visual-question-answering document-question-answering object-detection image-text-to-image text-generation"
    " text-classification token-classification image-classification image-segmentation text-to-video audio-to-audio"
    " audio-classification image-to-image depth-estimation tabular-classification conversational sentence-similarity"
    " video-classification text-to-audio table-question-answering count compare join-text".split()
)
_WIDE = "\u3002\uff01\uff1f\uff1b\uff0c\u3001"
"""Punctuation of Chinese and Japanese."""
_PIECE = re.compile(rf"[.;!?\n:,{_WIDE}]+|\b(?:and|then|und|dann|puis|et|luego|y|depois|e)\b", re.IGNORECASE)
_MAX_PIECES = 24
_NEAREST = 12
"""Meanings of each piece."""
_MIXED = 12
"""Types by examples and words before the paper's."""
_WORD = re.compile(r"[^\W\d_]{4,}")
_STEM = 5
"""Letters by which words are compared."""
_ALIKE = (
    ("question-answering", "visual-question-answering", "document-question-answering", "table-question-answering"),
    ("image-classification", "zero-shot-image-classification"),
    ("object-detection", "zero-shot-object-detection"),
)
"""Types that answer the same words, by the data they are about: where one may be needed, so may the others."""
SIMPLE, MORE = 9, 34
"""Types that are described for a request of one step that the rules understand in full, and for any other."""


def needed_types(request: Request, drafted: Sequence[str]) -> list[str]:
    """All types that a model plans with, the likeliest first. `drafted`: those of the rule-based draft."""
    near, words = _by_examples(request.text), _by_words(request.text)
    mixed = [name for name in chain(*zip_longest(near, words)) if name]
    likely = _with_alike([*drafted, *near[:2]])
    ranked = chain(likely, mixed[:_MIXED], _of_the_paper(request), mixed, PLANNED)
    return [name for name in dict.fromkeys(ranked) if name in PLANNED]


def _by_examples(text: str) -> list[str]:
    code = language_of(own_words(text))
    pieces = [piece for piece in _PIECE.split(text) if len(piece.strip()) > 3][:_MAX_PIECES]
    scores: dict[str, float] = {}
    for piece in (text, *pieces):
        for match in nearest(piece, code if code in LANGUAGES else "en", most=_NEAREST):
            if not (meaning := meaning_of(match.meaning)).is_out_of_reach:
                scores[meaning.task_type] = max(match.score, scores.get(meaning.task_type, 0.0))
    return sorted(scores, key=lambda name: -scores[name])


def _by_words(text: str) -> list[str]:
    """Those that share words with the request, rare words first."""
    stems = _stems(text)
    weights = _weights()
    scores = {name: sum(weights[stem] for stem in own & stems) for name, own in _words_of_types().items()}
    return sorted((name for name, score in scores.items() if score), key=lambda name: -scores[name])


def _of_the_paper(request: Request) -> Iterator[str]:
    """Those that take or make the kinds of data that are at hand come first."""
    kinds = {resource.kind for resource in (*request.files, *request.resources)} or {"text"}
    at_hand = [name for name in _PAPER if any(port.takes(kind) for port in VOCABULARY[name].inputs for kind in kinds)]
    return chain(at_hand, _PAPER)


def _with_alike(names: Sequence[str]) -> list[str]:
    alike = [other for name in names for group in _ALIKE if name in group for other in group]
    return [*names, *alike]


@cache
def _words_of_types() -> dict[str, frozenset[str]]:
    return {name: _stems(f"{name.replace('-', ' ')} {VOCABULARY[name].description}") for name in PLANNED}


@cache
def _weights() -> dict[str, float]:
    counts = Counter(stem for own in _words_of_types().values() for stem in own)
    return {stem: 1 / number for stem, number in counts.items()}


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:_STEM] for word in _WORD.findall(text.lower()))

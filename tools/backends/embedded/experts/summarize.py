"""summarization: picks the most central sentences, unchanged and in their order.

A sentence scores by the words that it shares with others (how many sentences hold each word), a little more at the start
of the text, and less for words that a chosen sentence holds. Of a receipt or a list it keeps the heading and the totals
too. Nothing is rephrased.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from importlib.util import find_spec

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError, input_error
from ....languages import english_name
from ..registry import expert
from ..tokenization import content_words, sentences
from .sentiment import foreign_language

MAX_SENTENCES = 2000
"""Sentences that are considered; a longer text is summarised from its beginning."""
_KEY_LINE = re.compile(r"\b(?:total|sum|amount due|balance|gesamt|summe|importe|montant|totale)\b", re.I)


@expert(
    "summarization",
    name="summary",
    description="picks the most central sentences; extractive, nothing is rephrased",
    light=True,
    partial=True,
)
def summarize(call: Call) -> Sequence[Artifact]:
    """At most `max_sentences` (else about a third, four at most) and `max_words`. `ExpertError` where that is too short."""
    text, (most, words) = call.text("text"), (call.task.parameters.get(name) for name in ("max_sentences", "max_words"))
    limit = most if isinstance(most, int) and most > 0 else None
    summary = summarize_in_words(text, limit, words) if isinstance(words, int) else summarize_text(text, limit)
    form = call.task.parameters.get("format")
    if form == "bullets":
        summary = "\n".join(f"- {sentence}" for sentence in sentences(summary))
    elif form == "paragraph":
        summary = " ".join(summary.split())
    language = foreign_language(text) if find_spec("py3langid") else None
    note = (
        f"the text is in {english_name(language)}; the sentences were picked as if it were English" if language else ""
    )
    return [Artifact(output="text", kind="text", media_type="text/plain", text=summary, note=note)]


def summarize_in_words(text: str, most: int | None, words: int) -> str:
    """The longest summary of at most so many words. Raises `ExpertError` where no sentence is as short."""
    found = sentences(text)[:MAX_SENTENCES]
    for limit in range(most or max(1, len(found) - 1), 0, -1):
        if len((summary := summarize_text(text, limit)).split()) <= words:
            return summary
    fitting = [
        number for number, sentence in enumerate(found) if len(sentence.split()) <= words and _is_prose(sentence)
    ]
    if fitting:
        return found[best_sentences([found[number] for number in fitting], fitting, 1, set())[0]]
    shortest = min((len(sentence.split()) for sentence in found if _is_prose(sentence)), default=0)
    raise ExpertError(
        f"it picks whole sentences, and the shortest has {shortest} words; {words} are too few",
        hint="Allow more words, or set up a language model, which can rephrase.",
    )


def summarize_text(text: str, most: int | None = None) -> str:
    """The summary of a text. Raises `ExpertError` when there is nothing in it."""
    found = sentences(text)[:MAX_SENTENCES]
    if not found:
        raise input_error("there is no text to summarise")
    if len(found) == 1:
        return _first_clause(found[0])
    most = min(most or max(1, min(4, round(len(found) / 3))), len(found) - 1)
    prose = [number for number, sentence in enumerate(found) if _is_prose(sentence)]
    others = [number for number in range(len(found)) if number not in set(prose)]
    kept = [number for number in others if _KEY_LINE.search(found[number])][-1:]
    if others[:1] == [0] and most > 2:
        kept = [0, *kept]
    kept = kept[: most - 1] if prose else kept[:most]
    kept += best_sentences([found[number] for number in prose or others], prose or others, most - len(kept), set(kept))
    return _joined([found[number] for number in sorted(set(kept))])


def best_sentences(texts: Sequence[str], numbers: Sequence[int], most: int, taken: set[int]) -> list[int]:
    """The numbers of the `most` best sentences."""
    stems = [set(content_words(text)) for text in texts]
    common = Counter(word for words in stems for word in words)
    remaining, picked, covered = [i for i, n in enumerate(numbers) if n not in taken], list[int](), set[str]()
    while remaining and len(picked) < most:
        best = max(remaining, key=lambda i: _score(stems[i] - covered, stems[i], common) * (1.6 if i == 0 else 1.0))
        remaining.remove(best)
        picked.append(best)
        covered |= stems[best]
    return [numbers[i] for i in picked]


def _score(new: set[str], stems: set[str], common: Counter[str]) -> float:
    return sum(math.log1p(common[word]) for word in new) / (4 + len(stems)) ** 0.7 if stems else 0.0


def _is_prose(sentence: str) -> bool:
    return (len(sentence.split()) >= 5 and sentence[-1] in '.!?…。！？"”’)') or len(sentence.split()) >= 9


def _first_clause(sentence: str) -> str:
    head = re.split(r"[;:,—–]\s+|\s+\(", sentence, maxsplit=1)[0]
    return f"{head}." if 4 <= len(head.split()) < len(sentence.split()) else sentence


def _joined(kept: Sequence[str]) -> str:
    text = ""
    for sentence in kept:
        text += ("" if not text else " " if text[-1] in ".!?…。！？" else "\n") + sentence
    return text

"""`apart_from_limits`: what a piece asks for beside the part of its data that it names: "summarise page 2" is a summary.

The part is a limit and no verb; its words are near to examples that only cut or read that part.
"""

from collections.abc import Sequence
from dataclasses import replace

from ....graph.resource import Kind
from ....graph.vocabulary import VOCABULARY
from ...wording.aloud import without_aloud
from ...wording.clause_reading import SURE, Piece, read_clauses
from ...wording.clause_words import ClauseWords
from ...wording.details import only_reads
from ...wording.lost_words import has_other_words
from ...wording.meanings import meaning_of
from ...wording.nearest import Match, nearest, words_pattern
from ...wording.page_words import read_pages
from ...wording.text_parts import read_parts
from ...wording.time_ranges import time_range
from ...wording.wording import blanked, folded, wording
from .clauses import ParsedRequest
from .lexicon import QUOTE

_MADE = ("translation", "text-generation", "fill-mask", "conversational", "question-answering", "table-question-answering",
         "document-question-answering", "visual-question-answering")  # fmt: skip
"""Types that a question does not ask for in other words: it is one already, or makes no new text."""
_NEAR_PAGES = ("document-to-", "count/pages", "translation")
"""Meanings that words about pages are near to, or about the language of a result."""
_VERB, _VERB_UNSPACED = 0.4, 0.3
"""Scores from which the words beside the pages decide."""
_LIKE = 0.2
"""Score from which words without a language still ask for a translation."""
_TRANSLATED = ("summarization", "image-to-text")
"""Types whose result is translated where the clause names a language."""
_ON_PAGES = ("summarization", "translation", "text-to-speech")
"""Types that take the text of pages."""


def finds(name: str) -> bool:
    """Whether a meaning finds something in data, or is out of reach: what a question may ask for."""
    meaning = meaning_of(name)
    if meaning.is_out_of_reach:
        return True
    made = VOCABULARY[meaning.task_type].outputs[0].kind
    return meaning.task_type not in _MADE and made in ("text", "labels", "boxes")


def apart_from_limits(parsed: ParsedRequest, piece: Piece, given: Sequence[tuple[int, Kind]], code: str) -> Piece:
    """The piece with what it asks for beside a part of a recording, or pages of a document."""
    words, meaning = parsed.masked[piece.start : piece.end], piece.match.meaning if piece.match else ""
    kinds = [(0 if piece.start <= position < piece.end else -1, kind) for position, kind in given]
    found = None
    parts = read_parts(words, code) if code != "en" and "text" in {kind for _, kind in kinds} else []
    rest = blanked(words, [(part.start, part.end) for part in parts])
    if parts and not parts[0].left_out and _only_shows(rest, code):
        found = Match("", "text-part", SURE)
    elif not meaning:
        found = _read_without(rest, (0, 0), kinds, code, _least(code)) if parts else None
    elif meaning == "text-to-speech":
        found = _asked_aloud(words, given, code)
    elif meaning_of(meaning).task_type.startswith("trim-") and (part := time_range(words, code)):
        least = _VERB_UNSPACED if wording(code).unspaced else SURE
        beside = _read_without(words, (part.start, part.end), kinds, code, least)
        found = beside if beside and finds(beside.meaning) and not meaning_of(beside.meaning).is_out_of_reach else None
    elif meaning.startswith(_NEAR_PAGES) and any(kind == "document" for _, kind in given):
        found = _beside_pages(words, kinds, code)
        if meaning == "count/pages" and not found and any(not pages.each for pages in read_pages(words, code)):
            found = nearest(words, code, among=("document-to-text", "document-to-images"), most=1)[0]
    elif meaning == "translation":
        found = _translated(words, kinds, code)
    return replace(piece, match=found) if found else piece


def _asked_aloud(words: str, given: Sequence[tuple[int, Kind]], code: str) -> Match | None:
    """What is asked of the data where only the answer is to be heard: "tell me the total aloud"."""
    rest = ClauseWords(without_aloud(words, wording(code)), wording(code))
    if not rest.starts_with("asks_for", ("and", "then", "polite")) or QUOTE in words or rest.has("back"):
        return None
    anywhere = [(-1, kind) for _, kind in given]
    found = [each.match for each in read_clauses(f"{rest.text}?", code, anywhere) if each.match]
    return found[0] if len(found) == 1 and found[0].meaning != "text-to-speech" else None


def _beside_pages(words: str, kinds: Sequence[tuple[int, Kind]], code: str) -> Match | None:
    """What the words ask for that stand beside the pages; the text of the pages where they only ask to read it."""
    if not (pages := read_pages(words, code)):
        return None
    span = (pages[0].start, pages[-1].end)
    rest = f"{words[: span[0]]} {words[span[1] :]}"
    if not pages[0].each and only_reads(rest, code) and not ClauseWords(words, wording(code)).is_aloud:
        return Match("", "document-to-text", SURE)
    found = _read_without(words, span, kinds, code, _least(code))
    if found and found.meaning == "translation":
        found = _beside_language(words, [span], kinds, code) or found
    return found if found and found.meaning in _ON_PAGES else None


def _beside_language(
    words: str, spans: Sequence[tuple[int, int]], kinds: Sequence[tuple[int, Kind]], code: str
) -> Match | None:
    """What words ask for without the name of a language in them, and without those at the spans: "a summary in French"."""
    named = words_pattern(wording(code).languages, wording(code)).search(folded(words))
    return _read_without(blanked(words, spans), named.span(), kinds, code, _least(code)) if named else None


def _translated(words: str, kinds: Sequence[tuple[int, Kind]], code: str) -> Match | None:
    """What is made in another language, where words name that and no translation: "a summary in French"."""
    names = words_pattern(wording(code).languages, wording(code))
    if any(each.score >= _LIKE for each in nearest(names.sub(" ", folded(words)), code, among=("translation",))):
        return None
    found = _beside_language(words, [], kinds, code)
    return found if found and meaning_of(found.meaning).task_type in _TRANSLATED else None


def _least(code: str) -> float:
    return _VERB_UNSPACED if wording(code).unspaced else _VERB


def _only_shows(words: str, code: str) -> bool:
    """Whether words beside parts of a text ask only to see these: "show me the first line of a.txt"."""
    rest = folded(words)
    for beside in (wording(code).clauses["asks_for"], wording(code).section("restricting").get("only", ())):
        rest = words_pattern(tuple(map(folded, beside)), wording(code)).sub(" ", rest)
    return not has_other_words(rest, code, "join-text/show", ("small",))


def _read_without(
    words: str, span: tuple[int, int], kinds: Sequence[tuple[int, Kind]], code: str, least: float
) -> Match | None:
    """The one thing that words ask for without those at `span`; None for nothing, or several."""
    rest = f"{words[: span[0]]} {words[span[1] :]}"
    for beside in (wording(code).clauses.get("apart", ()), wording(code).section("restricting").get("only", ())):
        rest = words_pattern(beside, wording(code)).sub(" ", rest)
    found = [each.match for each in read_clauses(rest, code, kinds, least=least) if each.match]
    return found[0] if len(found) == 1 else None

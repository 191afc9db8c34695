"""`read_clauses`: splits a request and finds what each part asks for, by the nearest examples that fit the data at hand.

A request is cut wherever two requests can meet: at punctuation and at the connectives of the language. Neighbouring pieces
are joined again where together they are nearer to an example than apart; the best division as a whole is taken.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ...graph.resource import Kind
from ...graph.vocabulary import VOCABULARY
from .clause_cuts import connectives, cuts_of, is_as_typed
from .clause_words import ClauseWords
from .counted_results import FOUND, counts_made
from .details import reads_results
from .fitting import fit_cost
from .forms import find_forms
from .meanings import meaning_of
from .nearest import Match, nearest, plain_words
from .row_conditions import row_conditions
from .several_questions import several_questions
from .sure_meanings import OF_ROWS, OF_TEXT, sure_meaning
from .text_parts import read_parts
from .wording import Wording, blanked, folded, wording

LEAST, LEAST_UNSPACED = 0.27, 0.17
"""Scores under which a piece asks for nothing; words that are not divided share fewer n-grams."""
SURE = 0.5
"""Score under which a piece asks for nothing where rules read the language as well."""
_SKIPPED = -0.1
"""Value of a piece that is left out; the others count by their letters and by how much they exceed the least score."""
_MOST_JOINED = 3
_EXAMPLE = 0.97
"""Score from which words are an example, which is not divided."""
_DESCRIBED = ("text-to-image", "text-to-video", "text-to-audio", "text-generation/write", "image-text-to-image")
"""Meanings whose clause is mostly a description."""
_WITHOUT_LANGUAGE = 0.08
"""Cost of a translation where no part of the request names a language."""
_WITHOUT_NOUN = 0.2
"""Cost of a new film where no word for one stands in the clause."""
_ASKED_OF_DATA = 0.12
"""Cost of a question that no expert could answer ("when is the next one?") where the request names a text."""
_EDGES, _EDGES_UNSPACED = ((3, 0.35), (5, 0.85)), ((5, 0.85), (8, 0.35))
"""Words (in Chinese and Japanese characters) at either end of a long clause, and the most that their score counts."""
_EDGE_WEIGHT = 0.85
"""What their score counts."""
_QUESTIONS: dict[Kind, tuple[str, ...]] = {
    "table": ("table-question-answering",),
    "document": ("document-question-answering",),
    "image": ("visual-question-answering", "document-question-answering"),
    "text": ("question-answering",),
    "audio": ("question-answering",),
    "video": ("question-answering",),
}
"""Meanings of a question about data that is near no example, by the kind of the data; the nearest of several."""
_REMEMBERED = 20
"""Requests whose pages are kept, as each piece asks for them."""
_LETTER = re.compile(r"[^\W\d_\ue000-\ue0ff]")
_BLANK = re.compile(r"[\s,;.:!?，、。；：！？]*")


@dataclass(frozen=True)
class Piece:
    """A part of a request, as positions in it, and what it asks for."""

    start: int
    end: int
    match: Match | None
    """None where it asks for nothing."""
    others: tuple[Match, ...] = ()
    """The next nearest, where nothing is near enough."""


@dataclass(frozen=True)
class _Reading:
    value: float
    kinds: tuple[Kind, ...]
    pieces: tuple[Piece, ...]


def read_clauses(masked: str, code: str, given: Sequence[tuple[int, Kind]], *, least: float = 0.0) -> tuple[Piece, ...]:
    """The pieces of a masked request in order; `least`: the score under which one asks for nothing, if not the usual.

    `given`: the kinds of the data at hand and where the request names each, -1 for nowhere.
    """
    cuts = cuts_of(masked, wording(code))
    least = least or (LEAST_UNSPACED if wording(code).unspaced else LEAST)
    best = [_Reading(0.0, tuple(kind for _, kind in given), ())]
    alone: list[Piece] = []
    forbidden: list[bool] = []
    works_on: list[bool] = []
    for end in range(1, len(cuts)):
        alone.append(_read_piece(masked, cuts[end - 1], cuts[end], code, best[end - 1].kinds, given, least))
        words = masked[alone[-1].start : alone[-1].end]
        forbidden.append(ClauseWords(words, wording(code)).is_negated or reads_results(words, code))
        works_on.append(works_on_result(masked, cuts[end - 1], alone[-1].start, cuts[end], code))
        readings = []
        for begin in range(max(0, end - _MOST_JOINED), end):
            before = best[begin]
            joined = end - begin > 1
            piece = (
                _read_piece(masked, cuts[begin], cuts[end], code, before.kinds, given, least) if joined else alone[-1]
            )
            if joined and (
                piece.match is None
                or any(forbidden[begin:end])
                or _hides(piece, alone[begin:end])
                or (
                    piece.match.meaning.startswith(_DESCRIBED) and alone[begin].match and any(works_on[begin + 1 : end])
                )
            ):
                continue
            letters = len(_LETTER.findall(masked, piece.start, piece.end))
            gain = letters**0.5 * (piece.match.score - least) if piece.match else _SKIPPED
            made = _made_by(piece.match) if piece.match else ()
            readings.append(_Reading(before.value + gain, before.kinds + made, (*before.pieces, piece)))
            if joined and piece.match and piece.match.score >= _EXAMPLE:
                break
        best.append(max(readings, key=lambda reading: reading.value))
    return best[-1].pieces


def works_on_result(masked: str, cut: int, start: int, end: int, code: str) -> bool:
    """Whether a piece does something with the result before: behind "and" or "then", it refers back ("and read it")."""
    joint = connectives(code, ("then", "and")).search(folded(masked[cut:start]))
    return joint is not None and ClauseWords(masked[start:end], wording(code)).refers_back


def _hides(joined: Piece, parts: Sequence[Piece]) -> bool:
    """Whether one of the joined pieces alone is nearer to another meaning than all are together to theirs."""
    together = joined.match
    return together is not None and any(
        part.match and part.match.meaning != together.meaning and part.match.score > together.score for part in parts
    )


@lru_cache(_REMEMBERED)
def _numbered_pages(masked: str, code: str) -> tuple[range, ...]:
    """Where "the last page" and "the first line" stand: in it, "at last" is no connective."""
    pages = tuple(range(form.start, form.end) for form in find_forms("pages", masked, code) if "ord" in form.words)
    return (*pages, *(range(part.start, part.end) for part in read_parts(masked, code)))


def _read_piece(
    masked: str,
    start: int,
    end: int,
    code: str,
    at_hand: Sequence[Kind],
    given: Sequence[tuple[int, Kind]],
    least: float,
) -> Piece:
    language = wording(code)
    start = _after_connectives(masked, start, end, code)
    words, rows = ClauseWords(masked[start:end], language), next(row_conditions(masked[start:end], code), None)
    own = ClauseWords(blanked(words.text, [(rows.start, rows.end)]), language) if rows else words
    if own.is_background or not _LETTER.search(words.text):
        return Piece(start, end, None)
    named = tuple(kind for position, kind in given if start <= position < end)
    if sure := sure_meaning(own, words, named, at_hand, len(given)):
        return Piece(start, end, sure._replace(score=max(SURE, sure.score)))
    asked_of = next((_QUESTIONS[kind] for kind in reversed(named or tuple(at_hand)) if kind in _QUESTIONS), ())
    questions = [*nearest(words.text, code, among=asked_of), *(Match("", name, 0.0) for name in asked_of)]
    if questions and several_questions(words.text, code):
        return Piece(start, end, questions[0]._replace(score=SURE))
    ranked = []
    asked = words.has("question") or (language.unspaced and "table" not in at_hand and words.has("asks_for"))
    asked = asked or (words.text.rstrip().endswith(("?", "？")) and not words.starts_with("polite"))
    named_text = any(position >= 0 and kind in ("text", "document") for position, kind in given)
    asks_of_data = named_text and (asked or "?" in words.text)
    asks = not language.unspaced and words.starts_with("question") and not words.starts_with("polite")
    for match in _candidates(words.text, language):
        if asks and (_makes_media(match) or match.meaning.startswith("text-generation")):
            continue
        if rows and not match.meaning.startswith((*OF_TEXT, *OF_ROWS)):
            continue
        cost = fit_cost(match.meaning, at_hand, named)
        if cost is not None:
            cost += _cost_of_words(match.meaning, words, masked, asks_of_data)
            ranked.append(match._replace(score=round(match.score - (cost / 2 if language.unspaced else cost), 4)))
    ranked.sort(key=lambda match: -match.score)
    if ranked and ranked[0].score >= least:
        return Piece(start, end, ranked[0], tuple(ranked[1:3]))
    if questions and least < SURE and asked:
        return Piece(start, end, questions[0]._replace(score=least), tuple(ranked[:3]))
    if at_hand[len(given) :] and counts_made(words.text, code):
        return Piece(start, end, Match("", FOUND, 1.0))
    return Piece(start, end, None, tuple(ranked[:3]))


def _cost_of_words(meaning: str, words: ClauseWords, masked: str, asks_of_data: bool) -> float:
    """What a meaning costs where no word names its language or its kind, or where data could answer instead."""
    if meaning.startswith("translation"):
        return 0.0 if ClauseWords(masked, words.language).languages[0] else _WITHOUT_LANGUAGE
    if meaning == "text-to-video":
        return 0.0 if words.names_kind("video") else _WITHOUT_NOUN
    return _ASKED_OF_DATA if asks_of_data and meaning.startswith("out-of-reach/") else 0.0


def _candidates(text: str, language: Wording) -> list[Match]:
    """The nearest meanings; those whose words are a description ("draw ...") also by its first and last words alone."""
    found = {match.meaning: match for match in nearest(text, language.code, most=20)}
    plain = plain_words(text, language)
    words = plain if language.unspaced else plain.split()
    for length, highest in _EDGES_UNSPACED if language.unspaced else _EDGES:
        for part in (words[:length], words[-length:]) if len(words) > length + 2 else ():
            edge = part if isinstance(part, str) else " ".join(part)
            for match in nearest(edge, language.code, _DESCRIBED, most=3):
                score = min(round(_EDGE_WEIGHT * match.score, 4), highest)
                if score > (found[match.meaning].score if match.meaning in found else 0.0):
                    found[match.meaning] = match._replace(score=score)
    return sorted(found.values(), key=lambda match: -match.score)


def _after_connectives(masked: str, start: int, end: int, code: str) -> int:
    """Where the words of a piece begin, after spaces, punctuation and connectives; `start` where nothing else is in it."""
    joints, words, begin = connectives(code, ("then", "and", "but")), folded(masked[:end]), start
    while True:
        blank = _BLANK.match(words, begin)
        begin = blank.end() if blank else begin
        joint = joints.match(words, begin)
        numbered = any(begin in span for span in _numbered_pages(masked, code))
        if joint is None or numbered or not is_as_typed(joint, masked):
            return begin if begin < end else start
        begin = joint.end()


def _makes_media(match: Match) -> bool:
    """Whether a meaning makes a new picture, sound or film: "which colours has it?" asks for none."""
    return bool({"image", "audio", "video"} & set(_made_by(match)))


def _made_by(match: Match) -> tuple[Kind, ...]:
    meaning = meaning_of(match.meaning)
    return () if meaning.is_out_of_reach else (VOCABULARY[meaning.task_type].outputs[0].kind,)

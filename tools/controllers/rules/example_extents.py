"""`extents_of`: where each piece of a request ends: pieces that only add to another belong to it."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ....graph.vocabulary import VOCABULARY
from ...wording.clause_reading import Piece, works_on_result
from ...wording.clause_words import ClauseWords
from ...wording.details import is_only_details, only_reads
from ...wording.meanings import meaning_of
from ...wording.nearest import words_pattern
from ...wording.time_ranges import time_range
from ...wording.wording import folded, wording
from .clauses import ParsedRequest
from .intents import Intent

_DESCRIBED = ("text-to-", "text-generation", "image-text-to-", "conversational", "canny-text", "question", "visual-question",
              "document-question", "table-question", "filter/rows", "count/rows")  # fmt: skip
"""Meanings whose words are a description or a question: what follows them belongs to it."""
_MANNER = ("image-to-image/restyle", "question", "visual-question", "document-question")
"""Meanings that words about the style of something new are near to."""
_OF_TEXT = ("text-to-speech", "summarization", "translation")
_READ = ("document-to-", "image-to-text", "document-question-answering", "visual-question-answering")
"""`_OF_TEXT` and `_READ`: meanings that take a text, and those that a clause is near to which says what text is meant."""
_FILES = re.compile("[\ue000-\ue01f]")
_COMMA = re.compile(r"[,，、]\s*\Z")


def extents_of(parsed: ParsedRequest, pieces: Sequence[Piece], code: str) -> list[tuple[int, int]]:
    """Where each piece ends: pieces that ask for nothing but carry data or details belong to the request before them.

    Those before the first request belong to it. What is joined to a neighbour is left empty.
    """
    extents = [(piece.start, piece.end) for piece in pieces]
    last = None
    for number, piece in enumerate(pieces):
        if piece.match and not (last is not None and _belongs(parsed, pieces, last, number, code)):
            last = number
        elif last is not None and (piece.match or _is_detail(parsed, piece, pieces[last], code)):
            extents[last] = (extents[last][0], piece.end)
            extents[number] = (piece.end, piece.end)
    return extents


def with_reading(parsed: ParsedRequest, pieces: Sequence[Piece], code: str) -> list[Piece]:
    """The pieces; one that only has a file read belongs to the next that does something with it: "read a.pdf, then ..."."""
    kept: list[Piece] = []
    for piece in pieces:
        before = kept[-1] if kept else None
        words = parsed.masked[before.start : before.end] if before and before.match and piece.match else ""
        if before and piece.match and only_reads(words, code) and not ClauseWords(words, wording(code)).is_aloud:
            asks = piece.match.meaning.endswith("question-answering")  # the words of its piece are the question
            start = kept.pop().start
            kept.append(piece if asks else replace(piece, start=start))
        else:
            kept.append(piece)
    return kept


def _belongs(parsed: ParsedRequest, pieces: Sequence[Piece], last: int, number: int, code: str) -> bool:
    """Whether a piece that is near an example is no request of its own."""
    piece, before = pieces[number], pieces[last]
    return (
        _repeats(parsed, piece, before, code)
        or (number == last + 1 and _says_what(parsed, before, piece))
        or is_only_details(parsed.masked, (before.start, before.end), (piece.start, piece.end), code)
    )


def says_finding(parsed: ParsedRequest, said: Intent, found: Intent) -> bool:
    """Whether an intent is to say what the next finds: "read to me, how many pages scan.pdf has"."""
    if said.match is None or found.match is None or said.match.meaning != "text-to-speech":
        return False
    made = VOCABULARY[meaning_of(found.match.meaning).task_type or "text-to-speech"].outputs[0].kind
    return made in ("text", "labels") and _brings_data(parsed, said, found)


def _brings_data(parsed: ParsedRequest, before: Intent | Piece, piece: Intent | Piece) -> bool:
    """Whether words behind a comma name the first file of the request."""
    comma = _COMMA.search(parsed.masked, before.start, piece.start)
    named = _FILES.search(parsed.masked, 0, piece.start)
    return bool(comma and not named and _FILES.search(parsed.masked, piece.start, piece.end))


def _says_what(parsed: ParsedRequest, before: Piece, piece: Piece) -> bool:
    """Whether a piece says what the request before it is about: "read to me, what is on page 2 of scan.pdf"."""
    if piece.match is None or before.match is None:
        return False
    read = before.match.meaning in _OF_TEXT and piece.match.meaning.startswith(_READ)
    return read and _brings_data(parsed, before, piece)


def _repeats(parsed: ParsedRequest, piece: Piece, before: Piece, code: str) -> bool:
    """Whether a piece asks for what the one before does, or says how, without new data: "draw it, as a watercolour"."""
    if piece.match is None or before.match is None:
        return False
    words = ClauseWords(parsed.masked[piece.start : piece.end], wording(code))
    asks = words.text.rstrip().endswith(("?", "？"))
    drawn = before.match.meaning.startswith("text-to-") and not asks
    says_how = drawn and piece.match.meaning.startswith(_MANNER)
    alike = all(match.meaning.endswith("-control") for match in (piece.match, before.match))  # both are line drawings
    openings = tuple(map(folded, words.language.section("restricting").get("opening", ())))
    restricts = before.match.meaning.endswith("/rows") and words.words.startswith(openings)  # "wo Region Nord ist"
    if piece.match.meaning != before.match.meaning and not (says_how or alike or restricts):
        return False
    return not re.search("[\ue010-\ue01f]", words.text) and not words.languages[0]


def _is_detail(parsed: ParsedRequest, piece: Piece, before: Piece, code: str) -> bool:
    """Whether a piece only adds to the one before: a file, a quotation, a language, a number, words of a description."""
    words = ClauseWords(parsed.masked[piece.start : piece.end], wording(code))
    described = before.match is not None and before.match.meaning.startswith(_DESCRIBED)
    if before.match and before.match.meaning.endswith("/rows"):  # a table decides what its words mean
        described = any(file.resource.kind == "table" for file in parsed.files)
    if words.starts_with("not", ("but", "and")) and time_range(words.text, code):
        return True
    if words.is_background:  # "draw a dog without a collar"
        return described and words.starts_with("without")
    ordinals = words_pattern([*words.language.ordinals], words.language)
    if words.starts_with("except", ("and", "but")) and ordinals.search(words.words):  # a result: members.py
        return True
    if is_only_details(parsed.masked, (before.start, before.end), (piece.start, piece.end), code):
        return True
    if described and (words.begins_request or works_on_result(parsed.masked, before.end, piece.start, piece.end, code)):
        return False
    return described or bool(re.search("[\ue000-\ue0ff]|\\d", words.text) or words.languages[0])

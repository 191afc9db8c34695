"""Intents by example phrases: all of them in other languages than English, in English those where rules find nothing."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from ....graph.resource import Kind, Resource
from ....graph.vocabulary import VOCABULARY
from ...wording.choices import choices_behind_colon
from ...wording.clause_reading import SURE, Piece, read_clauses
from ...wording.clause_words import ClauseWords
from ...wording.lost_words import lost_words, without_harmless
from ...wording.nearest import MAX_CHARACTERS, nearest, plain_words
from ...wording.refusals import refusal
from ...wording.several_questions import several_questions
from ...wording.wording import Span, blanked, wording
from .clauses import Clause, ParsedRequest
from .conditions import find_conditions
from .example_extents import extents_of, says_finding, with_reading
from .example_limits import apart_from_limits, finds
from .harmless_words import courtesies
from .intents import Intent
from .lexicon import QUOTE, lexicon
from .masking import Quotation
from .suggestions import LEAST_SUGGESTED, with_name

_BEFORE_PASTED = re.compile("[:：](?!\\d)\\s*|\n[^\\S\n]*\n")
_FOR_ANOTHER = re.compile(r"\b(?:my|our|his|her|the) (?:[^\W\d_]+ ){1,2}(?=(?:needs?|wants?|would (?:like|love))\b)")
"""Who needs a result: "my aunt needs" asks for what "I need" does."""
_WORD = re.compile(r"[^\W\d_]+(?:’\w+)?")
_FIRST_PART = re.compile(r"[,;.!?，。；]")
_MOST_LEFT_OUT = 4
"""Words of "but not the deposit", and of no statement."""
_COMMAND = 0.5
"""Score from which the words after a colon are a request, and not a text that is handed over."""
_READ_BY_RULES = ("crop", "crop/object", "image-to-image/rotate", "image-to-image/resize", "audio-to-audio/cut")
"""Meanings whose details (which part, how far) only the rules read in English."""
_SURER = 0.6
"""Score from which an example decides a question otherwise than as one to answer from the data: "which dates are in it"."""


def find_intents_by_examples(
    parsed: ParsedRequest, code: str, earlier: Sequence[Resource]
) -> tuple[ParsedRequest, list[Intent], list[str]]:
    """A request in `code`, divided into clauses, its intents in order, and refusals of what was not understood."""
    parsed = replace(_with_pasted_text(parsed, code), language=code)
    conditions = find_conditions(parsed.masked, code)
    parsed = replace(parsed, masked=blanked(parsed.masked, conditions))
    given = _given(parsed, earlier)
    pieces = [apart_from_limits(parsed, piece, given, code) for piece in read_clauses(parsed.masked, code, given)]
    pieces = with_reading(parsed, pieces, code)
    extents = [(a, min([b, *(at for at, _ in conditions if at > a)])) for a, b in extents_of(parsed, pieces, code)]
    clauses = tuple(Clause(*extent, piece.match is None) for piece, extent in zip(pieces, extents, strict=True))
    intents = [
        Intent("example", clause.start, clause.end, clause.end, clause, match=piece.match)
        for piece, clause in zip(pieces, clauses, strict=True)
        if piece.match and clause.end > clause.start
    ]
    intents += [Intent("condition", start, end, end, Clause(start, end, False)) for start, end in conditions]
    parsed = replace(parsed, clauses=clauses)
    intents.sort(key=lambda intent: intent.start)
    for number, (said, found) in enumerate(pairwise(intents)):
        if says_finding(parsed, said, found):
            intents[number : number + 2] = [found, said]
    return parsed, intents, [*_not_understood(parsed, pieces, extents)]


def with_examples(found: list[Intent], parsed: ParsedRequest, earlier: Sequence[Resource]) -> list[Intent]:
    """The intents that rules find in an English request, and those that examples find in clauses without any."""
    quoted = {quotation.text for quotation in parsed.quotations}
    kept, decided = [], {i.clause for i in found if i.act != "question" or i.question in quoted}
    for intent in found:
        several = several_questions(intent.question.lower(), "en", certain=True)
        asked = intent.act == "question" and not (intent.rule or several or intent.clause in decided)
        other = _read(parsed, (intent.start, intent.end), intent.clause, found, earlier, _SURER) if asked else []
        kept += [each for each in other if each.match and finds(each.match.meaning)] or [intent]
    starts = sorted(intent.start for intent in found)
    for clause in sorted(parsed.clauses, key=lambda clause: clause.background):
        words = parsed.words_of(clause)
        requested = not found or lexicon().cues["request"].search(words)
        stated = clause.background and kept
        read = bisect_left(starts, clause.start) < bisect_left(starts, clause.end)
        read = read or any(i.start <= clause.start < i.end for i in found if i.act == "condition")
        if not stated and not read and requested and len(words) <= MAX_CHARACTERS:
            turns = [turn.start() for turn in lexicon().cues["turn"].finditer(words) if turn.start()]
            parts = ((clause.start + start, clause.end) for start in (0, *turns[-1:]))
            # the clause, else what is behind the turn: "for the insurance we need the dates in ..."
            kept += next(filter(None, (_read(parsed, part, clause, found, earlier, SURE) for part in parts)), [])
    return kept


def _read(
    parsed: ParsedRequest,
    span: Span,
    clause: Clause,
    found: Sequence[Intent],
    earlier: Sequence[Resource],
    least: float,
) -> list[Intent]:
    """The intents that examples find in a part of a clause."""
    start, stop = span
    given = [(position - start, kind) for position, kind in _given(parsed, earlier)]
    made = (lexicon().acts.get(intent.act, {}).values() for intent in found if intent.start < clause.start)
    given += [(-1, VOCABULARY[name].outputs[0].kind) for types in made for name in types]
    intents: list[Intent] = []
    words = parsed.masked[start:stop]
    others = [m.span() for m in _FOR_ANOTHER.finditer(words)]
    words = blanked(words, [*courtesies(words, ("pleased", "excused")), *others])
    for piece in read_clauses(words, "en", given, least=least):
        if piece.match and piece.match.meaning not in _READ_BY_RULES:
            begin, end = start + piece.start, start + piece.end
            if intents and intents[-1].match and intents[-1].match.meaning == piece.match.meaning:
                continue
            known = {w for e in wording("en").examples if e.meaning == piece.match.meaning for w in e.phrase.split()}
            triggers = tuple(w.span() for w in _WORD.finditer(parsed.masked, begin, end) if w.group() in known)
            intents.append(Intent("example", begin, end, end, clause, match=piece.match, triggers=triggers))
    return intents


def _given(parsed: ParsedRequest, earlier: Sequence[Resource]) -> list[tuple[int, Kind]]:
    """The kinds of the data at hand and where the request names each; -1 for nowhere."""
    given: list[tuple[int, Kind]] = [(file.start, file.resource.kind) for file in parsed.files]
    given += [(quotation.start, "text") for quotation in parsed.quotations]
    return given + [(-1, resource.kind) for resource in earlier]


def _with_pasted_text(parsed: ParsedRequest, code: str) -> ParsedRequest:
    """The request with the text after its first colon or blank line as a quotation, unless that is a request itself."""
    colon = _BEFORE_PASTED.search(parsed.masked)
    if colon is None or not re.search(r"[^\W\d_\ue000-\ue0ff]", parsed.masked[: colon.start()]):  # "a.mp4: ..."
        return parsed
    start, end = colon.end(), len(parsed.text.rstrip())
    rest = parsed.masked[start:end]
    near = nearest(parsed.masked[: colon.start()], code, most=3)
    chooses = any(m.meaning.startswith("zero-shot") for m in near) and choices_behind_colon(parsed.masked, code)
    match = nearest(_FIRST_PART.split(rest, maxsplit=1)[0], code, most=1)
    bare = re.sub(r"[\W_]", "", rest)
    named = ClauseWords(parsed.masked[:start], wording(code)).languages[0]
    asks = parsed.files and rest.endswith(("?", "？")) and not named
    if (
        chooses
        or asks  # "read a.pdf and answer: when is it due?"
        or re.search("[\ue000-\ue0ff]", rest)
        or len(bare) < 6
        or (match and match[0].score >= _COMMAND and match[0].meaning != "conversational")
    ):
        return parsed
    quotation = Quotation(parsed.text[start:end], start, end, False)
    masked = parsed.masked[:start] + QUOTE * (end - start) + parsed.masked[end:]
    return replace(parsed, masked=masked, quotations=(*parsed.quotations, quotation))


def _not_understood(parsed: ParsedRequest, pieces: Sequence[Piece], extents: Sequence[Span]) -> Iterator[str]:
    """A sentence for each piece that asks for nothing known, is no background and belongs to no other."""
    code = parsed.language
    for piece, (start, end) in zip(pieces, extents, strict=True):
        words = ClauseWords(parsed.masked[start:end], wording(code))
        background = words.is_background
        content = re.sub(r"[\W\d_\ue000-\ue0ff]", "", plain_words(without_harmless(words.text, code), wording(code)))
        if background and _leaves_out(words):
            yield refusal(code, "not-understood", parsed.text[start:end].strip(" ,.;:\n"))
        if piece.match or background or len(content) < (2 if wording(code).unspaced else 3):
            continue
        text = parsed.text[start:end].strip(" ,.;:\n、，。")
        near = piece.others[0].example if piece.others and piece.others[0].score > LEAST_SUGGESTED else ""
        yield refusal(code, "nearest", text, with_name(near, parsed)) if near else refusal(code, "not-understood", text)


def _leaves_out(words: ClauseWords) -> bool:
    """Whether a forbidding piece leaves out a thing and not a task: "but not the deposit", a word that no example knows."""
    short = len(words.words.split()) <= _MOST_LEFT_OUT
    forbids = words.is_negated if words.language.unspaced else words.starts_with("not", ("but", "polite"))
    return bool(short and forbids and lost_words(words.text, words.language.code, (), (), (), ()))

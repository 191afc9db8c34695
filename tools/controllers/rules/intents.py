"""Intents: what a request asks for, in the order of its words.

Rules are tried in their order; words that served one are not read again, so that "depth of the objects" is no wish to
detect objects. What stands in background ("I have a table with some objects") asks for nothing until a wish follows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .clauses import Clause, Reading
from .lexicon import QUESTION, lexicon

_MARKS = _WISH, _MENTION, _PASSING = 1, 2, 3
"""What words served: a wish; a noun that may be one; a noun that a later wish may still use."""


@dataclass(frozen=True)
class Intent:
    """One wish: `act` as in rules.toml, the words that ask for it, and the place where the next wish begins."""

    act: str
    start: int
    end: int
    stop: int
    clause: Clause
    mention: bool = False
    question: str = ""


def found_in(reading: Reading) -> list[Intent]:
    """Every wish that the words of a request speak of, whatever stands of them."""
    taken = bytearray(len(reading.text))
    for denied in lexicon().cues["denied"].finditer(reading.masked):
        taken[denied.start() : denied.end()] = b"\1" * len(denied.group())
    found = [*(intent for intent in _asked(reading) if not taken[intent.start]), *_ruled(reading, taken)]
    found += _told(reading, taken, {intent.start for intent in found if intent.act == "question"})
    return found


def _asked(reading: Reading) -> list[Intent]:
    """Questions in quotation marks, unless the words before make them the matter of another wish."""
    found = []
    for literal in reading.literals:
        clause = reading.clause_at(literal.start)
        before = reading.masked[max(clause.start, literal.start - 60) : literal.start]
        if literal.question and (
            not lexicon().cues["quoted-matter"].search(before) or re.search(r"\banswer\b|\bquestion\b", before)
        ):
            if re.search(r"\b(?:translate|conversational|converse|homework)\b", before):
                continue
            if re.search(r"\btranslat\w+ (?:the|this|my) (?:\w+ )?question\b", reading.masked):
                continue
            found.append(Intent("question", literal.start, literal.end, 0, clause, question=literal.text))
    return found


def _ruled(reading: Reading, taken: bytearray) -> list[Intent]:
    found: list[Intent] = []
    for rule in lexicon().rules:
        held = _MARKS if rule.mention else (_WISH, _MENTION)
        for pattern in rule.find:
            place = 0
            while match := pattern.search(reading.masked, place):
                part = "take" if "take" in pattern.groupindex else 0
                start, end = match.span(part)
                clause = reading.clause_at(start)
                within = pattern.match(reading.masked, match.start(), clause.end) if end > clause.end else None
                if within:
                    match, (start, end) = within, within.span(part)
                words = reading.masked[clause.start : clause.end]
                free = not any(mark in taken[start:end] for mark in held) and not _crosses(start, end, clause, reading)
                if not free or clause.background or (rule.unless and rule.unless.search(words)):
                    place = match.start() + 1
                    continue
                place = match.end()
                mark = _PASSING if rule.passing else _MENTION if rule.mention else _WISH
                taken[start:end] = bytes((mark,)) * (end - start)
                found.append(Intent(rule.act, start, end, 0, clause, rule.mention))
    return found


def _crosses(start: int, end: int, clause: Clause, reading: Reading) -> bool:
    """Whether a match runs into the next wish; "detect and label objects" is one."""
    return end > clause.end and not re.fullmatch(r"\w+ ", reading.masked[start : clause.end])


def _told(reading: Reading, taken: bytearray, asked: set[int]) -> list[Intent]:
    """Questions without quotation marks, and the mere wish to have one answered."""
    found: list[Intent] = []
    for pattern in (lexicon().cues["question-open"], lexicon().cues["question-told"]):
        for start, end in (span for match in pattern.finditer(reading.masked) for span in _questions(match, reading)):
            clause = reading.clause_at(start)
            masked = reading.masked[start:end]
            free = 1 not in taken[start:end] and taken[start] == 0 and QUESTION not in masked
            if free and not clause.background and not lexicon().cues["polite"].search(masked[:40]):
                taken[start:end] = b"\1" * (end - start)
                words = reading.text[start:end].strip()
                found.append(Intent("question", start, end, 0, clause, question=words))
    held = [literal for literal in reading.literals if literal.question and literal.start not in asked]
    for match in () if asked or found else lexicon().cues["question-meant"].finditer(reading.masked):
        clause = reading.clause_at(match.start())
        if not any(taken[match.start() : match.end()]) and not clause.background:
            words = held[0].text if held else reading.goal(clause)
            found.append(Intent("question", match.start(), match.end(), 0, clause, question=words))
            taken[match.start() : match.end()] = b"\1" * len(match.group())
    return found[:1] if held else found


def _questions(match: re.Match[str], reading: Reading) -> Iterator[tuple[int, int]]:
    """The questions in one run of words: of a file several are asked one by one."""
    start = match.start()
    for joint in lexicon().cues["next-question"].finditer(match.string, *match.span()) if reading.files else ():
        if (
            len(match.string[start : joint.start()].split()) > 2
            and len(match.string[joint.end() : match.end()].split()) > 2
        ):
            yield start, joint.start()
            start = joint.end()
    yield start, match.end()


def wondered(reading: Reading) -> Intent | None:
    """The question that a request without other wishes amounts to: "I'd like some advice on moving house"."""
    cues = lexicon().cues
    for clause in reading.clauses:
        words = reading.masked[clause.start : clause.end]
        if not clause.background and cues["request"].search(words) and cues["wants-answer"].search(words):
            return Intent(
                "question", clause.start, clause.end, clause.end, clause, question=reading.text.strip()[:2000]
            )
    return None

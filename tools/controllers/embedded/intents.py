"""Intents: what a request asks for, in the order of its words.

Rules are tried in their order; words that served one are not read again, so that "depth of the objects" is no wish to detect
objects. What stands in background ("I have a table with some objects") asks for nothing, unless a wish follows in it.
"""

import re
from dataclasses import dataclass, replace

from .clauses import Clause, Reading
from .lexicon import QUESTION, lexicon

MOST_INTENTS = 60
_GENERIC = re.compile(
    r"\b(?:answer|ask|respond to|find (?:the |an )?answer)\w*\b[^.;?!\n]{0,40}\b(?:questions?|query|inquiry)\b"
    r"|\bfind (?:the |an )?answers?\b"
)
_OPEN = re.compile(
    r"\b(?:what|which|who|whose|when|where|why|how|is|are|does|do|did|was|were)\b(?! (?:’s )?(?:you|we|i)\b)[^.;?!\n]{3,}\?"
)
_TOLD = re.compile(
    r"\b(?:tell me|know|find out|figure out|determine|explain|curious about|say|wonder\w*|answer|show me|identify|ask|understand)"
    r"(?: to me)?,?:? (?:what|which|who|whose|when|where|why|how|if|whether)\b[^.;?!,\n]{3,}"
    r"|\b(?:know|tell me|find) (?:the )?(?:(?:\w+ ){0,3})(?:colou?r|name|location|price|total(?: number)?|age|size|answer|date)\b"
    r"[^.;?!,\n]*"
)
_POLITE = re.compile(r"\b(?:can|could|would|will|do|may) (?:you|we|i)\b|\bcan i\b")
_HELD = re.compile(
    r"(?:translat\w+|similar\w*|compar\w+|speech|audio(?: file)?|conversational (?:text )?response|reply|message|prompt|sentences?|"
    r"summari[sz]\w+|between|and|text|respond|entities|starting with|dub|say|with|title)\b[^.;?!\n]{0,40}[:,]? ?$"
)


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


def intents(reading: Reading) -> list[Intent]:
    """Every wish of a request, in the order of its words."""
    taken = bytearray(len(reading.text))
    found = [*_asked(reading, taken)]
    found += _ruled(reading, taken)
    found += _told(reading, taken)
    found.sort(key=lambda intent: intent.start)
    found = found[:MOST_INTENTS]
    stops = [*(intent.start for intent in found[1:]), len(reading.text)][: len(found)]
    return [replace(i, stop=max(i.end, min(stop, i.clause.end))) for i, stop in zip(found, stops, strict=True)]


def _asked(reading: Reading, taken: bytearray) -> list[Intent]:
    """Questions in quotation marks, unless the words before make them the matter of another wish."""
    found = []
    for literal in reading.literals:
        clause = reading.clause_at(literal.start)
        before = reading.masked[max(clause.start, literal.start - 60) : literal.start]
        if literal.question and (not _HELD.search(before) or re.search(r"\banswer\b|\bquestion\b", before)):
            if re.search(r"\b(?:translate|conversational|converse|homework)\b", before):
                continue
            found.append(Intent("question", literal.start, literal.end, 0, clause, question=literal.text))
    return found


def _ruled(reading: Reading, taken: bytearray) -> list[Intent]:
    found: list[Intent] = []
    for rule in lexicon().rules:
        for pattern in rule.find:
            for match in pattern.finditer(reading.masked):
                start, end = match.span()
                clause = reading.clause_at(start)
                if any(taken[start:end]) or clause.background:
                    continue
                words = reading.masked[clause.start : clause.end]
                if rule.unless and rule.unless.search(words):
                    continue
                taken[start:end] = b"\1" * (end - start)
                if rule.act == "count" and _is_question_of_value(match.group()):
                    continue
                found.append(Intent(rule.act, start, end, 0, clause, rule.mention))
    return found


def _is_question_of_value(words: str) -> bool:
    return bool(re.search(r"\bcount(?:ry|er)\b", words))


def _told(reading: Reading, taken: bytearray) -> list[Intent]:
    """Questions without quotation marks, and the mere wish to have one answered."""
    found: list[Intent] = []
    for pattern in (_OPEN, _TOLD):
        for match in pattern.finditer(reading.masked):
            clause = reading.clause_at(match.start())
            free = not any(taken[match.start() : match.end()]) and QUESTION not in match.group()
            if free and not clause.background and not _POLITE.search(match.group()[:40]):
                taken[match.start() : match.end()] = b"\1" * len(match.group())
                words = reading.text[match.start() : match.end()].strip()
                found.append(Intent("question", match.start(), match.end(), 0, clause, question=words))
    asked = QUESTION in reading.masked or found
    for match in () if asked else _GENERIC.finditer(reading.masked):
        clause = reading.clause_at(match.start())
        if not any(taken[match.start() : match.end()]) and not clause.background:
            words = reading.goal(clause)
            found.append(Intent("question", match.start(), match.end(), 0, clause, question=words))
    return found

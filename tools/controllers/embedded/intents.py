"""Intents: what a request asks for, in the order of its words.

Rules are tried in their order; words that served one are not read again, so that "depth of the objects" is no wish to
detect objects. What stands in background ("I have a table with some objects") asks for nothing until a wish follows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from .clauses import Clause, Reading
from .lexicon import QUESTION, QUOTE, lexicon

MOST_INTENTS = 60
_MARKS = _WISH, _MENTION, _PASSING = 1, 2, 3
"""What words served: a wish; a noun that may be one; a noun that a later wish may still use."""
_CLASSIFIERS = ("classify", "image-class", "table-class", "sound-class")
_MAKERS = ("film", "speak", "draw", "write", "summarize")


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
    for denied in lexicon().cues["denied"].finditer(reading.masked):
        taken[denied.start() : denied.end()] = b"\1" * len(denied.group())
    found = [*(intent for intent in _asked(reading) if not taken[intent.start]), *_ruled(reading, taken)]
    found += _told(reading, taken, {intent.start for intent in found if intent.act == "question"})
    if any(re.search(r"\b(?:how many|number of)\b", intent.question.lower()) for intent in found):
        found = [intent for intent in found if intent.act != "count"]
    given_up = {intent.clause for intent in found if intent.act == "unable"}
    held = re.compile(r" (?:in|on) [\ue000-\ue0ff]")  # "forward the summary in report.txt": it is there already
    found = [i for i in found if not (i.mention and i.clause in given_up and held.match(reading.masked, i.end))]
    found = _answered_later(found, reading)
    found.sort(key=lambda intent: intent.start)
    found = _without_purposes(_without_announcement(found, reading), reading)
    found = _inner_first(_details_last(found[:MOST_INTENTS], reading), reading)
    starts = sorted(intent.start for intent in found)
    stops = dict(pairwise([*starts, len(reading.text)]))
    wishes = sorted(intent.start for intent in found if not intent.mention)
    stops |= dict(pairwise([*wishes, len(reading.text)]))
    return [replace(i, stop=max(i.end, min(stops[i.start], i.clause.end))) for i in found]


def _answered_later(found: list[Intent], reading: Reading) -> list[Intent]:
    """A question asked before the place where it is to be answered ("... then answer my question") goes there."""
    here = list(lexicon().cues["answer-here"].finditer(reading.masked))
    if not here:
        return found
    place, end = here[-1].span()
    moved = [
        replace(i, start=place + number, end=end, clause=reading.clause_at(place))
        for number, i in enumerate(i for i in found if i.act == "question" and i.end < place)
    ]
    return [i for i in found if not (i.act == "question" and i.end < place)] + moved


def _details_last(found: list[Intent], reading: Reading) -> list[Intent]:
    """Without the wish for something that a later sentence asks for in detail ("... to create the video")."""
    again = re.compile(r"\b(?:creat|generat|mak|produc)\w* the (?:video|image|audio|picture)\b")
    late = {
        intent.act: intent.start
        for intent in found
        if intent.act in _MAKERS and again.match(reading.masked, intent.start, intent.clause.end)
    }
    found = [i for i in found if not (i.act in late and i.start < late[i.act])]
    styled = {i.clause for i in found if i.act == "restyle"}
    return [i for i in found if not (i.act == "edit" and i.clause in styled)]


def _without_announcement(found: list[Intent], reading: Reading) -> list[Intent]:
    """Without what only announces a later wish: "make a video of this photo. Detect the objects, then create the video"."""
    wishes = [intent for intent in found if not intent.mention]
    compared = [n for n, intent in enumerate(wishes) if intent.act == "similar"]
    if compared and compared[-1] - compared[0] > 1:
        found = [intent for intent in found if intent.act != "similar" or intent is wishes[compared[-1]]]
    if not wishes or wishes[0].act not in ("film", "speak", "draw"):
        return found
    first = wishes[0]
    words = reading.masked[: first.clause.end]
    again = [
        n for n, intent in enumerate(wishes) if n > 1 and intent.act == first.act and intent.clause != first.clause
    ]
    between = again and any(wish.act != first.act for wish in wishes[1 : again[0]])
    own = QUOTE in words or lexicon().cues["own-words"].search(words, first.start)
    return [intent for intent in found if intent is not first] if between and not own else found


def _without_purposes(found: list[Intent], reading: Reading) -> list[Intent]:
    """Without what a classification is for: "classify the recording to identify its content"."""
    kept: list[Intent] = []
    for intent in found:
        before = kept[-1] if kept else None
        for_it = before and before.act in _CLASSIFIERS and before.clause == intent.clause
        if not (
            for_it
            and intent.act in ("read", "describe")
            and lexicon().cues["purpose"].search(reading.masked, 0, intent.start)
        ):
            kept.append(intent)
    return kept


def _inner_first(found: list[Intent], reading: Reading) -> list[Intent]:
    """What a video or speech is to be about comes before it: "a video describing the objects found in a.png"."""
    ordered: list[Intent] = []
    for intent in found:
        place = len(ordered)
        while place and _holds(ordered[place - 1], intent, reading):
            place -= 1
        ordered.insert(place, intent)
    return ordered


def _holds(outer: Intent, inner: Intent, reading: Reading) -> bool:
    made = outer.act in _MAKERS and inner.act not in (*_MAKERS, "sound-clean")
    made = made or (outer.act in ("film", "speak", "draw") and inner.act == "summarize")
    made = made and not (outer.act in ("summarize", "write") and inner.act == "translate")
    made = made or (outer.act == "translate" and inner.act in ("question", "summarize", "read"))
    if not made or outer.clause != inner.clause or outer.start > inner.start:
        return False
    return not re.search(r"\band\b|\bthen\b|,|\bto\b(?! the)", reading.masked[outer.end : inner.start])


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

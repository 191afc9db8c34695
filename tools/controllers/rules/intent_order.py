"""Order: which of the wishes found in a request stand, and which comes before which."""

import re
from dataclasses import replace
from itertools import pairwise

from .clauses import Reading
from .intents import Intent, found_in
from .lexicon import QUOTE, lexicon

MOST_INTENTS = 60
_CLASSIFIERS = ("classify", "image-class", "table-class", "sound-class")
_MAKERS = ("film", "speak", "draw", "write", "summarize")


def intents(reading: Reading) -> list[Intent]:
    """Every wish of a request, in the order of its words."""
    found = found_in(reading)
    if any(re.search(r"\b(?:how many|number of)\b", intent.question.lower()) for intent in found):
        found = [intent for intent in found if intent.act != "count"]
    given_up = {intent.clause for intent in found if intent.act == "unable"}
    held = re.compile(r" (?:in|on) [\ue000-\ue0ff]")  # "forward the summary in report.txt": it is there already
    found = [i for i in found if not (i.mention and i.clause in given_up and held.match(reading.masked, i.end))]
    found = _answered_later(found, reading)
    found.sort(key=lambda intent: intent.start)
    found = _without_purposes(_without_announcement(_compared_last(found), reading), reading)
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


def _compared_last(found: list[Intent]) -> list[Intent]:
    """Two comparisons with other wishes between are one, made at the end: it needs what those make."""
    wishes = [intent for intent in found if not intent.mention]
    places = [place for place, intent in enumerate(wishes) if intent.act == "similar"]
    if not places or places[-1] - places[0] < 2:
        return found
    return [intent for intent in found if intent.act != "similar" or intent is wishes[places[-1]]]


def _without_announcement(found: list[Intent], reading: Reading) -> list[Intent]:
    """Without what only announces a later wish: "make a video of this photo. Detect the objects, then create the video"."""
    wishes = [intent for intent in found if not intent.mention]
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

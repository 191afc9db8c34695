"""`order_intents` drops intents that only announce or repeat another, and puts the others in the order of work.

`with_shared_verbs`: an intent for each file with findings of its own, where English leaves the verb out the second time:
"find the dates in a.txt and the names in b.txt"; and one for results: "translate a.txt into French and the translation into
German". Such a part has its own clause: a handler reads only its words.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from ...tables.folding import singular
from .clauses import Clause, ParsedRequest
from .intents import Intent
from .lexicon import QUOTE, lexicon
from .parameters import target_languages

MAX_INTENTS = 60
_CLASSIFIERS = ("classify", "image-class", "table-class", "sound-class")
_INTO = re.compile(r"[\w ]{0,40}\b(?:into|to|as|in) (?:an?|one|the)(?: \w+)? ")
"""Before a film that is what is joined: "join them into a slideshow" asks for no text."""
_MAKERS = ("film", "speak", "draw", "write", "summarize")
_FINDING = ("entities", "count", "detect")
"""Acts whose words name what is looked for in a file."""
_MARK = "[\ue010-\ue0ff]"
_PLACE = rf"(?:in|of|on|from) (?:(?:the|my|our) )?(?={_MARK})"
_JOINT = re.compile(
    rf"(?:,|,? (?:and|but|plus)(?: also)?) (?=(?P<thing>(?:(?!(?:in|of|on|from) )[^\W_][\w’-]* ){{1,6}}){_PLACE}"
    rf"|{_PLACE}{_MARK}+,? (?:all|any|every|only|the) \w)"
)
"""Before a thing with a file of its own: "and all the names in b.txt", "and in b.txt all the names"."""
_REPEATABLE = {"translate": "translation", "summarize": "summarization"}
"""Acts that work on results of their own."""
_OWN_RESULT = re.compile(r",? (?:and|plus|then)(?: then| also)? (?=(?:(?:all|both|of|th(?:e|[eo]se)) )+(?P<thing>\w+))")


def order_intents(found: list[Intent], parsed: ParsedRequest) -> list[Intent]:
    """The intents to plan, in the order of the words except where one needs the result of a later one; sets `stop`."""
    if any(re.search(r"\b(?:how many|number of)\b", intent.question.lower()) for intent in found):
        found = [intent for intent in found if intent.act != "count"]  # the answer is the count
    found = _move_to_answer(_drop_existing(found, parsed), parsed)
    found.sort(key=lambda intent: intent.start)
    found = _drop_purposes(_drop_announcement(_keep_last_comparison(found), parsed), parsed)
    found = _inner_first(_drop_repeated(found[:MAX_INTENTS], parsed), parsed)
    starts = sorted(intent.start for intent in found)
    stops = dict(pairwise([*starts, len(parsed.text)]))
    requests = sorted(intent.start for intent in found if not intent.mention)
    stops |= dict(pairwise([*requests, len(parsed.text)]))
    return [replace(i, stop=max(i.end, min(stops[i.start], i.clause.end))) for i in found]


def _drop_existing(found: list[Intent], parsed: ParsedRequest) -> list[Intent]:
    """Drop a noun that names what a file holds, in a clause that is refused: "forward the summary in report.txt"."""
    refused = {intent.clause for intent in found if intent.act == "unsupported"}
    in_file = re.compile(r" (?:in|on) [\ue000-\ue0ff]")
    return [i for i in found if not (i.mention and i.clause in refused and in_file.match(parsed.masked, i.end))]


def _move_to_answer(found: list[Intent], parsed: ParsedRequest) -> list[Intent]:
    """Move a question to where the request wants it answered ("... then answer my question")."""
    here = list(lexicon().cues["answer-here"].finditer(parsed.masked))
    if not here:
        return found
    start, end = here[-1].span()
    asked, clause = [i for i in found if i.act == "question" and i.end < start], parsed.clause_at(start)
    moved = [replace(i, start=start + number, end=end, clause=clause) for number, i in enumerate(asked)]
    return [i for i in found if i not in asked] + moved


def _drop_repeated(found: list[Intent], parsed: ParsedRequest) -> list[Intent]:
    """Drop an intent that a later sentence requests again in detail ("... to create the video")."""
    again = re.compile(r"\b(?:creat|generat|mak|produc)\w* the (?:video|image|audio|picture)\b")
    makers = (i for i in found if i.act in _MAKERS)
    late = {i.act: i.start for i in makers if again.match(parsed.masked, i.start, i.clause.end)}
    found = [i for i in found if not (i.act in late and i.start < late[i.act])]
    styled = {i.clause for i in found if i.act == "restyle"}
    films = [(i.clause, i.start) for i in found if i.act in ("slideshow", "film")]
    joins = [i for i in found if i.act == "join"]
    joined = [i for i in joins if any(c == i.clause and _INTO.fullmatch(parsed.masked, i.end, at) for c, at in films)]
    return [i for i in found if i not in joined and not (i.act == "edit" and i.clause in styled)]


def _keep_last_comparison(found: list[Intent]) -> list[Intent]:
    """Keep the last of two comparisons with other intents between them: it needs their results."""
    requests = [intent for intent in found if not intent.mention]
    similar = [n for n, intent in enumerate(requests) if intent.act == "similar"]
    if not similar or similar[-1] - similar[0] < 2:
        return found
    return [intent for intent in found if intent.act != "similar" or intent is requests[similar[-1]]]


def _drop_announcement(found: list[Intent], parsed: ParsedRequest) -> list[Intent]:
    """Drop what only announces a later intent: "make a video of this photo. Detect ..., then create the video"."""
    requests = [intent for intent in found if not intent.mention]
    if not requests or requests[0].act not in ("film", "speak", "draw"):
        return found
    first = requests[0]
    words = parsed.masked[: first.clause.end]
    again = [n for n, i in enumerate(requests) if n > 1 and i.act == first.act and i.clause != first.clause]
    between = again and any(intent.act != first.act for intent in requests[1 : again[0]])
    own = QUOTE in words or lexicon().cues["own-words"].search(words, first.start)
    return [intent for intent in found if intent is not first] if between and not own else found


def _drop_purposes(found: list[Intent], parsed: ParsedRequest) -> list[Intent]:
    """Drop the purpose of a classification: "classify the recording to identify its content"."""
    kept: list[Intent] = []
    for intent in found:
        before = kept[-1] if kept else None
        classified = before and before.act in _CLASSIFIERS and before.clause == intent.clause
        purpose = lexicon().cues["purpose"]
        if not (classified and intent.act in ("read", "describe") and purpose.search(parsed.masked, 0, intent.start)):
            kept.append(intent)
    return kept


def _inner_first(found: list[Intent], parsed: ParsedRequest) -> list[Intent]:
    """Move what makes the content of a video or speech before it: "a video describing the objects found in a.png"."""
    ordered: list[Intent] = []
    for intent in found:
        index = len(ordered)
        while index and _contains(ordered[index - 1], intent, parsed):
            index -= 1
        ordered.insert(index, intent)
    return ordered


def _contains(outer: Intent, inner: Intent, parsed: ParsedRequest) -> bool:
    """Whether the words of `inner` describe the content of what `outer` makes."""
    made = outer.act in _MAKERS and inner.act not in (*_MAKERS, "sound-clean")
    made = made or (outer.act in ("film", "speak", "draw") and inner.act == "summarize")
    made = made and not (outer.act in ("summarize", "write") and inner.act == "translate")
    made = made or (outer.act == "translate" and inner.act in ("question", "summarize", "read"))
    if not made or outer.clause != inner.clause or outer.start > inner.start:
        return False
    return not re.search(r"\band\b|\bthen\b|,|\bto\b(?! the)", parsed.masked[outer.end : inner.start])


def with_shared_verbs(intents: Iterable[Intent], parsed: ParsedRequest) -> Iterator[Intent]:
    """The intents; one for different things in different files, or for its own results as well, as several."""
    for intent in intents:
        joints = [] if intent.mention else [*_joints(intent, parsed)]
        if not joints:
            yield intent
            continue
        stops = [*(joint.start() for joint in joints), intent.clause.end]
        yield replace(intent, end=min(intent.end, stops[0]), stop=stops[0], clause=replace(intent.clause, end=stops[0]))
        for start, end in zip((joint.end() for joint in joints), stops[1:], strict=True):
            part = Clause(start, end, background=False)
            yield replace(intent, start=start, end=end, stop=end, clause=part, triggers=())


def _joints(intent: Intent, parsed: ParsedRequest) -> Iterator[re.Match[str]]:
    """What joins a part without a verb to one before it that has a file, or a language."""
    start, own = intent.clause.start, lexicon().names.get(_REPEATABLE.get(intent.act, ""))
    form = _JOINT if intent.act in _FINDING else _OWN_RESULT
    for joint in form.finditer(parsed.masked, intent.start, intent.clause.end if own or form is _JOINT else 0):
        before, thing = parsed.masked[start : joint.start()], joint["thing"] or ""
        whole = target_languages(before) if intent.act == "translate" else re.search(_MARK, before)
        if whole and (own.match(singular(thing)) if own else not lexicon().verb.match(thing)):
            yield joint
            start = joint.end()

"""`with_shared_verbs`: an intent for each file with findings of its own: "find the dates in a.txt and the names in b.txt".

English leaves the verb out the second time. Such a part has its own clause, so that a handler reads only its words.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from .clauses import Clause, ParsedRequest
from .intents import Intent
from .lexicon import lexicon

_FINDING = ("entities", "count", "detect")
"""Acts whose words name what is looked for in a file."""
_MARK = "[\ue010-\ue0ff]"
_PLACE = rf"(?:in|of|on|from) (?:(?:the|my|our) )?(?={_MARK})"
_JOINT = re.compile(
    rf"(?:,|,? (?:and|but|plus)(?: also)?) (?=(?P<thing>(?:(?!(?:in|of|on|from) )[^\W_][\w’-]* ){{1,6}}){_PLACE}"
    rf"|{_PLACE}{_MARK}+,? (?:all|any|every|only|the) \w)"
)
"""Before a thing with a file of its own: "and all the names in b.txt", "and in b.txt all the names"."""


def with_shared_verbs(intents: Iterable[Intent], parsed: ParsedRequest) -> Iterator[Intent]:
    """The intents; one that looks for different things in different files as several."""
    for intent in intents:
        joints = [*_joints(intent, parsed)] if intent.act in _FINDING and not intent.mention else []
        if not joints:
            yield intent
            continue
        stops = [*(joint.start() for joint in joints), intent.clause.end]
        yield replace(intent, stop=stops[0], clause=replace(intent.clause, end=stops[0]))
        for start, end in zip((joint.end() for joint in joints), stops[1:], strict=True):
            part = Clause(start, end, background=False)
            yield replace(intent, start=start, end=end, stop=end, clause=part, triggers=())


def _joints(intent: Intent, parsed: ParsedRequest) -> Iterator[re.Match[str]]:
    """What joins a part without a verb to one before it that has a file."""
    start = intent.clause.start
    for joint in _JOINT.finditer(parsed.masked, intent.start, intent.clause.end):
        filed = re.search(_MARK, parsed.masked[start : joint.start()])
        if filed and not lexicon().verb.match(joint["thing"] or ""):
            yield joint
            start = joint.end()

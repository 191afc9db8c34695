"""`find_conditions`: parts of a request that depend on a condition ("if it is in German, translate it").

A plan has no branches, so that such a part is refused as a whole and nothing of it runs. Politeness ("if you can") and
indirect questions ("tell me if it is positive") are no conditions.
"""

import re
from bisect import bisect_left, bisect_right

from .lexicon import lexicon

_CONDITION = re.compile(
    r"(?<!as )(?<!even )\b(?:if|unless|otherwise|or else|only when|provided that|in case|in the event that"
    r"|assuming|supposing)\b"
    r"(?! (?:you|u|i|we|possible|not|need(?:ed)?|necessary|any|available|(?:it|that)(?: would)? helps?)\b"
    r"| there(?:’s| is| are) any\b|(?: it| that| this)(?:’s| is|’d be| isn’t) (?:too|not too|ok|okay|fine|possible)\b)"
)
_OPENED = re.compile(r"(?:\A|[.;:!?,\n—-]|\b(?:and|but|then|so))\W*\Z")
"""Before a condition that what follows depends on."""
_ASKED = re.compile(
    r"\b(?:tell|know|see|check|confirm|find|determine|say|ask|asks|verify|list|wonder\w*|curious|judge|decide|identify|evaluate"
    r"|assess|understand|love|like|grateful|great|good|perfect|helpful|appreciate|nice|help|make my day|whether)\b"
)
"""Before an indirect question ("tell me if it is positive"), or politeness."""
_SENTENCE_END = re.compile(r"[.;!?\n](?=\s|\Z)")
_OPENING = 40
"""Characters before a condition that are searched for what opens it."""


def find_conditions(masked: str) -> list[tuple[int, int]]:
    """Each condition with what depends on it: what follows it in its sentence, else what it follows."""
    found: list[tuple[int, int]] = []
    conditions = list(_CONDITION.finditer(masked))
    if not conditions:
        return found
    # searched once: a request may hold thousands of conditions
    ends = [*_SENTENCE_END.finditer(masked)]
    verbs = [verb.start() for verb in lexicon().verb.finditer(masked)]
    asked = [words.start() for words in _ASKED.finditer(masked)]
    for match in conditions:
        if found and match.start() < found[-1][1]:
            continue
        before = bisect_right(ends, match.start(), key=lambda mark: mark.end())
        begin = ends[before - 1].end() if before else 0
        end = ends[before].start() if before < len(ends) else len(masked)
        near = match.start() - _OPENING
        opened = _OPENED.search("x" * (near > begin) + masked[max(begin, near) : match.start()])
        if opened and _within(verbs, match.end(), end):
            found.append((match.start(), end))
        elif match.group() == "in case":  # after what it belongs to, it gives the purpose
            continue
        elif _within(verbs, begin, match.start()) and not _within(asked, begin, match.start()):
            found.append((_clause(masked, begin, match), end))
    return found


def _within(positions: list[int], start: int, end: int) -> bool:
    """Whether one of the ordered positions lies between `start` and `end`."""
    first = bisect_left(positions, start)
    return first < len(positions) and positions[first] < end


def _clause(masked: str, begin: int, match: re.Match[str]) -> int:
    """Where the clause begins that a condition after it restricts: "describe it and translate it if it is long"."""
    verb = lexicon().verb
    joints = [j.end() for j in re.finditer(r"[,;:] |\b(?:and|then|but) ", masked[begin : match.start()])]
    starts = [begin + joint for joint in joints if verb.match(masked, begin + joint)]
    return starts[-1] if starts else begin

"""`find_conditions`: parts of a request that depend on a condition ("if it is in German, translate it").

A plan has no branches, so that such a part is refused as a whole and nothing of it runs. Politeness ("if you can") and
indirect questions ("tell me if it is positive") are no conditions.
"""

import re
from bisect import bisect_left, bisect_right

from ...wording.nearest import words_pattern
from ...wording.wording import folded, wording
from .lexicon import lexicon
from .operation_words import operation_starts

_STATE = (
    r"(?:when|whenever|as long as) (?:(?:the|this|that|it|its|my|his|her|there)\b|[\ue000-\ue0ff])[^.;!?,\n]{0,60}?"
    r"\b(?:is|are|says|sounds|looks|seems|contains|has|mentions)\b(?! (?:\w+ed|done|ready|over|written)\b)"
)
"""A state that may hold or not: "when the review is negative", and not "when the film is over"."""
_CONDITION = re.compile(
    rf"(?<!as )(?<!even )\b(?:if|unless|otherwise|or else|only when|provided that|in case|in the event that|assuming"
    rf"|suppos(?:e|ing)|{_STATE})(?!\w)"
    r"(?! (?:you|u|i|we|possible|not|need(?:ed)?|necessary|any|available|(?:it|that)(?: would)? helps?)\b"
    r"| there(?:’s| is| are) any\b|(?: it| that| this)(?:’s| is|’d be| isn’t| would be)(?: not)?"
    r" (?:too|ok|okay|all right|alright|fine|possible|convenient|no trouble)\b)"
)
_OPENED = re.compile(r"(?:\A|[.;:!?,\n—-]|\b(?:and|but|then|so))\W*\Z")
"""Before a condition that what follows depends on."""
_ASKED = re.compile(
    r"\b(?:tell|know|see|check|confirm|find|determine|say|ask|asks|verify|list|wonder\w*|curious|judge|decide|identify|evaluate"
    r"|assess|understand|love|like|grateful|great|good|perfect|helpful|appreciate|nice|help|make my day|whether)\b"
    r"(?:[ ,]+[\w’]+){0,3}[ ,]*\Z"
)
"""Before an indirect question ("tell me if it is positive"), or politeness."""
_SENTENCE_END = re.compile(r"[.;!?\n](?=\s|\Z)")
_SENTENCE = re.compile(r"(?:[^.;!?\n。！？；]|[.;](?!\s|\Z))+")
_BEFORE = 120
"""Characters before a condition that are searched for what opens it or asks for it."""


def find_conditions(masked: str) -> list[tuple[int, int]]:
    """Each condition with what depends on it: what follows it in its sentence, else what it follows."""
    found: list[tuple[int, int]] = []
    conditions = list(_CONDITION.finditer(masked))
    if not conditions:
        return found
    # searched once: a request may hold thousands of conditions
    ends = [*_SENTENCE_END.finditer(masked)]
    requests = sorted((*(verb.start() for verb in lexicon().verb.finditer(masked)), *operation_starts(masked)))
    for match in conditions:
        if found and match.start() < found[-1][1]:
            continue
        before = bisect_right(ends, match.start(), key=lambda mark: mark.end())
        begin = ends[before - 1].end() if before else 0
        end = ends[before].start() if before < len(ends) else len(masked)
        near = match.start() - _BEFORE
        words = "x" * (near > begin) + masked[max(begin, near) : match.start()]
        if _OPENED.search(words) and _within(requests, match.end(), end):
            found.append((match.start(), end))
        elif match.group() == "in case":  # after what it belongs to, it gives the purpose
            continue
        elif _within(requests, begin, match.start()) and not _ASKED.search(words):
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


def find_conditions_in(masked: str, code: str) -> list[tuple[int, int]]:
    """The same in another language, by the words `condition` of its wording; `condition_first`: only as first of a part.

    What follows depends on a condition that opens a sentence or follows "and" or "then"; else its whole sentence does,
    unless the words before ask whether something is so (`asked`: "dis-moi si").
    """
    language, words = wording(code), folded(masked)
    groups = language.clauses
    anywhere, first, asked, joints = (
        words_pattern([word for name in names for word in groups.get(name, ())], language)
        for names in (("condition",), ("condition_first",), ("asked",), ("then", "and", "polite"))
    )
    other = words_pattern([phrase for name in ("polite", "or") for phrase in groups.get(name, ())], language)
    hidden = [match.span() for match in other.finditer(words)]
    found: list[tuple[int, int]] = []
    for sentence in _SENTENCE.finditer(words):
        start, end = sentence.span()
        openers = [match for pattern in (anywhere, first) for match in pattern.finditer(words, start, end)]
        for match in sorted(openers, key=lambda opener: opener.start()):
            part = max(start, *(words.rfind(mark, start, match.start()) + 1 for mark in ",:，、"))
            before = words[part : match.start()]
            bare = not joints.sub("", before).strip(" ,，、¿¡")
            opens = match.re is anywhere or (bare and masked[match.start() : match.end()].lower() == match.group())
            if opens and not any(a <= match.start() < b for a, b in hidden) and not asked.search(before):
                found.append((match.start() if bare and (before.strip() or part == start) else start, end))
                break
    return found

"""`find_conditions`: parts of a request that depend on a condition ("if it is in German, translate it").

A plan has no branches, so that such a part is refused as a whole and nothing of it runs. Politeness ("if you can") and
indirect questions ("tell me if it is positive") are no conditions.
"""

import re

from ...wording.nearest import words_pattern
from ...wording.wording import folded, wording
from .lexicon import lexicon
from .operations import names_operation

_STATE = (
    r"(?:when|whenever|as long as) (?:(?:the|this|that|it|its|my|his|her|there)\b|[\ue000-\ue0ff])[^.;!?,\n]{0,60}?"
    r"\b(?:is|are|says|sounds|looks|seems|contains|has|mentions)\b(?! (?:\w+ed|done|ready|over|written)\b)"
)
"""A state that may hold or not: "when the review is negative", and not "when the film is over"."""
_CONDITION = re.compile(
    rf"(?<!as )(?<!even )\b(?:if|unless|otherwise|or else|only when|provided that|in case|assuming|suppose|{_STATE})"
    r"(?!\w)"
    r"(?! (?:you|u|i|we|possible|not|need(?:ed)?|necessary|any|available|(?:it|that)(?: would)? helps?)\b"
    r"| there(?:’s| is| are) any\b|(?: it| that| this)(?:’s| is|’d be| isn’t) (?:too|not too|ok|okay|fine|possible)\b)"
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
_ONWARD = re.compile(r",? then |, ?(?!(?:and|or)\b)")


def find_conditions(masked: str) -> list[tuple[int, int]]:
    """Each condition with what depends on it: what follows it in its sentence, else what it follows."""
    found: list[tuple[int, int]] = []
    for match in _CONDITION.finditer(masked):
        if found and match.start() < found[-1][1]:
            continue
        ends = [end.end() for end in _SENTENCE_END.finditer(masked, 0, match.start())]
        begin = ends[-1] if ends else 0
        end = next((end.start() for end in _SENTENCE_END.finditer(masked, match.end())), len(masked))
        onward = _ONWARD.search(masked, match.end(), end)
        follows = onward is not None and _requests(masked, onward.end() - 1, end)
        opened = _OPENED.search(masked[begin : match.start()])
        if opened and (follows or _requests(masked, match.end(), end)):
            found.append((match.start(), end))
        elif _requests(masked, begin, match.start()) and not _ASKED.search(masked[begin : match.start()]):
            found.append((_clause(masked, begin, match), end))
    return found


def _requests(masked: str, start: int, end: int) -> bool:
    return lexicon().verb.search(masked, start, end) is not None or names_operation(masked[start:end])


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
    hidden = [match.span() for match in other.finditer(words)] if other else []
    found: list[tuple[int, int]] = []
    for sentence in _SENTENCE.finditer(words):
        start, end = sentence.span()
        openers = [match for pattern in (anywhere, first) if pattern for match in pattern.finditer(words, start, end)]
        for match in sorted(openers, key=lambda opener: opener.start()):
            part = max(start, *(words.rfind(mark, start, match.start()) + 1 for mark in ",:，、"))
            before = words[part : match.start()]
            bare = not (joints.sub("", before) if joints else before).strip(" ,，、¿¡")
            opens = match.re is anywhere or (bare and masked[match.start() : match.end()].lower() == match.group())
            if opens and not any(a <= match.start() < b for a, b in hidden) and not (asked and asked.search(before)):
                found.append((match.start() if bare and (before.strip() or part == start) else start, end))
                break
    return found

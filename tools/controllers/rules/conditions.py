"""`find_conditions`: parts of a request that depend on a condition ("if it is in German, translate it").

A plan has no branches, so that such a part is refused as a whole and nothing of it runs. Politeness ("if you can") and
indirect questions ("tell me if it is positive") are no conditions.
"""

import re

from .lexicon import lexicon

_CONDITION = re.compile(
    r"(?<!as )(?<!even )\b(?:if|unless|otherwise|or else|only when|provided that)\b"
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
_ONWARD = re.compile(r",? then |, ?(?!(?:and|or)\b)")


def find_conditions(masked: str) -> list[tuple[int, int]]:
    """Each condition with what depends on it: what follows it in its sentence, else what it follows."""
    found: list[tuple[int, int]] = []
    verb = lexicon().verb
    for match in _CONDITION.finditer(masked):
        if found and match.start() < found[-1][1]:
            continue
        ends = [end.end() for end in _SENTENCE_END.finditer(masked, 0, match.start())]
        begin = ends[-1] if ends else 0
        end = next((end.start() for end in _SENTENCE_END.finditer(masked, match.end())), len(masked))
        onward = _ONWARD.search(masked, match.end(), end)
        follows = onward is not None and verb.search(masked, onward.end() - 1, end) is not None
        opened = _OPENED.search(masked[begin : match.start()])
        if opened and (follows or verb.search(masked, match.end(), end)):
            found.append((match.start(), end))
        elif verb.search(masked, begin, match.start()) and not _ASKED.search(masked, begin, match.start()):
            found.append((_clause(masked, begin, match), end))
    return found


def _clause(masked: str, begin: int, match: re.Match[str]) -> int:
    """Where the clause begins that a condition after it restricts: "describe it and translate it if it is long"."""
    verb = lexicon().verb
    joints = [j.end() for j in re.finditer(r"[,;:] |\b(?:and|then|but) ", masked[begin : match.start()])]
    starts = [begin + joint for joint in joints if verb.match(masked, begin + joint)]
    return starts[-1] if starts else begin

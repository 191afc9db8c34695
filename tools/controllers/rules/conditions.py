"""`find_conditions`: parts of a request that depend on a condition ("if it is in German, translate it").

A plan has no branches, so that such a part is refused as a whole and nothing of it runs. Politeness ("if you can") and
indirect questions ("tell me if it is positive") are no conditions.
"""

import re

from ...wording.nearest import words_pattern
from ...wording.wording import folded, wording
from .harmless_words import courtesies
from .lexicon import lexicon
from .operation_words import operation_starts

_SENTENCE = re.compile(r"(?:[^.;!?\n。！？；]|[.;](?!\s|\Z))+")
_NEAR = 4
"""Words before a condition, one of which asks whether it holds: "tell me in one word if it is positive"."""
_BEFORE = 120
"""Characters before a condition that are searched: a request may hold thousands of conditions."""
_JOINT = re.compile(r"[,;:] |\b(?:and|then|but) ")


def find_conditions(masked: str, code: str) -> list[tuple[int, int]]:
    """Each condition with what depends on it, by the words `condition` of the wording.

    `condition_first`: only as first of a part. What follows depends on a condition that opens a sentence or follows
    "and" or "then"; else its whole sentence does, unless the words before ask whether something is so (`asked`:
    "dis-moi si"). In English nothing depends on one where no verb asks for anything.
    """
    language, words = wording(code), folded(masked)
    groups = language.clauses
    anywhere, first, asked, joints, other = (
        words_pattern([word for name in names.split() for word in groups.get(name, ())], language)
        for names in ("condition", "condition_first", "asked", "then and but polite", "polite or unconditional")
    )
    polite = [match.span() for match in other.finditer(words)]
    polite += courtesies(masked, ("polite", "excused")) if code == "en" else []
    hidden = {position for span in polite for position in range(*span)}
    asking = [*(verb.start() for verb in lexicon().verb.finditer(masked)), *operation_starts(masked)]
    requests = asking if code == "en" else []
    found: list[tuple[int, int]] = []
    for sentence in _SENTENCE.finditer(words):
        start, end = sentence.span()
        asks = [request for request in requests if start <= request < end]
        openers = [match for pattern in (anywhere, first) for match in pattern.finditer(words, start, end)]
        for match in sorted(openers, key=lambda opener: opener.start()):
            near = max(start, match.start() - _BEFORE)
            part = max(near, *(words.rfind(mark, near, match.start()) + 1 for mark in ",:，、"))
            before = words[part : match.start()].strip(" ,，、¿¡—-(")
            bare = not before or any(joint.end() == len(before) for joint in joints.finditer(before))
            opens = match.re is anywhere or (bare and masked[match.start() : match.end()].lower() == match.group())
            if not opens or match.start() in hidden or asked.search(" ".join(before.split()[-_NEAR:])):
                continue
            if code != "en":
                depending = start if not bare or (part > start and not before) else match.start()
            elif bare and any(match.end() <= request for request in asks):
                depending = match.start()
            elif any(request < match.start() for request in asks):
                clauses = [j.end() for j in _JOINT.finditer(words, start, match.start()) if j.end() in asks]
                depending = max(clauses, default=start)
            else:
                continue
            found.append((depending, end))
            break
    return found

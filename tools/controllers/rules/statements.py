"""`is_statement`: whether a sentence of a request only says how things are: "My sister turned thirty last week."

It has a subject and a finite verb, names no file, and neither asks for anything nor limits it. Words: `[harmless]` of
tools/wording/en.toml. Not covered: sentences without a verb ("a party in the garden").
"""

import re
from functools import cache

from ...wording.wording import wording
from .lexicon import lexicon

_MAX_CHARACTERS = 240
_OPENERS = (
    r"\W*(?:(?:hi|hello|hey|well|so|ok|okay|and|but|anyway|honestly|sorry|oh|btw|because|since|as|now|today|yesterday)"
    r"\b[ ,]*)*"
)
_SUBJECT = (
    r"(?:i|we|he|she|they|you|this|that|it|there|everyone|everybody|someone|somebody|nobody|people|mine|ours)"
    r"(?:’\w+)?\b"
)
_OWNER = r"(?:my|our|his|her|their|your|[^\W\d_]+’s?)"
_NO_SUBJECT = (
    "is are was were do does did can could will would may might should what which who whose when where why how let"
    " make give keep that please"
).split()
"""Words with which a question, a request or a relative clause begins."""
_OTHER = re.compile(r"\?\Z|[\ue000-\ue0ff\n:]")
_BEGINS = re.compile(rf"\A{_OPENERS}|\A\w+ly,? |, |\b(?:to|and|then|be) ")
"""Before a verb that requests something."""


def is_statement(sentence: str) -> bool:
    """Whether a masked sentence states something that no task depends on."""
    words = sentence.strip()
    if len(words) > _MAX_CHARACTERS or _OTHER.search(words) or lexicon().cues["request"].search(words):
        return False
    stated, limiting = _patterns()
    if not stated.match(words) or limiting.search(words):
        return False
    return not any(lexicon().verb.match(words, joint.end()) for joint in _BEGINS.finditer(words))


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What states, and what limits a task or asks for one."""
    words = wording("en").section("harmless")
    limits = _either([*words["restricting"], *words["ending"], *words["numbering"], *_NO_SUBJECT])
    word = rf"(?!{limits}\b)[^\W\d_][\w’-]*"
    verb = rf"(?:{_either(words['verb'])}|\w+n’t)\b"
    stated = (
        rf"{_OPENERS}(?:{_SUBJECT}|(?:{word},? ){{1,5}}?{verb}|{_OWNER} (?:{word} ){{1,2}}[^\W\d_]{{2,}}(?:s|ed) \w)"
    )
    limiting = rf"\b(?:{_either(words['demanding'])}|should|must|(?:has|have|ought) to|would be|if you|be \w+ed"
    limiting += r"|stays?|remains?|keeps?|leaves?|unchanged|as (?:they|it) (?:is|are))\b"
    return re.compile(stated), re.compile(limiting)


def _either(words: list[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})"

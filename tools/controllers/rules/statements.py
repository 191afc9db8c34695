"""`states`, `constrains`, `is_statement`: whether words of a request only say how things are, or limit what is made.

"My sister turned thirty last week" has a subject and a finite verb, and no task depends on it. "The car stays red", "my
boss wants numbers in bold" have these too, but say how the result has to be: in the present tense, they oblige, want,
keep, evaluate, or name a property of texts, sounds and pictures. Words: `[harmless]` of tools/wording/en.toml. Not
covered: sentences without a verb ("a party in the garden").
"""

import re
from functools import cache

from ...wording.wording import any_of, wording
from .lexicon import lexicon

_MAX_CHARACTERS = 240
_OPENERS = (
    r"\W*(?:(?:hi|hello|hey|well|so|ok|okay|and|but|anyway|honestly|sorry|oh|btw|because|since|as|now|today|yesterday"
    r"|although|though|while|given that|now that|after|before|when|where|hence|that|then)\b(?!’)[ ,]*)*+"
)
_REASON = "(?:because|since|as|given that|now that|for)"
_PERSON = r"(?:i|we|he|she|they|you|who|everyone|everybody|someone|somebody|nobody|people|mine|ours|whoever)(?:’\w+)?\b"
_THING = r"(?:(?:this|that|it|there)(?:’\w+)?|which (?:is|are|was|were|has|had))\b"
_OWNER = r"(?:my|our|his|her|their|your|[^\W\d_]+’s?)"
_OTHER = re.compile(r"\?\Z|[\ue000-\ue0ff\n:]")
_BEGINS = re.compile(rf"\A{_OPENERS}|\A\w+ly,? |, |\b(?:and|so|also|then|be) ")
"""Before a verb that requests something."""
_NO_VERB = r"(?!(?:need|feed|seed|speed|weed|indeed|hundred)\b)"
_PERCEIVED = re.compile(
    r"(?:\bto (?:read|know|learn|remember)\b|\b(?:this|my|our|his|her) (?!summary|text)\w+ (?:is|are) )"
    r"(?:(?!\b(?:and|but|so)\b)[^,])*"
)
"""Words that say what somebody wants to know, or what given data is like: "it's a tradition to read the old letters"."""
_PREPOSITION = r"(?:to|of|in|on|for|from|with|by|at|and|or|as|about|that|is|are)\b"
_NOUN_JOINT = r"(?:of|and|or|with|from|in|is|are)\b"
_OBJECT = re.compile(r" (?:all|every|each|any|the|an?|my|our|his|her|their|me|us|these|those|both|only)\b")
"""The beginning of what a verb requests."""
_AFTER_VERB = (
    r"(?:that|about|to|me|us|it|a|an|the|my|our|his|her|him|them|this|so|very|too|all|every|on|in|from|only|just)\b"
)


def is_statement(sentence: str) -> bool:
    """Whether a masked sentence states something that no task depends on; what asks for something does not."""
    words = sentence.strip()
    if len(words) > _MAX_CHARACTERS or _OTHER.search(words) or lexicon().cues["request"].search(words):
        return False
    if not states(words) or constrains(words) or _patterns()["limiting"].search(words):
        return False
    return not any(lexicon().verb.match(words, joint.end()) for joint in _BEGINS.finditer(words))


def states(words: str) -> bool:
    """Whether masked words begin with a subject and a finite verb."""
    verb = lexicon().verb.match(words)
    requests = verb and _OBJECT.match(words, verb.end())  # "list the paid orders"
    return not requests and _patterns()["stated"].match(words) is not None


def constrains(words: str) -> bool:
    """Whether masked words that state something say how the result has to be."""
    return _patterns()["constraint"].search(_PERCEIVED.sub("", words)) is not None


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """What states, what limits a task or asks for one, and what says how a result has to be."""
    words = wording("en").section("harmless")
    past, property_ = any_of(words["past"]), any_of([*words["property"], *wording("en").languages])
    restricting = any_of([*words["restricting"], *words["ending"], *words["numbering"], *words["no_subject"]])
    word = rf"(?!{restricting}\b)[^\W\d_][\w’-]*"
    verb = rf"(?:{any_of(words['verb'])}|{past}|\w+n’t|{_NO_VERB}\w\w+ed)\b"
    owned = rf"(?:(?!wh)\w+ of )?(?:{_OWNER}|the|an?|this|that|these|those|them|us|[\ue000-\ue0ff]+)"
    noun = rf"(?!{any_of([*words['numbering'], *words['relative']])}\b)(?:[\ue000-\ue0ff]+|[^\W\d_][\w’-]*)"
    present = rf"\w\w+s (?!{_NOUN_JOINT})\w|(?!{_PREPOSITION})\w+ {_AFTER_VERB}"
    named = rf"(?:{word} ){{1,5}}?{verb}|{owned} (?:(?:{noun} ){{,7}}?{verb}|(?:{word} ){{1,3}}?(?:{present}))"
    limiting = rf"\b(?:{any_of(words['demanding'])}|should|must|(?:has|have|ought) to|would be|if you|be \w+ed"
    limiting += r"|unchanged|as (?:they|it) (?:is|are))\b"
    subject = rf"\A{_OPENERS}(?!(?:{_PERSON}|{_OWNER} \w+) )(?:(?!\b(?:and|but|so|because|that)\b)[^,])*"
    obliged = r"must|should|shall|ought to|(?:has|have|needs?|(?:is|are)(?: not)?) to|(?:may not|cannot|can’t) be"
    kept = (
        r"(?:stays?|remains?|keeps?(?! \w+ing\b))\b(?! (?:here|there|home|in|at|with|up|for)\b)"
        r"|leaves? (?:it|them|the|everything|out|as)\b|un(?:changed|translated|touched|edited)\b"
    )
    desired = (
        r"(?:wants?|needs?|expects?|prefers?|requires?|insists?|accepts?|demands?|allows?|tolerates?)\b"
        r"(?! (?:to|you|me|us|it|this|that|them|these|those|help|one)\b)(?= \w)"
        r"|\b(?:likes?|wants?|needs?|prefers?) (?:it|them|this|that) (?!(?:so|very|a|much|when|here|for|by|because"
        r"|since|and|at|before|on|to|today|tomorrow|now|back|soon|all|too)\b)\w"
        r"|\b(?:only|\w+n’t|not) (?:care about|interested in|count|belong)\b|\bbelongs?\b(?! to\b)"
    )
    return {
        "stated": re.compile(rf"{_OPENERS}(?:{_PERSON}|{_THING}|{named})"),
        "limiting": re.compile(limiting),
        "constraint": re.compile(
            rf"\b(?<!to )(?<!not )(?:{kept})|{subject}\b(?:{obliged})\b"
            rf"|{subject}\b(?:is|are) (?:\w+ )?(?:{any_of(words['valued'])}|(?:not|never) \w+ed)\b"
            rf"|\A(?!\W*{_REASON}\b)(?:.*\b(?:{desired})|(?!.*(?:n’t|\w\wed|{past})\b).*\b(?<!my ){property_}\b(?!-))"
        ),
    }

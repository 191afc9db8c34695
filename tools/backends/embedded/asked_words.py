"""`kinds_asked`, `asks_several`: the words that ask for a kind of value, and two questions in one, by language.

English is read by patterns; the other languages by the section `[asked]` of their data files.
"""

import re
from functools import cache

from ...wording.nearest import words_pattern
from ...wording.request_language import language_of, own_words
from ...wording.wording import LANGUAGES, folded, wording

QUESTIONS: dict[str, str] = {
    "email": r"e-?mail",
    "url": r"website|web ?site|url|web address",
    "phone": r"phone|telephone|number to call",
    "percent": r"percent|what share",
    "year": r"(?:what|which|in what) year",
    "time": r"what time|at what hour|opening hour",
    "money": r"how much|what (?:is|was|does|did) .*(?:total|price|cost|amount|sum|bill|fee)|total|price of",
    "span": r"(?!)",
    "count": r"how (?:many|tall|high|long|far|old|deep|wide|big|heavy|fast)|number of",
    "frequency": r"how often",
    "date": r"\bwhen\b|what (?:date|day)|which (?:date|day)|\bdate\b",
    "person": r"\bwho(?:se|m)?\b",
    "place": r"\bwhere\b",
    "name": r"what is the name|what(?:'s| is) .* called|which (?:city|country|town|company|university|shop|restaurant"
    r"|caf)",
    "code": r"\b[a-z]+ (?:number|no\.|code|id|reference)(?! of\b)\b",
}
"""Words of English that ask for a kind of value; the match that begins first is the one expected: "when is the total due".

How long something is, is a `count` in English, where the unit behind the number has to fit, and a `span` elsewhere.
"""
_SEVERAL = re.compile(
    r"\W*(?:when|where|who|what time)\b[^?]{0,15}\b(?:and|or) (?:at |to |with |from )?(?:when|where|who|what|how|why)\b"
)
_CODE = re.compile(r"\b(?:numbers?|num|no|nr|codes?|id|ref(?:erence)?)\b|n[°º]|#|nummer\b", re.I)
_SHORT = 2
"""Letters of a word that has to be typed with its accents: "où" is not "ou"."""


@cache
def language_of_question(question: str) -> str:
    """The language that a question is read in; English where it is in none with a data file."""
    code = language_of(own_words(question))
    return code if code in LANGUAGES else "en"


def names_code(words: str) -> bool:
    """Whether words name a number or a code of something: "Order no.", "Booking code"."""
    return _CODE.search(words) is not None


def kinds_asked(question: str) -> list[str]:
    """Every kind of value that a question asks for, the expected one first."""
    code = language_of_question(question)
    lower = re.sub(r"\b(wh\w+|how)['’]s\b", r"\1 is", question.lower())
    if code == "en":
        found = {kind: match for kind, form in QUESTIONS.items() if (match := re.search(form, lower))}
        return sorted(found, key=lambda kind: found[kind].start())
    found = {kind: match for kind in QUESTIONS if (match := _found(kind, code, lower))}
    return sorted(found, key=lambda kind: (found[kind].start(), -found[kind].end()))


def asks_several(question: str) -> bool:
    """Whether it is two questions in one, as "when and where": only the sentence answers both."""
    code, lower = language_of_question(question), question.lower()
    return bool(_SEVERAL.match(lower) if code == "en" else _several(code).match(folded(lower)))


@cache
def spans_of(code: str) -> re.Pattern[str]:
    """How long something may be: a number and a unit of time or length."""
    language = wording(code)
    units = "|".join(language.section("asked").get("spans", ("(?!)",)))
    numbers = "|".join(sorted(map(re.escape, language.section("numbers")), key=len, reverse=True))
    edge = "" if language.unspaced else r"\b"
    return re.compile(rf"{edge}(?:\d+(?:[.,]\d+)?|{numbers})[\s-]?(?:{units}){edge}", re.I)


@cache
def small_words(code: str) -> frozenset[str]:
    """The words of a language that a sentence need not share with a question, lower case and without accents."""
    language = wording(code)
    groups = (language.clauses.get(name, ()) for name in ("question", "asks_apart", "article"))
    asking = (word for group in groups for word in group)
    small = (*folded(str(language.section("recognise").get("small", ""))).split(), *asking)
    return frozenset(word for phrase in small for word in phrase.split())


@cache
def names_time(code: str) -> re.Pattern[str]:
    """What in a sentence may tell when: a unit of time, a month or a day of the week, also within a longer word."""
    language = wording(code)
    months = language.section("calendar").get("months", ())
    return re.compile("|".join((*language.section("asked").get("spans", ()), *map(re.escape, months))), re.I)


@cache
def places_of(code: str) -> str:
    """The words before a place, as alternatives of a pattern."""
    listed = wording(code).section("asked").get("places", ())
    return "|".join(map(re.escape, listed))


def _found(kind: str, code: str, lower: str) -> re.Match[str] | None:
    for match in words_pattern(wording(code).asked(kind), wording(code)).finditer(folded(lower)):
        if len(match.group()) > _SHORT or lower[slice(*match.span())] in wording(code).section("asked")[kind]:
            return match
    return None


@cache
def _several(code: str) -> re.Pattern[str]:
    language = wording(code)
    words = [word for kind in ("date", "place", "person", "time") for word in language.asked(kind)]
    first, second = words_pattern(words, language), words_pattern((*words, *language.question_words), language)
    joints = words_pattern((*language.clauses["and"], *language.clauses["or"], ","), language)
    gap = r"[^?？]{0,8}?" if language.unspaced else r"[^?]{0,15}"
    if language.unspaced:
        return re.compile(rf".*?{first.pattern}(?:{gap}{joints.pattern}.{{0,2}})?{second.pattern}")
    return re.compile(rf"\W*{first.pattern}{gap}{joints.pattern}\s+(?:\w{{1,5}}\s)?{second.pattern}")

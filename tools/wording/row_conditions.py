"""`row_conditions`: what a request says of lines or rows behind the noun: "las líneas de a.txt que contienen error".

A relative clause, "with", or a verb behind the noun and its file; words of `[conditions]`. A condition is read where a line
is to contain a text or not to; of others only the words are known. English is read by tables/condition_words.py.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from .nearest import words_pattern
from .wording import Wording, any_of, either, folded, wording

_FILES = "\ue010-\ue0ff"
_QUOTED = "\ue000-\ue00f"
_MOST_WORDS, _MOST_CHARACTERS = 3, 16
"""Words, or characters where no spaces divide them, of a text that a line is to contain."""


class RowCondition(NamedTuple):
    """A condition on lines or rows, as positions in the text."""

    noun: int
    """Where the noun stands, or in Chinese and Japanese the words before it begin."""
    start: int
    end: int
    value: tuple[int, int] | None
    """The text that a line contains; None where the condition is another."""
    lacks: bool = False

    def where(self, text: str, *, removed: bool = False) -> str:
        """The condition as a task takes it; `removed`: on the lines that are left out."""
        value = text[slice(*(self.value or (0, 0)))].strip(" \"'“”„‘’«»「」『』")
        return f"* {'not ' * (self.lacks is not removed)}contains {value}"


def row_conditions(masked: str, code: str) -> Iterator[RowCondition]:
    """The conditions on lines or rows in a masked text, in order; none in English."""
    language = wording(code)
    if not language.section("conditions").get("containing") or code == "en":
        return
    words = folded(masked)
    for match in (match for pattern in _patterns(code) for match in pattern.finditer(words)):
        start, end = match.span("condition")
        rest, noun = match.span("rest"), start if language.unspaced else match.start()
        if not language.unspaced and re.match(rf"[{_FILES}]", words[end:]):  # "que contienen error en a.txt"
            end = rest[0] + len(_place(code).sub("", words[rest[0] : end]))
        said = _says_nothing(code).sub("", words[rest[0] : end]).strip(" ?")
        having = not language.unspaced and match["having"]
        if not said or (not having and said.split()[-1] in language.nouns):  # "quantos registros tem a planilha"
            continue
        yield _read(words, noun, (start, end), (rest[0], min(rest[1], end)), match, language)


def counts_rows(text: str, code: str) -> bool:
    """Whether words ask how many rows there are: "cuenta", "wie viele"."""
    words = (*wording(code).section("tables")["count"], *_listed(code, "counting"))
    return words_pattern([*map(folded, words)], wording(code)).search(folded(text)) is not None


def removes_rows(text: str, code: str) -> bool:
    """Whether words ask to leave rows out: "lösche", "elimina"."""
    language = wording(code)
    off = [word for word in language.ranges.get("off", ()) if word not in language.clauses.get("without", ())]
    least = 2 if language.unspaced else 4
    return words_pattern([word for word in off if len(word) >= least], language).search(folded(text)) is not None


def _read(
    words: str, noun: int, span: tuple[int, int], rest: tuple[int, int], match: re.Match[str], language: Wording
) -> RowCondition:
    verb = _verb(language.code).match(words, *rest) or _last_verb(language.code).search(words, *rest)
    if not language.unspaced and match["having"]:
        start, end, lacks = *rest, False
    elif verb is None:
        return RowCondition(noun, *span, None)
    elif verb.start() == rest[0]:
        start, end, lacks = verb.end(), rest[1], verb["lacks"] is not None
    else:
        start, end, lacks = rest[0], verb.start(), verb["lacks"] is not None
        if no := _negation(language.code).match(words, start, end):  # "die keine Fehler enthalten"
            start, lacks = no.end(), not lacks
    said = _article(language.code).match(words, start, end)
    start = said.end() if said else start
    text = words[start:end].strip()
    compares = _comparison(language.code).match(text) or _either(language.code).search(text)
    if not text or compares or len(text.split()) > _MOST_WORDS:
        return RowCondition(noun, *span, None)
    return RowCondition(noun, *span, (start, end), lacks)


def _listed(code: str, *names: str) -> list[str]:
    return [word for name in names for word in wording(code).section("conditions").get(name, ())]


@cache
def _verb(code: str) -> re.Pattern[str]:
    end = "" if wording(code).unspaced else r"(?!\w)"
    return re.compile(rf"(?:(?P<lacks>{either(_listed(code, 'lacking'))})|{either(_listed(code, 'containing'))}){end}")


@cache
def _last_verb(code: str) -> re.Pattern[str]:
    start = "" if wording(code).unspaced else r"(?<!\w)"
    return re.compile(rf"{start}(?:{_verb(code).pattern})\s*\Z")


@cache
def _article(code: str) -> re.Pattern[str]:
    """Before the text that is looked for: "the word"."""
    language = wording(code)
    if language.unspaced:
        return re.compile(r"\s*")
    noun = either(_listed(code, "searched"))
    return re.compile(rf"\s*(?:{any_of(language.clauses['article'])}(?!\w)\s*)?(?:{noun}(?!\w)\s*)?")


@cache
def _says_nothing(code: str) -> re.Pattern[str]:
    """Verbs of a clause that only says where lines are: "las líneas que hay en a.txt"."""
    return words_pattern([*map(folded, _listed(code, "exist", "=", "containing"))], wording(code))


@cache
def _negation(code: str) -> re.Pattern[str]:
    return words_pattern(wording(code).clauses.get("not", ()), wording(code))


@cache
def _either(code: str) -> re.Pattern[str]:
    return words_pattern(wording(code).clauses.get("or", ()), wording(code))


@cache
def _comparison(code: str) -> re.Pattern[str]:
    found = either(_listed(code, ">=", "<=", ">", "<", "between"))
    return re.compile(found if wording(code).unspaced else rf"{found}(?!\w)")


@cache
def _place(code: str) -> re.Pattern[str]:
    """What leads from a condition to its file: "en el archivo"."""
    leading = any_of((*wording(code).clauses.get("place", ()), *wording(code).clauses["article"]))
    return re.compile(rf"(?:^|\s+){leading}(?:\s+\w{{2,8}})?(?:\s+\w{{2,8}})?\s*$")


@cache
def _patterns(code: str) -> tuple[re.Pattern[str], ...]:
    language = wording(code)
    rows = any_of(word for word, unit in language.units.items() if unit == "row")
    verbs = _verb(code).pattern.replace("?P<lacks>", "?:")
    value = rf"[^,.;:!?\n，。；：！？、{_FILES}]"
    if language.unspaced:
        within, every = either(_listed(code, "within")), either(_listed(code, "every"))
        text = rf"(?:[{_QUOTED}]+|{value}{{1,{_MOST_CHARACTERS}}}?)"
        forms = (
            rf"(?:[{_FILES}]|^|[，。、\s]){within}?(?P<condition>(?P<rest>{text}{verbs})){every}?{rows}",
            rf"(?P<condition>(?P<rest>{verbs}{text})){every}{rows}",
            rf"{rows}{within}?(?P<condition>(?P<rest>{verbs}{text}))(?=[的，。；？！?\s]|$|吗)",
        )
        return tuple(map(re.compile, forms))
    relative, having = either(_listed(code, "relative")), either(_listed(code, "having"))
    equals = either(_listed(code, "="))
    joint = words_pattern((*language.clauses["and"], *language.clauses["then"]), language).pattern
    named = any_of(language.languages)
    rest = rf"(?P<rest>(?:(?!\s+(?:{joint}|(?:\w{{1,4}}\s+){{1,2}}{named}(?!\w))){value})+)"
    file = rf"(?:\s+(?:[^\W\d_]+[\s']+){{0,2}}[{_FILES}]+)?"
    opening = rf"(?:{relative}(?!\w)|(?P<having>{having}(?!\w))|(?=(?:{verbs}|{equals}(?!\w))))"
    return (re.compile(rf"(?<!\w){rows}(?!\w){file},?\s+(?P<condition>{opening}\s*{rest})"),)

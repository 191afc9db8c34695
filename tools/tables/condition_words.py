"""`read_conditions`: the conditions that the words of a request set on rows or lines: "where region is not North".

The words of operators are data (`[conditions]` in tools/wording). Column names are not known here: `with city Bergen`
becomes `city = Bergen`, and `kept` moves words between column and value where the table has a longer name.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from ..wording.wording import wording
from .condition import OPPOSITE, Condition
from .conditions import ANY
from .folding import CURLY, MARKS
from .written_dates import day_at

_TOKEN = re.compile(
    r"[\ue000-\ue00f]+|[\ue010-\ue0ff]+|[<>=!≤≥≠]+|(?:[^\s,;?!<>=≤≥≠\ue000-\ue0ff]|(?<=\d),(?=\d))+|[,;?!]"
)
_ARTICLE = re.compile(r"(?:the|a|an|its|their|any|word|words|text|column|field|value)\b ?")
_FILE = re.compile(r"[\ue010-\ue0ff]")
_STOP = re.compile(r"[;?!]|(?:that|which|who|then|please|into|as|sorted|by|per|aloud|out)\b")
_VALUE = re.compile(rf"[A-ZÀ-ÞĀ-Ž\d{MARKS}]|[-+€$£]\d")
_PLACE = re.compile(r"\s*(?:from|in|for|of)\s+")
_COMPARED = re.compile(r"\W?[-+]?\d")
_NUMBERED = re.compile(r"\s*\W?(?P<number>[-+]?\d[\d.,]*) (?P<column>[^\W\d_]+)")
_AS_COLUMN = re.compile(
    r"\s+as (?:the |their |its |an? )?(?!(?:well|csv|tables?|texts?|lists?|json|excel|pictures?|files?)\b)"
    r"(?P<column>[^\W\d_]+)(?!\w)"
)
_HAVING = ("have", "has", "had", "with", "whose", "where", "having", "in which", "for which", "by")
_PLACES = ("from", "in", "for", "of")
_ALTERNATIVE = re.compile(r"\b(?:or|where|whose|with)\b")
_THOSE = r"(?:(?:the )?(?:those|ones|rows|lines)\s+)?"
MAX_COLUMN_WORDS = 3


@dataclass(frozen=True)
class Found:
    """Conditions, and the words that set them."""

    where: tuple[str, ...]
    start: int
    end: int


@cache
def _words(language: str) -> dict[str, re.Pattern[str]]:
    """The words of each operator as a pattern; longer ones first."""
    patterns = {}
    for name, phrases in wording(language).section("conditions").items():
        longest_first = sorted((re.escape(phrase.replace("'", CURLY)) for phrase in phrases), key=len, reverse=True)
        patterns[name] = re.compile(rf"(?:{'|'.join(longest_first)})(?:(?<!\w)|(?!\w))")
    patterns["together"] = re.compile(rf"(?:{'|'.join(wording(language).section('scopes')['together'])})\W*\Z")
    return patterns


def read_conditions(text: str, masked: str, start: int, end: int, *, language: str = "en") -> Found | None:
    """The conditions between two positions; None where the words set none.

    `masked`: as `text`, in lower case, with quotations and files as placeholders (rules/masking.py).
    """
    words = _words(language)
    end = together.start() if (together := words["together"].search(masked, start, end)) else end
    openers = "|".join(words[name].pattern for name in (*_SELF_OPENING, "open"))
    for opener in re.compile(rf"(?<![\w{CURLY}])(?:{openers})").finditer(masked, start, end):
        reader = _Reader(text, masked[:end], words, opener.group())
        position = opener.start() if any(words[o].match(opener.group()) for o in _SELF_OPENING) else opener.end()
        negation = re.compile(rf"(?<!\w)(?:{words['negation'].pattern})\s+{_THOSE}$").search(
            masked[: opener.start()], start
        )
        if conditions := list(reader.conditions(position)):
            if negation and reader.paired:
                return None  # "not between": no condition says it
            if negation:
                conditions[0] = conditions[0].opposite
            return Found(tuple(map(str, conditions)), (negation or opener).start(), reader.end)
    return None


_SELF_OPENING = ("not contains", "contains", "starts with", "ends with")
_ORDER = ("not contains", "contains", "starts with", "ends with", "!=", ">=", "<=", ">", "<", "=")


class _Reader:
    def __init__(self, text: str, masked: str, words: dict[str, re.Pattern[str]], opener: str) -> None:
        self.text, self.masked, self.words, self.opener = text, masked, words, opener
        self.end, self.paired = 0, False
        """`paired`: the first condition is one of two bounds."""
        self._column = ""
        self._searched = False
        """The condition before searches texts."""

    def conditions(self, position: int) -> Iterator[Condition]:
        """Each condition in turn, joined by "and"."""
        first, end = True, 0
        while (found := self._one(position)) is not None:
            self.paired = self.paired or (first and len(found) > 1)
            first, end = False, self.end
            yield from found
            joint = re.compile(rf"\s*(?:,\s*)?(?:{self.words['and'].pattern}\s*)?(?:{self.words['open'].pattern}\s+)?")
            match = joint.match(self.masked, self.end)
            if match is None or not match.group().strip():
                return
            position, self.opener = match.end(), "and"
        if not first:
            self.end = end

    def _one(self, position: int) -> list[Condition] | None:
        tokens = list(_TOKEN.finditer(self.masked, self._skip(position)))
        for count in range(min(MAX_COLUMN_WORDS, len(tokens) - 1) + 1 if tokens else 0):
            at = tokens[count].start()
            if any(_FILE.match(t.group()) or _STOP.match(t.group()) or t.group() == "," for t in tokens[:count]):
                break
            named = self.text[tokens[0].start() : at].strip().removesuffix(" of")
            column = named if count else self._column or ANY
            if between := self.words["between"].match(self.masked, at):
                return self._between(column, between.end())
            negation = self.words["negation"].match(self.masked, at)
            if negation and self._is_between(self._skip(negation.end())):
                return None
            operator, behind = self._operator(at)
            if not count and not self._column and (found := self._before_column(operator, behind)):
                return found
            if operator and (count or operator in _SELF_OPENING or self._column):
                place = _PLACE.match(self.masked, behind) if operator in ("=", "!=") else None
                if place and _VALUE.match(self.text, place.end()):  # "is not in Oslo"
                    column, behind = column if count else ANY, place.end()
                return self._condition(column, operator, self._value(behind, operator))
        return self._without_operator(tokens)

    def _before_column(self, operator: str, behind: int) -> list[Condition] | None:
        """`with more than 115 units`: the column follows the number."""
        if operator not in (">", ">=", "<", "<=") or not (match := _NUMBERED.match(self.masked, behind)):
            return None
        if _STOP.match(match["column"]) or self.words["unit"].fullmatch(match["column"]):
            return None
        self.end = match.end()
        return self._condition(self.text[slice(*match.span("column"))], operator, match["number"].rstrip("."))

    def _operator(self, at: int) -> tuple[str, int]:
        """The operator at a position, and its end; "is not above" and "does not start with" are read as pairs."""
        plain, end = self._listed(at)
        negation = self.words["negation"].match(self.masked, at)
        if negation or plain == "=":
            pair, behind = self._listed(self._skip(negation.end() if negation else end))
            if pair:
                return (OPPOSITE[pair] if negation else pair), behind
        return plain, end

    def _listed(self, at: int) -> tuple[str, int]:
        for operator in _ORDER:
            match = self.words[operator].match(self.masked, at)
            if match and (match.group() not in _PLACES or _COMPARED.match(self.text, self._skip(match.end()))):
                return operator, match.end()
        return "", at

    def _without_operator(self, tokens: Sequence[re.Match[str]]) -> list[Condition] | None:
        """`with city Bergen`, `with Bergen as city`, `in Bergen`."""
        if not tokens or _FILE.match(tokens[0].group()):
            return None
        having = self.opener.split()[-1] in _HAVING
        if having and (value := self._value(tokens[0].start())) and (named := self._named_after()):
            return self._condition(named, "=", value)
        if self.opener in _PLACES and _VALUE.match(self.text[tokens[0].start()]):
            return self._condition(ANY, "=", self._value(tokens[0].start()))
        if len(tokens) > 1 and (having or self.opener in _PLACES):
            value = self._value(tokens[1].start())
            if value and (_VALUE.match(value) or having):
                return self._condition(tokens[0].group(), "=", value)
        if self.opener.split()[-1] in ("with", "have", "has") and (value := self._value(tokens[0].start())):
            return self._condition(ANY, "contains", value)
        return None

    def _named_after(self) -> str:
        """The column behind a value: "as city"; moves `end` behind it. Empty for none."""
        match = _AS_COLUMN.match(self.masked, self.end)
        if match is None:
            return ""
        self.end = match.end()
        return self.text[slice(*match.span("column"))]

    def _condition(self, column: str, operator: str, value: str) -> list[Condition] | None:
        self._column = column
        if operator == "!=" and self._searched:  # "that contain error but not timeout"
            operator = "not contains"
        self._searched = operator in ("contains", "not contains")
        for bound, words in ((">=", "or more"), ("<=", "or less")):
            if operator == "=" and (more := re.fullmatch(rf"(\W?\d\S*) {self.words[words].pattern}", value)):
                operator, value = bound, more[1]
        return [Condition(column, operator, value)] if value else None

    def _between(self, column: str, position: int) -> list[Condition] | None:
        low = self._value(position, ">=")
        joint = re.compile(rf"\s*{self.words['and'].pattern}\s+").match(self.masked, self.end)
        high = self._value(joint.end(), "<=") if joint else ""
        return [Condition(column, ">=", low), Condition(column, "<=", high)] if low and high else None

    def _value(self, position: int, operator: str = "=") -> str:
        """The value at a position, as written; moves `end` behind it. Empty where it holds another condition."""
        compared = operator in (">", ">=", "<", "<=")
        if compared and (day := day_at(self.text, self._skip(position)))[0]:
            value, self.end = day
            return value
        tokens = list(_TOKEN.finditer(self.masked, self._searched_text(position, operator)))
        last = None
        for number, token in enumerate(tokens):
            word = token.group()
            ends = _FILE.match(word) or _STOP.match(word) or word == "," or self.words["and"].fullmatch(word)
            if ends or (compared and last and not self.words["unit"].fullmatch(word)):
                break
            following = tokens[number + 1].group() if number + 1 < len(tokens) else ""
            if word in _PLACES and _FILE.match(following):
                break
            last = token
        if last is None:
            return ""
        first = tokens[0].start()
        value = self.text[first : last.end()].rstrip(".").strip(MARKS)
        behind = self.masked[last.end() :].lstrip(" ,") if compared else self.masked[first : last.end()]
        other = re.search(r"^or\b" if compared else r"\bor\b" if operator in _SELF_OPENING else r"(?!)", behind)
        if other or (compared and not _COMPARED.match(value)) or self._holds_condition(tokens, last.end(), operator):
            return ""
        self.end = first + len(self.text[first : last.end()].rstrip("."))
        return value.split()[0] if compared else value

    def _searched_text(self, position: int, operator: str) -> int:
        """Where a value begins; a text that is searched for, behind its noun: "the word error"."""
        start = self._skip(position)
        named = operator in _SELF_OPENING and self.masked[position:start].strip()
        noun = self.words["searched"].match(self.masked, start) if named else None
        token = _TOKEN.match(self.masked, noun.end() + 1) if noun else None
        alone = not token or token.group() in (",", "and", *_PLACES) or _STOP.match(token.group())
        return start if alone or not token else token.start()

    def _holds_condition(self, tokens: Sequence[re.Match[str]], end: int, operator: str) -> bool:
        """Whether words of an operator are within a value; in a text that is searched for only after "or" or "where"."""
        inner = [token.start() for token in tokens[1:] if token.end() <= end]
        found = [at for at in inner if self.text[at].islower() and (self._operator(at)[0] or self._is_between(at))]
        return any(operator in ("=", "!=") or _ALTERNATIVE.search(self.masked, tokens[0].start(), at) for at in found)

    def _is_between(self, at: int) -> bool:
        return self.words["between"].match(self.masked, at) is not None

    def _skip(self, position: int) -> int:
        while self.masked[position : position + 1].isspace():
            position += 1
        match = _ARTICLE.match(self.masked, position)
        return match.end() if match and match.end() < len(self.masked) else position

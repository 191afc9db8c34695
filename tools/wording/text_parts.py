"""`read_parts`: the parts of a text that words name: "the first paragraph", "lines 3 to 5", "all but the last line".

Their forms are in forms.toml. Not covered: "every other line", "the middle", "the sentence that mentions Anna".
"""

import re
from dataclasses import dataclass, replace

from .forms import Form, find_forms, value_of
from .nearest import words_pattern
from .wording import folded, wording

UNITS = {"row": "line", **{unit: unit for unit in ("paragraph", "sentence", "word", "slide", "chapter")}}
"""Units of the wording, and what they are in a text; rows of a text are its lines."""
_DESCRIBED = re.compile(r"\s*(?:that|which|who|where|with|containing|mentioning|about|in which)\b")
_WITHIN = re.compile(r"\s*(?:of|in|from|inside|within)\s+(?:the\s+)?")
_AND = re.compile(r"[\s,]*(?:and|or|und|et|y|e)?\s*(?:the\s+)?")
_FULL_STOP = re.compile(r"[.;!?](?:\s|\Z)")
_MOST_BETWEEN = 24
"""Characters between a word of exception and the part that it leaves out, or between two parts that belong together."""


@dataclass(frozen=True)
class TextPart:
    """A part of a text and where the words name it."""

    start: int
    end: int
    unit: str
    """paragraph, sentence, line, word, slide or chapter."""
    first: int
    last: int
    """From 1; negative numbers count from the end."""
    left_out: bool = False
    """Everything but this part is meant."""
    within: bool = False
    """A part of the next one: "the first sentence of the last paragraph"."""


def read_parts(text: str, code: str) -> list[TextPart]:
    """The parts that a masked text names, in its order."""
    words, language = folded(text), wording(code)
    exception = words_pattern(language.clauses.get("except", ()), language)
    found: list[TextPart] = []
    for form in find_forms("parts", text, code):
        if _DESCRIBED.match(words, form.end):
            continue
        before = found[-1].end if found else max(0, form.start - 60)
        leaving = [*exception.finditer(words, before, form.start)]
        near = bool(leaving) and form.start - leaving[-1].end() <= _MOST_BETWEEN
        joined = bool(found) and found[-1].left_out and bool(_AND.fullmatch(words, found[-1].end, form.start))
        left_out = (near and not _FULL_STOP.search(words, leaving[-1].end(), form.start)) or joined
        start = leaving[-1].start() if near and left_out else form.start
        if found and _WITHIN.fullmatch(words, found[-1].end, form.start):
            found.append(replace(found.pop(), within=True))
            left_out = False
        unit = UNITS[language.units[form.words["unit"]]]
        found += [TextPart(start, form.end, unit, first, last, left_out) for first, last in _ranges(form, code)]
    return found


def _ranges(form: Form, code: str) -> list[tuple[int, int]]:
    """First and last of each range: two of "lines 3 and 7"; none of "the second two"."""
    values = {name: value_of(form.words[name], code) for name in ("ord", "n", "a", "b") if name in form.words}
    if "n" in values:
        many, which = values["n"], values["ord"]
        return [(1, many)] if which == 1 else [(-many, -1)] if which == -1 else []
    first = values.get("ord", values.get("a", 1))
    last = values.get("b", first)
    apart = "and" in form.words and last != first + 1
    return [(first, first), (last, last)] if apart else [(first, last)]

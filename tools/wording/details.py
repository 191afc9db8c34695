"""`is_only_details`: whether a piece of a request names only more of what the piece before is about.

"..., but only the second paragraph", "... and French", "... and the same for b.txt", "..., red".
"""

import re
from collections.abc import Iterable
from functools import cache

from .clause_words import ClauseWords
from .nearest import words_pattern
from .page_words import read_pages
from .text_parts import read_parts
from .time_ranges import time_range
from .wording import Span, blanked, folded, wording

_BESIDE = ("and", "then", "but", "polite")
_DATA = re.compile("[\ue000-\ue0ff]+")
_WORD = re.compile(r"[^\W\d_]+")
_ARTICLE, _PARTICLE = 3, 1
"""Letters of a word that names nothing, as an article or a preposition; in Chinese and Japanese of a particle."""


def is_only_details(masked: str, before: Span, piece: Span, code: str) -> bool:
    """Whether `piece` only limits what `before` asks for, or names its data, one more file or language, or a colour."""
    language, text = wording(code), masked[slice(*piece)]
    words = folded(text)
    parts = [(part.start, part.end) for part in read_parts(text, code)]
    pages = read_pages(text, code)
    parts += [(each.start, each.end) for each in pages]
    times = time_range(text, code)
    parts += [(times.start, times.end)] if times else []
    restricts = bool(parts) and any(_found(group, words, code) for group in ("only", "but"))
    named = [m.span() for m in words_pattern(language.languages, language).finditer(words)]
    both = ClauseWords(masked[before[0] : piece[1]], language).languages[0]
    once = ClauseWords(masked[slice(*before)], language).languages[0]
    more = bool(named and once) and {*once, *ClauseWords(text, language).languages[0]} <= {*both}
    files = [m.span() for m in _DATA.finditer(text)]
    same = [*_found("again", words, code)]
    repeats = bool(files and same) and bool(_DATA.search(masked, *before))
    between = folded(masked[before[1] : piece[0]])
    colours = [] if _found("then", between, code) else _found("colours", words, code)
    listed = bool(files) and not _DATA.search(masked, *before)
    if not (restricts or more or repeats or colours or listed):
        return False
    spans = [*parts, *named, *files, *same, *colours, *_found("only", words, code)]
    spans += [span for span in _found("or", words, code) if listed]
    spans += [span for name in _BESIDE for span in _found(name, words, code)]
    return _nothing_beside(words, spans, code)


def only_reads(text: str, code: str) -> bool:
    """Whether masked words ask to read data, or to answer, with no other words: "read report.pdf", "and answer:"."""
    words, data = folded(text), [m.span() for m in _DATA.finditer(text)]
    verbs = _found("reads", words, code)
    beside = [span for name in _BESIDE for span in _found(name, words, code)]
    answers = _found("answers", words, code)
    return bool(answers or (verbs and data)) and _nothing_beside(words, [*verbs, *answers, *data, *beside], code)


def reads_results(text: str, code: str) -> bool:
    """Whether masked words only ask to read what was made, and name it: "and read the translation", "read both"."""
    words, nouns = folded(text), wording(code).nouns
    made = [(a, b) for group in ("both", "back") for a, b in _found(group, words, code)]
    least = 2 if wording(code).unspaced else _ARTICLE + 1  # no "it"
    made = [(a, b) for a, b in made if b - a >= least and nouns.get(words[a:b].split()[-1]) != "text"]
    beside = [span for name in _BESIDE for span in _found(name, words, code)]
    verbs = _found("reads", words, code)
    return bool(made and verbs) and _nothing_beside(words, [*verbs, *made, *beside], code)


def _nothing_beside(words: str, spans: Iterable[Span], code: str) -> bool:
    """Whether only articles, prepositions and particles stand beside the spans."""
    longest = _PARTICLE if wording(code).unspaced else _ARTICLE
    return all(len(word) <= longest for word in _WORD.findall(blanked(words, spans)))


def _found(group: str, words: str, code: str) -> list[Span]:
    return [match.span() for match in _pattern(group, code).finditer(words)]


@cache
def _pattern(group: str, code: str) -> re.Pattern[str]:
    language = wording(code)
    if group in ("only", "reads", "answers"):
        return words_pattern([folded(word) for word in language.section("restricting").get(group, ())], language)
    words = language.directions.get(group, ()) if group == "colours" else language.clauses.get(group, ())
    if group == "again":  # "and", "for" alone also begin what is new
        words = tuple(word for word in words if (len(word) > 1 if language.unspaced else " " in word and len(word) > 6))
    return words_pattern(words, language)

"""`cuts_of`: where two requests of a text may meet: at punctuation and connectives, within no list, page or date."""

import re
from functools import cache

from .choices import choices_behind_colon
from .clause_words import without_doing
from .forms import find_forms
from .nearest import words_pattern
from .page_words import read_pages
from .row_conditions import row_conditions
from .several_questions import both_ends, several_questions
from .text_parts import read_parts
from .wording import Wording, any_of, folded, wording

_MOST_PIECES = 60
_PUNCTUATION = re.compile(r"(?:[!?;,\n。！？；，、：…]|:(?!\d))+|\.(?=\s|$)|\s[-–—]\s")
_FILES = "\ue010-\ue01f"
_DATA = f"\ue000-\ue00f{_FILES}"


def cuts_of(masked: str, language: Wording) -> list[int]:
    """Positions where pieces meet, the first and the last included."""
    words, cuts = folded(masked), {0, len(masked)}
    cuts |= {match.end() for match in _PUNCTUATION.finditer(words)}
    before, after = connectives(language.code, ("then", "and", "but", "nor")), connectives(language.code, ("after",))
    cuts |= {match.start() for match in before.finditer(words) if is_as_typed(match, masked)}
    cuts |= {match.start() for match in without_doing(language).finditer(words)}
    goes_on = language.clauses.get("continues", ())
    cuts |= {match.end() for match in after.finditer(words) if not words.startswith(goes_on, match.end())}
    listed = [range(match.start() + 1, match.end() + 1) for match in _listed(language.code).finditer(words)]
    listed += [
        range(form.start, form.end) for form in find_forms("pages", masked, language.code) if "ord" in form.words
    ]
    listed += [range(each.start + 1, each.end) for each in several_questions(masked, language.code)]
    listed += [range(match.start(), match.end()) for match in _dates(language.code).finditer(words)]
    listed += [range(match.start() + 1, match.end()) for match in both_ends(language.code).finditer(words)]
    listed += [range(match.start() + 1, match.end()) for match in _places(language.code).finditer(words)]
    listed += [range(each.noun + 1, each.end) for each in row_conditions(masked, language.code)]
    if choices := choices_behind_colon(masked, language.code):
        listed.append(range(choices[0] + 1, len(masked)))
    if pages := read_pages(masked, language.code):
        listed.append(range(pages[0].start + 1, pages[-1].end))
    listed += [range(part.start, part.end) for part in read_parts(masked, language.code)]
    kept, joints = [0], connectives(language.code, ("then", "and", "but"))
    for cut in sorted(cut for cut in cuts if not any(cut in span for span in listed)):
        if cut > kept[-1] and joints.sub("", words[kept[-1] : cut]).strip(" ,.;:!?、，。"):
            kept.append(cut)
    kept = kept[:_MOST_PIECES]
    return [*kept[:-1], len(masked)] if len(kept) > 1 else [0, len(masked)]


@cache
def connectives(code: str, groups: tuple[str, ...]) -> re.Pattern[str]:
    """The words of these groups of `[clauses]`."""
    language = wording(code)
    return words_pattern([word for group in groups for word in language.clauses.get(group, ())], language)


@cache
def _listed(code: str) -> re.Pattern[str]:
    """From a file or language to the next in a list of them: no request ends between them."""
    joints = connectives(code, ("and",))
    names = words_pattern(wording(code).languages, wording(code))
    item = rf"(?:[{_DATA}]|{names.pattern})"
    return re.compile(rf"{item}\s*(?:(?:[,;、，]|{joints.pattern})\s*){{1,2}}(?=(?:[^\W\d_]{{2,4}}\s)?{item})")


@cache
def _places(code: str) -> re.Pattern[str]:
    """From a place to another with the same word before it: "in Munich and in Hamburg", where the clause ends."""
    places, joints = wording(code).clauses.get("place", ()), connectives(code, ("and", "or"))
    if wording(code).unspaced:
        return re.compile(r"(?!)")
    name = r"(?:[^\W_]+(?:\s[^\W_]+)?)"
    return re.compile(
        rf"(?<!\w)(?P<before>{any_of(places)})\s{name}\s{joints.pattern}\s(?P=before)\s{name}(?=\s*(?:[,;.?!]|\Z|(?:[^\W_]+\s)?[{_FILES}]))"
    )


@cache
def _dates(code: str) -> re.Pattern[str]:
    """Dates ("1. März") and what is after a date or a number ("après 2018"), in folded words."""
    language = wording(code)
    months = words_pattern([folded(word) for word in language.section("calendar").get("months", ())], language)
    after = words_pattern(() if language.unspaced else language.ranges.get("after", ()), language)
    return re.compile(rf"\d{{1,2}}\.\s*{months.pattern}|{after.pattern}\s+\d")


def is_as_typed(match: re.Match[str], masked: str) -> bool:
    """Whether a short word is typed without accents: "é" is not "e", and "où" not "ou"."""
    return match.end() - match.start() > 2 or masked[match.start() : match.end()].lower() == match.group()

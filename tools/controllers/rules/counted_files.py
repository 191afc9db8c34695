"""`with_counted_files`: a request in which "the second picture" stands for that file, as its name would.

Counted are the files of the request in the order in which it names or brings them, by the words of `[ordinals]` and
`[nouns]`. In English, one that is described ("the bad one") is the file with that word in its name. What no name tells
("the larger picture", "these two pictures" of three) is reported: no plan knows what is in the files before it runs.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

from ....graph.resource import Resource
from ...wording.forms import value_of
from ...wording.wording import either, folded, wording
from .clauses import ParsedRequest
from .lexicon import FILES
from .masking import FileMention

_ALIKE = {"text": ("text", "document"), "document": ("document", "text", "image"), "table": ("table",)}
"""Kinds of files that a noun may mean: a letter may be a PDF."""
_MARK = "[\ue010-\ue0ff]"
COUNTER = r"(?: |[张幅个個份段条枚つ本番目件の]{1,3})?"
"""What stands between an ordinal and its noun; Chinese and Japanese put a counter there."""
ORDINAL_DIGITS = r"第\d{1,2}|\d{1,2}(?:[枚番つ本個件]目|st|nd|rd|th|er|e|ª|º|\.)"
"""An ordinal in digits."""
COMPARED = (
    r"(?:larg|bigg|small|long|short|new|old|wid|narrow|tall|heavi|light|bright|dark|earli|late|loud|quiet)(?:er|est)"
    r"|latest"
)
_OF_ALL = "same whole only entire new final original following given right wrong next previous above".split()
"""Adjectives that choose none of several files."""
_PART = re.compile(r"\b(?:half|part|page|chapter|section|paragraph|sentence|line|row|word|minute)s?\b")
"""After one of these, "the rest" is that of a text."""
_Member = TypeVar("_Member")
_EXCEPT = r"(?:but|except(?: for)?|apart from|other than|excluding|without|save)"


@dataclass(frozen=True)
class _Found:
    start: int
    end: int
    files: tuple[Resource, ...]
    """Those that the words mean; empty where none is certain."""


def with_counted_files(parsed: ParsedRequest, code: str) -> ParsedRequest:
    """The request with a mention of the file in place of each ordinal; unchanged for fewer than two files."""
    files = tuple(dict.fromkeys(file.resource for file in parsed.files))
    if len(files) < 2:
        return parsed
    found = list(_found(parsed, files, code))
    masked = parsed.masked
    mentions: list[FileMention] = []
    for each in found:
        if each.files:
            masked, _ = with_names(masked, each.start, each.end, each.files, code)
            mentions += [FileMention(file, each.start, each.end) for file in each.files]
    counted = {file for each in found for file in each.files}
    outside = [file for file in parsed.files if not any(each.start <= file.start < each.end for each in found)]
    named = {file.resource for file in outside if file.start >= 0}
    kept = [file for file in outside if file.start >= 0 or file.resource not in counted]
    return replace(
        parsed,
        masked=masked,
        files=tuple(sorted((*kept, *mentions), key=lambda file: (file.start < 0, file.start))),
        passed_over=parsed.passed_over | (frozenset(files) - counted - named if counted else frozenset()),
        undecided=(*parsed.undecided, *((each.start, each.end) for each in found if not each.files)),
    )


def _found(parsed: ParsedRequest, files: Sequence[Resource], code: str) -> Iterator[_Found]:
    """The counted files, in the order of the words; "the other" means those not named so far."""
    before: list[tuple[int, Resource]] = [(file.start, file.resource) for file in parsed.files if file.start >= 0]
    named = frozenset(file for _, file in before)
    text = folded(parsed.masked)
    begun = next((clause.end for clause in parsed.clauses if not clause.background), 0)
    matches = [  # the words of a form, without its number in the names of their groups
        (match, {name.rstrip("0123456789"): found for name, found in match.groupdict().items() if found})
        for match in _patterns(code).finditer(text)
    ]
    counts = any("ordinal" in words and "bare" not in words for _, words in matches)
    leaving = re.compile(rf"\b(?:{either(wording(code).section('excluding')['before'])}) \Z")
    for match, words in matches:
        unnamed = code != "en" and "noun" not in words
        of_results = "bare" in words and leaving.search(text, 0, match.start())
        if unnamed or of_results:
            continue
        listed = [file for position, file in before if match.start() <= position < match.end()]
        among = listed if "listed" in words else of_noun(files, words.get("noun"), code)
        known = [file for position, file in before if position < match.start()]
        alone = not known and ("another" in words or ("bare" in words and not counts and match.start() >= begun))
        if len(among) < 2 or alone or (words.get("others") == "rest" and _PART.search(text, 0, match.start())):
            continue
        chosen = _chosen(words, among, known, named, code)
        if chosen is None:
            continue
        before += [(match.start(), file) for file in chosen]
        yield _Found(*match.span(), tuple(chosen))


def _chosen(
    words: dict[str, str],
    among: Sequence[Resource],
    known: Sequence[Resource],
    named: frozenset[Resource],
    code: str,
) -> Sequence[Resource] | None:
    """Those of `among` that the words mean, none where no plan knows; None where the words choose none of the files."""
    if like := words.get("like"):
        last = like.rsplit(maxsplit=1)[-1]  # "the audio file", "the resulting picture"
        empty = last in (*file_nouns("en"), *_OF_ALL) or (len(last) > 4 and last.endswith(("ed", "ing")))
        found = [file for file in among if not {*like.split()}.isdisjoint(re.findall(r"[^\W_]+", file.label.lower()))]
        chosen = "noun" not in words and len(found) == 1  # "the new one" of old.txt and new.txt
        if not chosen and (empty or ("noun" in words and not named.isdisjoint(among))):
            return None
        return found if len(found) == 1 else ()
    if "several" in words or "pair" in words:
        count = wording(code).numbers.get(words.get("several", ""), 2)
        chooses = count < len(among) and named.isdisjoint(among)
        return () if chooses else None  # "the two files": the rules know these words
    if {"other", "others", "another"} & words.keys():
        return [file for file in among if file not in known] if known else ()
    if "ordinal" not in words:
        return ()
    found = counted(among, words["ordinal"], words.get("many"), code)
    return [file for file in among if file not in found] if "but" in words and found else found


def counted(among: Sequence[_Member], ordinal: str, size: str | None, code: str) -> list[_Member]:
    """Those of `among` that an ordinal means, several where a number follows it: "the last two"; empty beyond the end."""
    place = value_of(ordinal.lstrip("第"), code)
    many = value_of(size, code) if size else 1
    start = place - 1 if place > 0 else len(among) + place + 1 - many
    return [*among[start : start + many]] if 0 <= start <= len(among) - many else []


def with_names(
    masked: str, start: int, end: int, files: Sequence[Resource], code: str
) -> tuple[str, list[FileMention]]:
    """The masked text with `files` listed from `start` to `end`, as one name where there is no room; their mentions."""
    marks = [FILES.get(file.kind, FILES["document"]) for file in files]
    comma, last = (
        ("、", "、") if wording(code).unspaced else (", ", f" {wording(code).section('excluding')['and'][0]} ")
    )
    listed = comma.join(marks[:-1]) + (last if len(files) > 1 else "")
    if len(listed) >= end - start:
        return masked[:start] + marks[0] * (end - start) + masked[end:], [FileMention(f, start, end) for f in files]
    step = 1 + len(comma)
    starts = [start + step * index for index in range(len(files) - 1)]
    found = [FileMention(file, at, at + 1) for file, at in zip(files, starts, strict=False)]
    found.append(FileMention(files[-1], start + len(listed), end))
    return masked[:start] + listed + marks[-1] * (end - start - len(listed)) + masked[end:], found


def of_noun(files: Iterable[Resource], noun: str | None, code: str) -> list[Resource]:
    """Those of some files that a noun may mean; all of them without one."""
    kind = file_nouns(code).get(noun or "", "")
    return [file for file in files if not kind or file.kind in _ALIKE.get(kind, (kind,))]


@cache
def file_nouns(code: str) -> dict[str, str]:
    """Nouns of whole files, with their plurals; those that are parts of a text too ("paragraph") count no files."""
    language = wording(code)
    known = {noun: kind for noun, kind in language.nouns.items() if kind != "text" or noun not in language.units}
    return {**{f"{noun}s": kind for noun, kind in known.items()}, **known}


@cache
def ordinal_pattern(code: str) -> re.Pattern[str]:
    """An ordinal, the number and the noun behind it: "the last two pictures"."""
    words, language = wording(code).section("excluding"), wording(code)
    ordinal = rf"(?P<ordinal>{either(language.ordinals)}|{ORDINAL_DIGITS})"
    noun = rf"(?P<noun>{either(file_nouns(code))})|{either(words['file'])}"
    if language.unspaced:
        return re.compile(rf"{ordinal}(?P<many>(?!))?{COUNTER}(?:{noun})?")
    article = either([*words["article"], *language.clauses["article"]])
    many = rf"(?: (?P<many>\d{{1,2}}|{either(language.numbers)}))?"
    return re.compile(rf"\b(?:(?:{article}) )?{ordinal}{many}(?: (?:{noun}|ones?))?\b")


@cache
def _patterns(code: str) -> re.Pattern[str]:
    if code != "en":
        return ordinal_pattern(code)
    language = wording(code)
    ordinals, nouns = f"{either([*language.ordinals])}|{ORDINAL_DIGITS}", either([*file_nouns(code)])
    numbers = either([*language.numbers])
    many = rf"(?: (?P<many0>\d{{1,2}}|{numbers}))?"

    def of_order(form: int) -> str:
        return rf"(?P<ordinal{form}>{ordinals})" + many.replace("0", str(form))

    def files(form: int) -> str:
        return rf"(?:(?P<noun{form}>{nouns})|files?|ones?)\b"

    whole = rf"(?! (?:of|in|on|from) (?:the |my |this )?(?:{_MARK}|page|document|pdf|text|file|video|film))"
    several = rf"{_MARK}+(?:(?:, |,? and ){_MARK}+)+"
    its = "(?:the|my|our|these|those)"
    forms = (
        rf"\b(?:all|every|each|any)(?:thing)?(?: of)?(?: {its})?(?: {files(1)})?,? {_EXCEPT} "
        rf"(?:(?:the )?(?P<but>{of_order(2)})|(?P<unsaid>{numbers}))"
        rf"(?: of (?:{its} )?(?P<listed2>{several})| {files(2)}|\b)",
        rf"\b(?:which (?:one )?(?:of (?:{its} )?(?:{_MARK}++(?:,? and |, | )?)*+)?(?:{files(3)} )?is (?:the )?"
        rf"|(?:is|are) {_MARK}+ )(?P<unsaid3>{COMPARED})\b",
        rf"\b(?:the|my|our) {of_order(4)} of (?:{its} )?"
        rf"(?:(?P<listed>{several})|(?:(?:\d|{numbers}) )?{files(4)}|(?:\d|{numbers})\b)",
        rf"\bevery (?P<unsaid5>other|{ordinals}) {files(5)}",
        rf"\b(?:the|my|our) {of_order(6)} {files(6)}{whole}",
        rf"\b(?:(?:these|those|the|my|our|all)(?: (?:of|{its}))* (?P<several>{numbers})"
        rf"|(?P<pair>both)(?: (?:of|{its}))*) {files(7)}",
        rf"\b(?:the|my|our) (?P<other>other(?: two| three)?) {files(8)}{whole}",
        rf"\bthe (?P<unsaid9>(?:most|least) [a-z]+|{COMPARED})(?: {files(9)}{whole}|(?=[,.;!?]|$| (?:aloud|into|to)\b))",
        rf"\b(?:the|my|our) (?P<like>(?:[a-z-]+ )?[a-z-]+) "
        rf"(?:ones?|(?P<noun10>{either([*language.nouns])})|file)\b{whole}",
        r"(?:\ball )?(?:\bof )?\bthe (?P<others>others|rest(?! of))\b",
        rf"\bthe (?:(?P<bare>{of_order(11)})|(?P<another>other))"
        r"(?=[,.;!?]|$| (?:by|to|into|in|with|and|as|at|on|is|too|all|aloud"
        r"|left|right|up(?:side)?|anticlockwise|clockwise)\b)",
    )
    return re.compile("|".join(forms))

"""`with_counted_files`: a request in which "the second picture" stands for that file, as its name would.

Counted are the files of the request in the order in which it names or brings them, by the words of `[ordinals]` and
`[nouns]`. In English, one that is described ("the bad one") is the file with that word in its name. What no name tells
("the larger picture", "these two pictures" of three) is reported: no plan knows what is in the files before it runs.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from ....graph.resource import Resource
from ...wording.forms import value_of
from ...wording.wording import folded, wording
from .clauses import ParsedRequest
from .lexicon import FILES
from .masking import FileMention

ALIKE = {"text": ("text", "document"), "document": ("document", "text", "image"), "table": ("table",)}
"""Kinds of files that a noun may mean: a letter may be a PDF."""
_MARK = "[\ue010-\ue0ff]"
_ANY = r"(?:files?|ones?)"
COUNTER = r"(?: |[张幅个個份段条枚つ本番目件の]{1,3})?"
"""What stands between an ordinal and its noun; Chinese and Japanese put a counter there."""
ORDINAL_DIGITS = r"第\d{1,2}|\d{1,2}(?:[枚番つ本個件]目|st|nd|rd|th|er|e|ª|º|\.)"
"""An ordinal in digits."""
_ARTICLE = r"(?:\b(?:the|my|our|das|der|die|den|dem|la|le|el|les|los|las|o|a|os|as) )?"
COMPARED = (
    r"(?:larg|bigg|small|long|short|new|old|wid|narrow|tall|heavi|light|bright|dark|earli|late|loud|quiet)(?:er|est)"
    r"|latest"
)
_OF_ALL = "same whole only entire new final original following given right wrong next previous above".split()
"""Adjectives that choose none of several files."""
_PART = re.compile(r"\b(?:half|part|page|chapter|section|paragraph|sentence|line|row|word|minute)s?\b")
"""After one of these, "the rest" is that of a text."""
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
    named = {file.resource for file in parsed.files if file.start >= 0}
    kept = [file for file in parsed.files if file.start >= 0 or file.resource not in counted]
    return replace(
        parsed,
        masked=masked,
        files=tuple(sorted((*kept, *mentions), key=lambda file: (file.start < 0, file.start))),
        passed_over=parsed.passed_over | (frozenset(files) - counted - named if counted else frozenset()),
        undecided=(*parsed.undecided, *((each.start, each.end) for each in found if not each.files)),
    )


def _found(parsed: ParsedRequest, files: Sequence[Resource], code: str) -> Iterator[_Found]:
    """The counted files, in the order of the words; "the other" means those not named so far."""
    patterns, nouns = _patterns(code), file_nouns(code)
    before: list[tuple[int, Resource]] = [(file.start, file.resource) for file in parsed.files if file.start >= 0]
    named = {file for _, file in before}
    numbers, end = wording(code).numbers, 0
    leaving = re.compile(rf"\b(?:{'|'.join(map(re.escape, wording(code).section('excluding')['before']))}) \Z")
    text = "".join(low if len(low := folded(letter)) == 1 else letter for letter in parsed.masked)
    matches = list(patterns.finditer(text))
    counts = any(match.groupdict().get("ordinal") for match in matches)
    for match in matches:
        words = match.groupdict()
        if match.start() < end or (words.get("bare") and leaving.search(text, 0, match.start())):  # of results
            continue
        noun = next((found for name, found in words.items() if name.endswith("noun") and found), None)
        kinds = ALIKE.get(nouns.get(noun or "", ""), (nouns.get(noun or "", ""),)) if noun in nouns else ()
        among = [file for file in files if not kinds or file.kind in kinds]
        known = [file for position, file in before if position < match.start()]
        alone = not known and (words.get("one_other") or (words.get("bare") and not counts))
        if len(among) < 2 or alone or (words.get("others") == "rest" and _PART.search(text, 0, match.start())):
            continue
        if words.get("asked") or words.get("extreme") or words.get("some_but"):
            chosen: Sequence[Resource] = ()
        elif like := words.get("like"):
            if _says_nothing(like) or (noun and any(file in named for file in among)):
                continue
            chosen = [file for file in among if not {*like.split()}.isdisjoint(re.findall(r"\w+", file.label.lower()))]
            chosen = chosen if len(chosen) == 1 or words.get("some") else ()
        elif several := words.get("several") or words.get("pair"):
            count = numbers.get(several, 2)
            whole = count == len(among)
            if count > len(among) or any(file in named for file in among):
                continue
            if whole and not match.group().startswith("all "):  # "the two files": the rules know these words
                continue
            chosen = among if whole else ()
        elif words.get("other") or words.get("others") or words.get("one_other"):
            chosen = [file for file in among if file not in known] if known else []
        else:
            ordinal = words.get("ordinal") or words.get("but") or words.get("bare") or ""
            chosen = counted(among, ordinal, words.get("many"), code)
            if words.get("but") and chosen:
                chosen = [file for file in among if file not in chosen]
        end = match.end()
        before += [(match.start(), file) for file in chosen]
        yield _Found(match.start(), end, tuple(chosen))


def counted(among: Sequence[Resource], ordinal: str, size: str | None, code: str) -> Sequence[Resource]:
    """Those of `among` that an ordinal means, several where a number follows it: "the last two"; empty beyond the end."""
    place = value_of(ordinal.lstrip("第"), code)
    many = int(size) if size and size.isdigit() else wording(code).numbers.get(size or "", 1)
    start = place - 1 if place > 0 else max(0, len(among) - many)
    return among[start : start + many]


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


def _says_nothing(words: str) -> bool:
    """Whether words before a noun only name a kind of data or a result: "the audio file", "the resulting picture"."""
    last = words.rsplit(maxsplit=1)[-1]
    return last in (*file_nouns("en"), *_OF_ALL) or (len(last) > 4 and last.endswith(("ed", "ing")))


@cache
def file_nouns(code: str) -> dict[str, str]:
    """Nouns of whole files, with their plurals; those that are parts of a text too ("paragraph") count no files."""
    language = wording(code)
    known = {noun: kind for noun, kind in language.nouns.items() if kind != "text" or noun not in language.units}
    return {**{f"{noun}s": kind for noun, kind in known.items()}, **known}


@cache
def _patterns(code: str) -> re.Pattern[str]:
    def either(words: Sequence[str]) -> str:
        return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))

    language = wording(code)
    ordinals, nouns = f"{either([*language.ordinals])}|{ORDINAL_DIGITS}", either([*file_nouns(code)])
    if code != "en":
        edge = "" if language.unspaced else r"\b"
        return re.compile(rf"{_ARTICLE}{edge}(?P<ordinal>{ordinals}){COUNTER}(?P<noun>{nouns}){edge}")
    many = rf"(?: (?P<many>\d{{1,2}}|{either([*language.numbers])}))?"
    whole = rf"(?! (?:of|in|on|from) (?:the |my |this )?(?:{_MARK}|page|document|pdf|text|file|video|film))"
    all_but = (
        rf"\b(?:all|every|each|any)(?:thing)?(?: of)?(?: (?:the|my|these))?(?: (?:(?P<all_noun>{nouns})|{_ANY}))?,? "
        rf"{_EXCEPT} (?:(?:the )?(?P<but>{ordinals})|(?P<some_but>{either([*language.numbers])}))"
        rf"(?: (?:(?P<but_noun>{nouns})|{_ANY}))?\b"
    )
    one = rf"\b(?:the|my|our) (?P<ordinal>{ordinals}){many} (?:(?P<noun>{nouns})|{_ANY})\b{whole}"
    named = rf"one|(?P<some>ones)|(?P<l_noun>{either([*language.nouns])})|file"
    like = rf"\b(?:the|my|our) (?P<like>(?:[a-z-]+ )?[a-z-]+) (?:{named})\b{whole}"
    several = (
        rf"\b(?:(?:these|those|the|my|our|all)(?: (?:of|the|my|our|these|those))* (?P<several>{either([*language.numbers])})"
        rf"|(?P<pair>both)(?: (?:of|the|my|our|these|those))*) (?:(?P<s_noun>{nouns})|{_ANY})\b"
    )
    listed = rf"of (?:(?:the|my|these) )?(?:{_MARK}+(?:,? and |, | )?)*"
    asked = (
        rf"\b(?:which (?:one )?(?:{listed})?(?:(?:(?P<q_noun>{nouns})|{_ANY}) )?is (?:the )?|(?:is|are) {_MARK}+ )"
        rf"(?P<asked>{COMPARED})\b"
    )
    other = one.replace(f"(?P<ordinal>{ordinals}){many}", "(?P<other>other(?: two| three)?)").replace(
        "P<noun>", "P<o_noun>"
    )
    bare = (
        rf"(?:\ball )?(?:\bof )?\bthe (?P<others>others|rest(?! of))\b|\bthe (?:(?P<bare>{ordinals})|(?P<one_other>other))"
        rf"(?=[,.;!?]|$| (?:by|to|into|in|with|and|as|at|on|is|too|all|aloud"
        rf"|left|right|up(?:side)?|anticlockwise|clockwise)\b)"
    )
    extreme = (
        rf"\bthe (?P<extreme>(?:most|least) [a-z]+|{COMPARED})(?: (?:(?P<e_noun>{nouns})|{_ANY})\b{whole}"
        rf"|(?=[,.;!?]|$| (?:aloud|into|to)\b))"
    )
    return re.compile("|".join((all_but, asked, one, several, other, extreme, like, bare)))

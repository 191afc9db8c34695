"""`without_excluded_files`: a request without the files that it leaves out, by the words of `[excluding]`.

In "summarise every file but not a.txt", or "not the last", "every file" stands for the other files, as their names would
(a list that names all of them too; where a second act stands between, it is undecided which of the two it is about),
and the one left out is no file of the request any more; where it says so elsewhere ("and translate a.txt") it still is.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from ....graph.resource import Resource
from ...wording.wording import either, folded, wording
from .clauses import ParsedRequest
from .counted_files import counted, file_nouns, of_noun, ordinal_pattern, with_names
from .masking import FileMention

_MARK = "[\ue010-\ue0ff]"
_STOP = re.compile(r"[.!?;\n。！？]\s|[。！？\n]")
"""Where a sentence ends: "every file" and what it leaves out stand in the same one."""


def without_excluded_files(parsed: ParsedRequest, code: str) -> ParsedRequest:
    """The request with the other files in place of "every file but not a.txt"; unchanged where it excludes none."""
    parsed = _with_counted_named(parsed, code)
    text = folded(parsed.masked)
    masked, files, passed = parsed.masked, [*parsed.files], parsed.passed_over
    unclear = [*parsed.undecided]
    stops = [stop.start() for stop in _STOP.finditer(text)]
    for match in _excluding(code).finditer(text):
        if match["kept"] is not None:
            continue
        start, end = match.span()
        begin = max((stop for stop in stops if stop < start), default=0)
        finish = min((stop for stop in stops if stop >= end), default=len(text))
        ends = not text[end:finish].strip(" .!?")
        if match["after"] and not any(ends or w.end() == start for w in _every(code).finditer(text, begin, start)):
            continue
        out = [file for file in files if start <= file.start < end]
        names = {file.resource for file in out}
        if listed := _listed(text, start, code):
            among = _within(files, listed)
            if names & {*among}:
                kept = [file for file in among if file not in names]
                if not kept or not names <= {*among} or _goes_on(code).search(text, listed.end(), start):
                    unclear += [(start, end)]
                    continue
                masked, named = with_names(masked, *listed.span(), kept, code)
                files = [*(f for f in files if not listed.start() <= f.start < listed.end()), *named]
        files = [file for file in files if file not in out]
        others = [file for file in dict.fromkeys(f.resource for f in files) if file not in names]
        if not others:
            return parsed
        masked = masked[:start] + " " * (end - start) + masked[end:]
        passed |= names - {file.resource for file in files}
        for whole in _every(code).finditer(text, begin, finish):
            if start <= whole.start() < end:
                continue
            meant = of_noun(others, whole["noun"], code) or others
            masked, named = with_names(masked, *whole.span(), meant, code)
            files = [*(file for file in files if file.start >= 0 or file.resource not in meant), *named]
            break
    files.sort(key=lambda file: (file.start < 0, file.start))
    return replace(parsed, masked=masked, files=tuple(files), passed_over=passed, undecided=tuple(unclear))


def _listed(text: str, start: int, code: str) -> re.Match[str] | None:
    """The names of two files or more that stand last before an exclusion in its sentence."""
    begin = max((stop.start() for stop in _STOP.finditer(text, 0, start)), default=0)
    lists = [*_list(code).finditer(text, begin, start)]
    return lists[-1] if lists and not re.search(_MARK, text[lists[-1].end() : start]) else None


def _with_counted_named(parsed: ParsedRequest, code: str) -> ParsedRequest:
    """The request with the file in place of an ordinal that it leaves out: "make all pictures grey except the last"."""
    given = tuple(dict.fromkeys(file.resource for file in parsed.files))
    text, masked, files = folded(parsed.masked), parsed.masked, [*parsed.files]
    for left_out in _counted(code).finditer(text) if len(given) > 1 else ():
        begin = max((stop.start() for stop in _STOP.finditer(text, 0, left_out.start())), default=0)
        every = [*_every(code).finditer(text, begin, left_out.start())]
        listed = None if every else _listed(text, left_out.start(), code)
        if listed and _goes_on(code).search(text, listed.end(), left_out.start()):  # of results: see members.py
            continue
        every = every or [*_every(code).finditer(text, begin, left_out.start("which"))]
        for each in ordinal_pattern(code).finditer(text, *left_out.span("which")) if every or listed else ():
            noun = each["noun"] or (every[-1]["noun"] if every else None)
            among = of_noun(_within(parsed.files, listed) if listed else given, noun, code)
            if chosen := counted(among, each["ordinal"], each["many"], code):
                masked, named = with_names(masked, *each.span(), chosen, code)
                files = [*(file for file in files if file.start >= 0 or file.resource not in chosen), *named]
    return replace(parsed, masked=masked, files=tuple(files))


def _within(files: Sequence[FileMention], match: re.Match[str]) -> list[Resource]:
    return [*dict.fromkeys(f.resource for f in files if match.start() <= f.start < match.end())]


@cache
def _counted(code: str) -> re.Pattern[str]:
    """The words that exclude files by ordinals, up to a comma, the end, or a word that goes on: "except the first two"."""
    words = wording(code).section("excluding")
    one = re.sub(r"\?P<\w+>", "?:", ordinal_pattern(code).pattern)  # as a part of another pattern, without names
    if wording(code).unspaced:
        before, behind = either(words["before"]), either(words["behind"])
        return re.compile(rf"(?:{before})(?P<which>{one})" if words["before"] else rf"(?P<which>{one})(?:{behind})")
    joined = rf"{one}(?:(?:,? (?:{either(words['and'])})|,) {one})*"
    ways = either([*words["before"], *words.get("after_every", ())])
    return re.compile(rf"\b(?:{ways}) (?P<which>{joined})(?=\W*(?:\Z|[,.;!?:])| (?:{either(words['goes_on'])})\b)")


@cache
def _excluding(code: str) -> re.Pattern[str]:
    """The words that exclude files, with their names: ", but not a.txt and b.txt"; and other names, as `kept`.

    Those are matched, and no repetition gives back what it took, so that a list of names is read once.
    """
    words = wording(code).section("excluding")
    names = rf"{_MARK}++(?:{_joint(code)}{_MARK}++)*+"
    edge, space = ("", " ?") if wording(code).unspaced else (r"(?<!\w)", " ")
    behind, article = either(words["behind"]), either(words["article"])
    return re.compile(
        rf"[,，]? ?{edge}(?:{either(words['before'])}){space}(?:(?:{article}) )?{names}(?:{behind})?"
        rf"|{names}(?:{behind}|(?P<kept>))|(?P<after>,? (?:{either(words.get('after_every', ()))}) {names})"
    )


@cache
def _list(code: str) -> re.Pattern[str]:
    """The names of two files or more: "a.txt, b.txt and c.txt"."""
    return re.compile(rf"{_MARK}++(?:{_joint(code)}{_MARK}++)++")


def _joint(code: str) -> str:
    return rf"(?:,? ?(?:{either(wording(code).section('excluding')['and'])}) ?|, ?|、)"


@cache
def _goes_on(code: str) -> re.Pattern[str]:
    """A word behind which a sentence asks for something else: "and translate"."""
    language, then = wording(code), wording(code).clauses.get("then", ())
    if language.unspaced:
        return re.compile(either(then))
    return re.compile(rf"\b(?:{either([*language.section('excluding')['and'], *then])}) (?=\w)")


@cache
def _every(code: str) -> re.Pattern[str]:
    """The words for all the files: "every file", "all of the pictures", "everything"."""
    words = wording(code).section("excluding")
    nouns = either([*file_nouns(code), *words["file"]])
    if wording(code).unspaced:
        return re.compile(rf"(?:{either(words['every'])})(?P<noun>{nouns})")
    return re.compile(
        rf"\b(?:(?:{either(words['every'])}) (?:(?:{either(words['article'])}) )*(?P<noun>{nouns})"
        rf"|{either(words['everything'])})\b"
    )

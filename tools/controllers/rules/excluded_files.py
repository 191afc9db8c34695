"""`without_excluded_files`: a request without the files that it leaves out, by the words of `[excluding]`.

In "summarise every file but not a.txt", "every file" stands for the other files, as their names would, and a.txt is no
file of the request any more; where it says so elsewhere ("and translate a.txt") it still is.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from ...wording.wording import folded, wording
from .clauses import ParsedRequest
from .counted_files import ALIKE, file_nouns
from .lexicon import FILES
from .masking import FileMention

_MARK = "[\ue010-\ue0ff]"
_STOP = re.compile(r"[.!?;\n。！？]\s|[。！？\n]")
"""Where a sentence ends: "every file" and what it leaves out stand in the same one."""


def without_excluded_files(parsed: ParsedRequest, code: str) -> ParsedRequest:
    """The request with the other files in place of "every file but not a.txt"; unchanged where it excludes none."""
    text = "".join(low if len(low := folded(letter)) == 1 else letter for letter in parsed.masked)
    masked, files, passed = parsed.masked, [*parsed.files], parsed.passed_over
    stops = [stop.start() for stop in _STOP.finditer(text)]
    for match in _excluding(code).finditer(text):
        if match["kept"] is not None:
            continue
        start, end = match.span()
        if match["after"] and not any(whole.end() == start for whole in _every(code).finditer(text)):
            continue
        out = [file for file in files if start <= file.start < end]
        names = {file.resource for file in out}
        files = [file for file in files if file not in out]
        others = [file for file in dict.fromkeys(f.resource for f in files) if file not in names]
        if not others:
            return parsed
        masked = masked[:start] + " " * (end - start) + masked[end:]
        passed |= names - {file.resource for file in files}
        begin = max((stop for stop in stops if stop < start), default=0)
        finish = min((stop for stop in stops if stop >= end), default=len(text))
        for whole in _every(code).finditer(text, begin, finish):
            if start <= whole.start() < end:
                continue
            kind = file_nouns(code).get(whole["noun"] or "", "")
            kinds = ALIKE.get(kind, (kind,)) if kind else ()
            meant = [file for file in others if not kinds or file.kind in kinds] or others
            mark = FILES.get(meant[0].kind, FILES["document"])
            masked = masked[: whole.start()] + mark * len(whole.group()) + masked[whole.end() :]
            files = [file for file in files if file.start >= 0 or file.resource not in meant]
            files += [FileMention(file, whole.start(), whole.end()) for file in meant]
            break
    files.sort(key=lambda file: (file.start < 0, file.start))
    return replace(parsed, masked=masked, files=tuple(files), passed_over=passed)


def _either(words: Sequence[str]) -> str:
    return "|".join(re.escape(folded(word)) for word in sorted(words, key=len, reverse=True))


@cache
def _excluding(code: str) -> re.Pattern[str]:
    """The words that exclude files, with their names: ", but not a.txt and b.txt"; and other names, as `kept`.

    Those are matched, and no repetition gives back what it took, so that a list of names is read once.
    """
    words = wording(code).section("excluding")
    names = rf"{_MARK}++(?:(?:,? ?(?:{_either(words['and'])}) ?|, ?|、){_MARK}++)*+"
    behind = rf"(?:{_either(words['behind'])})" if words["behind"] else "(?!)"
    ways = [rf"{names}(?:{behind}|(?P<kept>))"]
    if words["before"]:
        edge, space = ("", " ?") if wording(code).unspaced else (r"(?<!\w)", " ")
        article = rf"(?:(?:{_either(words['article'])}) )?" if words["article"] else ""
        ways.insert(0, rf"[,，]? ?{edge}(?:{_either(words['before'])}){space}{article}{names}(?:{behind})?")
    after = _either(words.get("after_every", ())) or r"\b\B"
    return re.compile("|".join((*ways, rf"(?P<after>,? (?:{after}) {names})")))


@cache
def _every(code: str) -> re.Pattern[str]:
    """The words for all the files: "every file", "all of the pictures", "everything"."""
    words = wording(code).section("excluding")
    nouns = _either([*file_nouns(code), *words["file"]])
    if wording(code).unspaced:
        return re.compile(rf"(?:{_either(words['every'])})(?P<noun>{nouns})")
    return re.compile(
        rf"\b(?:(?:{_either(words['every'])}) (?:(?:{_either(words['article'])}) )*(?P<noun>{nouns})"
        rf"|{_either(words['everything'])})\b"
    )

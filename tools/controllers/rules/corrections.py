"""`corrected`: the request that its last words correct: "translate a.txt into French. No wait, b.txt" is about b.txt.

One file or one language takes the place of the only one before. Words of `[clauses]`: `corrects` says so by itself, and is
reported where nothing is read behind it; `corrects_with` does so only before what is read, as "no" does before a comma.
"""

import re
from dataclasses import dataclass

from ....graph.result import Request
from ...wording.nearest import words_pattern
from ...wording.request_language import language_of
from ...wording.wording import LANGUAGES, any_of, folded, wording
from .clauses import ParsedRequest, parse_request
from .counted_files import with_counted_files
from .lexicon import lexicon

_EDGE = r"(?:[.,;:!?…–—。，、；！？\n]|\s-)\s{0,9}"
_BLANK = r"[\s,.;:!?…–—。，、！？-]*"


@dataclass(frozen=True)
class _Correction:
    start: int
    """Where its words begin, after the end of what is corrected."""
    rest: int
    explicit: bool
    """Its words alone say that something is corrected."""


def corrected(request: Request) -> Request | None:
    """The request with the file or language of its correction in place; None where it corrects nothing that is read."""
    parsed = parse_request(request.text, request.files)
    code = language_of(parsed.masked, lexicon().verb)
    if code not in LANGUAGES or (found := _correction(parsed.masked, code)) is None:
        return None
    parsed = with_counted_files(parsed, code)
    text, words = request.text, folded(parsed.masked)
    files = [(f.start, f.end, f.resource) for f in parsed.files if f.start >= 0]
    new, old = [f for f in files if f[0] >= found.rest], [f for f in files if f[1] <= found.start]
    if len(new) == 1 == len(old) and _says_only(words, found.rest, new[0][:2], code):
        start, end, wrong = old[0]
        kept = tuple(file for file in request.files if file != wrong)
        name = new[0][2].name or new[0][2].label
        return request.model_copy(update={"text": f"{text[:start]}{name}{text[end : found.start]}", "files": kept})
    languages = [match.span() for match in words_pattern(wording(code).languages, wording(code)).finditer(words)]
    said, before = [s for s in languages if s[0] >= found.rest], [s for s in languages if s[1] <= found.start]
    if len(said) == 1 == len(before) and not new and _says_only(words, found.rest, said[0], code):
        name = text[slice(*said[0])]
        return request.model_copy(update={"text": f"{text[: before[0][0]]}{name}{text[before[0][1] : found.start]}"})
    return None


def unread_corrections(parsed: ParsedRequest) -> list[str]:
    """The words of a correction that takes no effect."""
    found = _correction(parsed.masked, parsed.language)
    return [parsed.text[found.start :].strip(" ,.;:!?\n")] if found and found.explicit else []


def _correction(masked: str, code: str) -> _Correction | None:
    """The last words of a request that correct it; in quotations none are seen."""
    lists, words = wording(code).clauses, folded(masked)
    explicit, others = lists.get("corrects", ()), lists.get("corrects_with", ())
    gap = "" if wording(code).unspaced else r"(?!\w)"
    opening = rf"(?:{any_of((*explicit, *others))}{gap}{_BLANK})+"
    match = next(reversed([*re.finditer(rf"{_EDGE}(?P<open>{opening})", words)]), None)
    if match is None or not words[: match.start()].strip():
        return None
    said = match["open"]
    by_itself = words_pattern(explicit, wording(code)).search(said) is not None
    behind = re.search(r"[,.!…–—。，、！-]\s*\Z", said) or " " in said.strip(" ,.!")
    if not by_itself and not (behind or wording(code).unspaced):
        return None
    return _Correction(match.start(), match.end(), by_itself)


def _says_only(words: str, start: int, detail: tuple[int, int], code: str) -> bool:
    """Whether words name a detail, and nothing else but what belongs to a correction."""
    language = wording(code)
    groups = ("corrects_behind", "corrects_with", "polite", "place", "article", "is_in")
    known = words_pattern([word for name in groups for word in language.clauses.get(name, ())], language)
    rest = f"{words[start : detail[0]]} {words[detail[1] :]}"
    small = folded(" ".join(language.section("recognise").values())).split()
    return set(re.findall(r"\w+", known.sub(" ", rest))) <= {*small, *language.nouns}

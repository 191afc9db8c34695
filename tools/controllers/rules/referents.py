"""`Referent`: one piece of data that an intent can be about: a file, a quotation, a result or an earlier turn's data."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ....graph.converters import CONVERTERS
from ....graph.resource import Kind, Resource, satisfies
from ....graph.task import Ref
from ...wording.output_names import naming_span
from ...wording.wording import blanked
from .clauses import ParsedRequest
from .lexicon import FILES, lexicon
from .masking import FileMention

Value = str | Resource | Ref

MAX_FILES = 200
"""Mentions of files that are used."""

_NOUNS: dict[Kind, str] = {
    "table": r"\b(?:tables?|tabular|spreadsheet|csv|rows?|columns?)\b",
    "video": r"\b(?:videos?|movie|clip|footage)\b",
    "audio": r"\b(?:audio|recording|speech|podcast|song|sound|voice|speaker|noise)\b",
    "image": r"\b(?:images?|photos?|photographs?|pictures?|scene|painting|drawing|screenshot)\b",
    "document": r"\b(?:documents?|scan|receipt|invoice|pdf|form)\b",
    "text": r"\b(?:texts?|sentences?|paragraph|article|passage|review|message|story|summary|transcript)\b",
}
KIND_NOUNS = {kind: re.compile(pattern) for kind, pattern in _NOUNS.items()}
RESULT_KINDS: dict[str, Kind] = {
    "object-detection": "labels",
    "token-classification": "labels",
    "image-segmentation": "image",
}
"""The kind that later words mean by the result of a task with several outputs."""

_READ_FROM = re.compile(r"\b(?:on|of|from|using)(?: the| this)?(?: \w+)?\Z")
"""Words before a file that is read and not written."""
_CONVERTED = re.compile(r"\W{0,2} ?(?:as|to|into) (?!<)")
"""Words after one: "export report.pdf as pictures"."""


@dataclass(frozen=True)
class Referent:
    """Data that an intent can be about."""

    kind: Kind
    value: Value
    origin: str
    """`file`, `quotation`, `earlier` (an earlier turn), or the type of the task that makes it."""
    position: int
    """Where the request names it; of a result, the start of its intent; -1 for attached and earlier data."""
    intent_index: int = -1
    """The intent whose task makes it; -1 for what is no result."""
    sources: frozenset[object] = frozenset()
    """The files and quotations that a result is made from."""
    language: str = ""
    """That into which a task translates."""

    @property
    def is_result(self) -> bool:
        """Whether a task of this plan makes it."""
        return isinstance(self.value, Ref)

    @property
    def maker(self) -> str:
        """The type of the task that makes it, or made it in an earlier turn; empty for what was given."""
        if isinstance(self.value, Resource):
            return (self.value.producer and self.value.made_by) or ""
        return self.origin if self.is_result else ""


def earlier_data(resources: Iterable[Resource]) -> list[Resource]:
    """Data of earlier turns; texts of comma-separated values as tables."""
    return [r.model_copy(update={"kind": "table"}) if r.media_type == "text/csv" else r for r in resources]


def may_hold_tables(value: object) -> bool:
    """Whether data is a text in Markdown; a document with tables is read as one."""
    return isinstance(value, Resource) and value.kind == "text" and value.media_type == "text/markdown"


def initial_referents(parsed: ParsedRequest, earlier: Sequence[Resource], questions: frozenset[str]) -> list[Referent]:
    """What exists before any task: data of earlier turns (newest last), quotations but `questions`, files.

    A file to be written ("save it as a.wav") is none. A text that the request announces and does not bring ("I have a
    long article") is a missing file.
    """
    found = [Referent(r.kind, r, "earlier", -1) for r in earlier_data(earlier)]
    found += [Referent("text", q.text, "quotation", q.start) for q in parsed.quotations if q.text not in questions]
    for file in parsed.files[:MAX_FILES]:
        if result_name(parsed, file) is None:
            found.append(Referent(file.resource.kind, file.resource, "file", file.start))
    announced = lexicon().cues["announced-text"].search(parsed.masked)
    if announced and not any(referent.kind in ("text", "table", "audio") for referent in found):
        absent = Resource(kind="text", media_type="text/plain", name=announced["noun"])
        found.append(Referent("text", absent, "file", announced.start("noun")))
    return found


def result_name(parsed: ParsedRequest, file: FileMention) -> tuple[int, int] | None:
    """The words that make a file that does not exist the name of a result ("save it as a.wav"); None where it is none."""
    if file.start < 0 or not file.resource.missing or parsed.clause_at(file.start).background:
        return None
    before = parsed.masked[max(0, file.start - 200) : file.start].rstrip(' (’"' + "".join(FILES.values()))
    if _READ_FROM.search(before) or _CONVERTED.match(parsed.masked, max(0, file.end)):
        return None
    return naming_span(parsed.masked, file.start, file.end, parsed.language)


def without_output_names(parsed: ParsedRequest, code: str) -> tuple[ParsedRequest, dict[str, tuple[int, int]]]:
    """The request, and where each name stands with the words around it. In English these stay: the rules read them."""
    names: dict[str, tuple[int, int]] = {}
    for file in parsed.files:
        if file.start >= 0 and file.resource.missing:
            span = result_name(parsed, file) if code == "en" else naming_span(parsed.masked, file.start, file.end, code)
            names |= {file.resource.label: span} if span else {}
    if code == "en":
        return parsed, names
    masked = blanked(parsed.masked, names.values())
    kept = tuple(file for file in parsed.files if file.resource.label not in names)
    return replace(parsed, masked=masked, files=kept), names


def fits(referent: Referent, kinds: Iterable[Kind]) -> bool:
    """Whether a referent can be an input of one of `kinds`; files may be converted (a PDF to images), a cut film heard."""
    heard = [("video", "audio")] if referent.origin == "trim-video" else []
    converted = CONVERTERS if referent.origin in ("file", "earlier") else heard
    return any(satisfies(referent.kind, kind) or (referent.kind, kind) in converted for kind in kinds)


def kinds_named(words: str) -> list[Kind]:
    """The kinds of data that words name, in their order; files by their placeholders."""
    positions = [(match.start(), kind) for kind, pattern in KIND_NOUNS.items() for match in pattern.finditer(words)]
    positions += [(match.start(), kind) for kind, mark in FILES.items() for match in re.finditer(f"{mark}+", words)]
    return [kind for _, kind in sorted(positions)]


def unique(referents: Sequence[Referent]) -> list[Referent]:
    """Each value once, by position; equal quotations at two positions are two."""
    seen: dict[object, Referent] = {}
    for referent in sorted(referents, key=lambda r: r.position):
        value = referent.value
        seen.setdefault((value, referent.position) if isinstance(value, str) else value, referent)
    return list(seen.values())

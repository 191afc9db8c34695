"""Things: data that a wish can be about: files, quotations, results, earlier turns' data, a text only spoken of."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from ....graph.converters import CONVERTERS
from ....graph.resource import Kind, Resource, satisfies
from ....graph.task import Ref
from .clauses import Reading
from .lexicon import FILES, lexicon

Value = str | Resource | Ref

MOST_FILES = 200
"""Namings of files that are looked at."""

NOUNS: dict[Kind, re.Pattern[str]] = {
    kind: re.compile(pattern)
    for kind, pattern in cast(
        dict[Kind, str],
        {
            "table": r"\b(?:tables?|tabular|spreadsheet|csv|rows?|columns?)\b",
            "video": r"\b(?:videos?|movie|clip|footage)\b",
            "audio": r"\b(?:audio|recording|speech|podcast|song|sound|voice|speaker|noise)\b",
            "image": r"\b(?:images?|photos?|photographs?|pictures?|scene|painting|drawing|screenshot)\b",
            "document": r"\b(?:documents?|scan|receipt|invoice|pdf|form)\b",
            "text": r"\b(?:texts?|sentences?|paragraph|article|passage|review|message|story|summary|transcript)\b",
        },
    ).items()
}
_AFTER: dict[str, Kind] = {
    **dict.fromkeys(("object-detection", "token-classification"), "labels"),
    **dict.fromkeys(("image-segmentation",), "image"),
}
"""What later words mean by the result of a task that makes several things."""

_SOURCE = re.compile(r"\b(?:on|of|from|using|in) (?:the |this )?(?:\w+ )?\Z")
"""Before a file: it is read, whatever is made."""


@dataclass(frozen=True)
class Thing:
    """Data that a wish can be about. `origin`: `file`, `literal`, `earlier`, or the type of the task that makes it."""

    kind: Kind
    value: Value
    origin: str
    place: int
    """Where the request names it; the wish that makes it for a result; -1 for what is attached or of earlier turns."""
    wish: int = -1

    @property
    def made(self) -> bool:
        """It is the result of a task of this plan."""
        return isinstance(self.value, Ref)


def things_of(reading: Reading, earlier: Sequence[Resource], asked: frozenset[str]) -> list[Thing]:
    """What is there before any task: earlier turns' data (newest last), quotations, files."""
    used = lexicon().cues["output-name"]
    found = [Thing(r.kind, r, "earlier", -1) for r in earlier]
    found += [Thing("text", lit.text, "literal", lit.start) for lit in reading.literals if lit.text not in asked]
    for file in reading.files[:MOST_FILES]:
        before = reading.masked[max(0, file.start - 60) : file.start].rstrip(' (’"' + "".join(FILES.values()))
        told = file.start >= 0 and reading.clause_at(file.start).background
        told = told or bool(_SOURCE.search(before))
        if file.start < 0 or told or not used.search(before) or not file.resource.missing:
            found.append(Thing(file.resource.kind, file.resource, "file", file.start))
    announced = lexicon().cues["announced-text"].search(reading.masked)
    if announced and not any(thing.kind in ("text", "table", "audio") for thing in found):
        absent = Resource(kind="text", media_type="text/plain", name=announced["noun"])
        found.append(Thing("text", absent, "file", announced.start("noun")))
    return found


def result_kind(task_type: str, output_kind: Kind) -> Kind:
    """The kind by which later words know the result of a task."""
    return _AFTER.get(task_type, output_kind)


def fits(thing: Thing, kinds: Iterable[Kind]) -> bool:
    """Whether a thing can be given where one of `kinds` is wanted; a PDF and a video may be taken apart for it."""
    apart = thing.origin in ("file", "earlier")
    return any(satisfies(thing.kind, kind) or (apart and (thing.kind, kind) in CONVERTERS) for kind in kinds)


def nouns(words: str) -> list[Kind]:
    """The kinds of data that words speak of, in their order; files by their placeholders."""
    places = [(match.start(), kind) for kind, pattern in NOUNS.items() for match in pattern.finditer(words)]
    places += [(match.start(), kind) for kind, mark in FILES.items() for match in re.finditer(f"{mark}+", words)]
    return [kind for _, kind in sorted(places)]


def once(things: Sequence[Thing]) -> list[Thing]:
    """Each value once, in order of naming."""
    seen: dict[object, Thing] = {}
    for thing in sorted(things, key=lambda t: t.place):
        seen.setdefault(thing.value if not isinstance(thing.value, str) else (thing.value, thing.place), thing)
    return list(seen.values())

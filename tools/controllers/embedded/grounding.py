"""Grounding: which data a wish is about: a file, a quotation, what an earlier task makes, or an earlier turn's data."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from ....graph.resource import Kind, Resource, satisfies
from ....graph.task import Ref
from .clauses import Reading
from .intents import Intent
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

_PICTURES_OF_DATA = ("depth-estimation", "image-segmentation")
_PROSE = ("image-to-text", "automatic-speech-recognition", "translation", "text-generation")
_FINDINGS = (
    *("text-classification", "zero-shot-classification", "token-classification", "language-identification"),
    *("audio-classification", "image-classification", "sentence-similarity", "count", "compare"),
)
_ANSWERS = ("question-answering", "document-question-answering", "visual-question-answering")
"""Types whose results only say something of a text: no later wish is about them while there is the text itself."""
_FINDERS = ("question", "entities", "sentiment", "language", "classify", "sound-class", "count")
"""Acts that look into a text: into all of it, not into a summary."""
_IT = re.compile(r"\btranslate it\b|\bit (?:to be |be )?translated\b")
_SEVERAL = ("token-classification", "object-detection")
"""Types that find several things: "them" right after are these."""
_HANDED_ON = re.compile(r"\b(?:results?|outputs?|findings|labels?|outcome|both)\b")
_SOURCE = re.compile(r"\b(?:on|of|from|using|in) (?:the |this )?(?:\w+ )?\Z")
"""Before a file: it is read, whatever is made."""
_LEADS_ON = re.compile(r"\b(?:of|in|from|about) (?:the|its|this|that) $")


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
    """Whether a thing can be given where one of `kinds` is wanted."""
    return any(satisfies(thing.kind, kind) for kind in kinds)


def nouns(words: str) -> list[Kind]:
    """The kinds of data that words speak of, in their order; files by their placeholders."""
    places = [(match.start(), kind) for kind, pattern in NOUNS.items() for match in pattern.finditer(words)]
    places += [(match.start(), kind) for kind, mark in FILES.items() for match in re.finditer(f"{mark}+", words)]
    return [kind for _, kind in sorted(places)]


class Ground:
    """All that can be spoken of so far."""

    def __init__(self, reading: Reading, earlier: Sequence[Resource], asked: frozenset[str] = frozenset()) -> None:
        self.reading = reading
        self.things = things_of(reading, earlier, asked)

    def window(self, intent: Intent) -> str:
        """The words of a wish, up to the next."""
        return self.reading.masked[intent.start : max(intent.stop, intent.end)]

    def said(self, intent: Intent, kinds: Sequence[Kind]) -> list[Thing]:
        """Files and quotations that the words of the wish name, else those that lead up to it in its clause."""
        fit = [t for t in self.things if t.origin in ("file", "literal") and t.place >= 0 and fits(t, kinds)]
        inside = [t for t in fit if intent.start <= t.place < max(intent.stop, intent.end)]
        return _once(inside or [t for t in fit if intent.clause.start <= t.place < intent.start])

    def inside(self, intent: Intent) -> list[Thing]:
        """Files and quotations in the words of the wish itself."""
        end = max(intent.stop, intent.end)
        return [t for t in self.things if t.origin in ("file", "literal") and intent.start <= t.place < end]

    def named(self, intent: Intent, kinds: Sequence[Kind], *, skip: Sequence[str] = (), words: str = "") -> list[Thing]:
        """Results that `words`, else those of the wish, name by what was done ("the summary", "the edited image")."""
        words = words or self.window(intent)
        if intent.act == "translate" and intent.mention:
            words = self.reading.masked[intent.clause.start : intent.end]
        if intent.act in _FINDERS and _LEADS_ON.search(words):
            words += self.reading.masked[max(intent.stop, intent.end) : intent.clause.end]
        for thing in reversed(self.things):
            name = lexicon().names.get(thing.origin)
            if thing.made and name and fits(thing, kinds) and thing.origin not in skip and name.search(words):
                return self.together(thing)
        return []

    def latest(self, kinds: Sequence[Kind], *, skip: Sequence[str] = (), prose: bool = False) -> list[Thing]:
        """The nearest result that fits; with `prose`, of those that hold the full text."""
        for thing in reversed(self.things):
            if thing.made and fits(thing, kinds) and thing.origin not in skip and (not prose or thing.origin in _PROSE):
                return self.together(thing)
        return []

    def given(self, intent: Intent, kinds: Sequence[Kind], *, everything: bool = False) -> list[Thing]:
        """What the request brings: files (all, when several are meant), the nearest quotation, earlier data."""
        files = _once([t for t in self.things if t.origin == "file" and fits(t, kinds)])
        if files:
            several = everything or re.search(
                r"\b(?:them|both|each|all|these|those|pictures|images|photos|files|recordings|any)\b",
                self.reading.masked[intent.clause.start : intent.clause.end],
            )
            before = [t for t in files if t.place <= intent.start]
            return files if several or all(t.place < 0 for t in files) else (before or files)[-1:]
        literals = [t for t in self.things if t.origin == "literal" and fits(t, kinds)]
        if literals:
            return [min(literals, key=lambda t: (t.place > intent.start, abs(t.place - intent.start)))]
        return [t for t in self.things if t.origin == "earlier" and fits(t, kinds)][-1:]

    def together(self, thing: Thing) -> list[Thing]:
        """A result with those that the same wish makes of other files."""
        return [t for t in self.things if t.wish == thing.wish and t.origin == thing.origin and t.made] or [thing]

    def source(
        self, intent: Intent, kinds: Sequence[Kind], *, everything: bool = False, prose: bool = False
    ) -> list[Thing]:
        """What a wish is about, by the rules of nearness; empty when nothing fits."""
        words = self.window(intent)
        if lexicon().cues["original"].search(words):
            original = [t for t in self.given(intent, kinds) if t.origin == "file"]
            if original:
                return original
        said = self.said(intent, kinds)
        if said and not (
            self.things_made_of(said, kinds) and re.search(r"\b(?:edited|modified|enhanced|new)\b", words)
        ):
            return said
        if prose:
            own = ("translation",) if intent.act == "language" else ()
            full = self.named(intent, kinds, skip=_FINDINGS) or self.latest(kinds, skip=own, prose=True)
            return full or self.given(intent, kinds, everything=everything)
        if named := self.named(intent, kinds):
            return named
        full = self.full(intent, kinds) if "text" in kinds else []
        return full or self.latest(kinds) or self.given(intent, kinds, everything=everything)

    def full(self, intent: Intent, kinds: Sequence[Kind]) -> list[Thing]:
        """The text that a wish is about where the nearest result only says something about it; else nothing."""
        poor = _FINDINGS if intent.act == "speak" else (*_FINDINGS, *_ANSWERS)
        poor = (*poor, "summarization") if intent.act in _FINDERS else poor
        nearest = self.latest(kinds)
        words = self.window(intent)
        if not nearest or nearest[0].origin not in poor or _HANDED_ON.search(words):
            return []
        if nearest[0].origin in _SEVERAL and re.search(r"\bthem\b|\bthese\b|\bthose\b", words):
            return []
        if (
            intent.act == "translate"
            and nearest[0].origin in _ANSWERS
            and _IT.search(self.reading.masked, intent.clause.start, max(intent.stop, intent.end))
        ):
            return []
        given = [t for t in self.given(intent, kinds) if t.kind == "text"]
        return self.latest(kinds, skip=poor) or given

    def things_made_of(self, said: Sequence[Thing], kinds: Sequence[Kind]) -> bool:
        """Whether a result stands where the words name only what it was made of."""
        return any(t.made and fits(t, kinds) for t in self.things) and all(t.origin == "file" for t in said)

    def has(self, kind: Kind) -> bool:
        """Whether there is anything of exactly this kind."""
        return any(thing.kind == kind for thing in self.things)


def _once(things: Sequence[Thing]) -> list[Thing]:
    """Each value once, in order of naming."""
    seen: dict[object, Thing] = {}
    for thing in sorted(things, key=lambda t: t.place):
        seen.setdefault(thing.value if not isinstance(thing.value, str) else (thing.value, thing.place), thing)
    return list(seen.values())

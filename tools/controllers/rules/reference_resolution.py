"""Grounding: which data a wish is about: a file, a quotation, what an earlier task makes, or an earlier turn's data."""

import re
from collections.abc import Sequence

from ....graph.resource import Kind, Resource
from .clauses import Reading
from .intents import Intent
from .lexicon import lexicon
from .referents import Thing, fits, once, things_of

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
_LEADS_ON = re.compile(r"\b(?:of|in|from|about) (?:the|its|this|that) $")


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
        return once(inside or [t for t in fit if intent.clause.start <= t.place < intent.start])

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
        files = once([t for t in self.things if t.origin == "file" and fits(t, kinds)])
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

"""`ReferenceResolver`: which `Referent`s the words of an intent mean: named data, a named or the latest result."""

import re
from collections.abc import Sequence
from functools import cache

from ....graph.resource import Kind, Resource
from ...wording.wording import wording
from .clauses import ParsedRequest
from .intents import Intent
from .lexicon import lexicon
from .referents import Referent, fits, initial_referents, unique

_FULL_TEXTS = ("image-to-text", "automatic-speech-recognition", "translation", "text-generation")
"""Types whose result holds a whole text."""
FINDINGS = (
    *("text-classification", "zero-shot-classification", "token-classification", "language-identification"),
    *("audio-classification", "image-classification", "sentence-similarity", "count", "compare"),
)
ANSWERS = ("question-answering", "document-question-answering", "visual-question-answering")
"""`FINDINGS` and `ANSWERS`: types whose results only describe a text; later intents are about the text itself."""
SEARCHING_ACTS = ("question", "entities", "sentiment", "language", "classify", "sound-class", "count")
"""Acts that search a text: the whole text, not a summary of it."""
_TRANSLATE_IT = re.compile(r"\btranslate it\b|\bit (?:to be |be )?translated\b")
_LISTS = ("token-classification", "object-detection")
"""Types that find several items: "them" right after refers to these."""
_RESULT_NOUNS = re.compile(r"\b(?:results?|outputs?|findings|labels?|outcome|both)\b")
_OPEN_PREPOSITION = re.compile(r"\b(?:of|in|from|about) (?:the|its|this|that) $")


@cache
def _counted() -> re.Pattern[str]:
    """One of several results of earlier turns: "the second one"."""
    ordinals = "|".join(sorted(wording("en").ordinals, key=len, reverse=True))
    return re.compile(rf"\bthe ({ordinals}) (?:one|picture|image|photo|file|recording|film|text)\b")


class ReferenceResolver:
    """The referents so far, results of planned tasks last, and which of them the words of an intent mean."""

    def __init__(
        self, parsed: ParsedRequest, earlier: Sequence[Resource], questions: frozenset[str] = frozenset()
    ) -> None:
        self.parsed = parsed
        self.referents = initial_referents(parsed, earlier, questions)

    def words_of(self, intent: Intent) -> str:
        """The words of an intent, up to the next intent."""
        return self.parsed.masked[intent.start : intent.stop]

    def named_data(self, intent: Intent, kinds: Sequence[Kind]) -> list[Referent]:
        """Files and quotations in the words of the intent, else those before it in its clause."""
        fit = [r for r in self.referents if r.origin in ("file", "quotation") and r.position >= 0 and fits(r, kinds)]
        inside = [r for r in fit if intent.start <= r.position < intent.stop]
        return unique(inside or [r for r in fit if intent.clause.start <= r.position < intent.start])

    def data_in_words(self, intent: Intent) -> list[Referent]:
        """Files and quotations in the words of the intent itself, of any kind."""
        return [
            r for r in self.referents if r.origin in ("file", "quotation") and intent.start <= r.position < intent.stop
        ]

    def named_results(
        self, intent: Intent, kinds: Sequence[Kind], *, skip: Sequence[str] = (), words: str = ""
    ) -> list[Referent]:
        """Results that `words`, else those of the intent, name by their task ("the summary", "the edited image")."""
        words = words or self.words_of(intent)
        if intent.act == "translate" and intent.mention:
            words = self.parsed.masked[intent.clause.start : intent.end]
        if intent.act in SEARCHING_ACTS and _OPEN_PREPOSITION.search(words):
            words += self.parsed.masked[intent.stop : intent.clause.end]
        results, names = self._results(kinds, skip), lexicon().names
        named = {origin for origin in {r.origin for r in results} if origin in names and names[origin].search(words)}
        return self._latest([r for r in results if r.origin in named])

    def latest_results(self, kinds: Sequence[Kind], *, skip: Sequence[str] = (), prose: bool = False) -> list[Referent]:
        """The latest results that fit; with `prose`, only those that hold a whole text."""
        return self._latest([r for r in self._results(kinds, skip) if not prose or r.origin in _FULL_TEXTS])

    def _results(self, kinds: Sequence[Kind], skip: Sequence[str]) -> list[Referent]:
        return [r for r in self.referents if r.is_result and r.origin not in skip and fits(r, kinds)]

    def given_data(self, intent: Intent, kinds: Sequence[Kind], *, everything: bool = False) -> list[Referent]:
        """What the request brings: files (all where it means several), else the nearest quotation, else earlier data."""
        files = unique([r for r in self.referents if r.origin == "file" and fits(r, kinds)])
        if files:
            several = everything or re.search(
                r"\b(?:them|both|each|all|these|those|pictures|images|photos|files|recordings|any)\b",
                self.parsed.words_of(intent.clause),
            )
            before = [r for r in files if r.position <= intent.start]
            return files if several or all(r.position < 0 for r in files) else (before or files)[-1:]
        quotations = [r for r in self.referents if r.origin == "quotation" and fits(r, kinds)]
        if quotations:
            return [min(quotations, key=lambda r: (r.position > intent.start, abs(r.position - intent.start)))]
        return self._earlier(intent, kinds)

    def _earlier(self, intent: Intent, kinds: Sequence[Kind]) -> list[Referent]:
        """The latest data of earlier turns, or that of several which the words count: "the second one"."""
        found = [r for r in self.referents if r.origin == "earlier" and fits(r, kinds)]
        named = _counted().search(self.parsed.words_of(intent.clause))
        if named is None or len(found) < 2:
            return found[-1:]
        made = isinstance(found[-1].value, Resource) and found[-1].value.producer is not None
        latest = [r for r in found if (isinstance(r.value, Resource) and r.value.producer is not None) == made]
        number = wording("en").ordinals[named[1]]
        place = number - 1 if number > 0 else len(latest) + number
        return latest[place : place + 1] if place >= 0 else []

    def _latest(self, results: Sequence[Referent]) -> list[Referent]:
        """The last of `results`, with those that the same intent makes of other files."""
        if not results:
            return []
        index, origin = results[-1].intent_index, results[-1].origin
        return [r for r in self.referents if r.intent_index == index and r.origin == origin and r.is_result]

    def resolve(
        self, intent: Intent, kinds: Sequence[Kind], *, everything: bool = False, prose: bool = False
    ) -> list[Referent]:
        """What an intent is about: data in its words, a named result, the latest result, given data; empty if nothing fits.

        `everything`: all files. `prose`: a whole text, not findings or answers about one.
        """
        words = self.words_of(intent)
        if lexicon().cues["original"].search(words):
            original = [r for r in self.given_data(intent, kinds) if r.origin == "file"]
            if original:
                return original
        named_data = self.named_data(intent, kinds)
        changed = re.search(r"\b(?:edited|modified|enhanced|new)\b", words)
        if named_data and not (changed and self._has_result_instead(named_data, kinds)):
            return named_data
        if prose:
            own = ("translation",) if intent.act == "language" else ()
            full = self.named_results(intent, kinds, skip=FINDINGS) or self.latest_results(kinds, skip=own, prose=True)
            return full or self.given_data(intent, kinds, everything=everything)
        if named := self.named_results(intent, kinds):
            return named
        full = self.full_text(intent, kinds) if "text" in kinds else []
        return full or self.latest_results(kinds) or self.given_data(intent, kinds, everything=everything)

    def full_text(self, intent: Intent, kinds: Sequence[Kind]) -> list[Referent]:
        """The whole text where the latest result only describes it; empty where that result itself is meant."""
        describing = FINDINGS if intent.act == "speak" else (*FINDINGS, *ANSWERS)
        describing = (*describing, "summarization") if intent.act in SEARCHING_ACTS else describing
        latest = self.latest_results(kinds)
        words = self.words_of(intent)
        if not latest or latest[0].origin not in describing or _RESULT_NOUNS.search(words):
            return []
        if latest[0].origin in _LISTS and re.search(r"\bthem\b|\bthese\b|\bthose\b", words):
            return []
        translate_it = _TRANSLATE_IT.search(self.parsed.masked, intent.clause.start, intent.stop)
        if intent.act == "translate" and latest[0].origin in ANSWERS and translate_it:
            return []
        given = [r for r in self.given_data(intent, kinds) if r.kind in ("text", "document")]
        return self.latest_results(kinds, skip=describing) or given

    def _has_result_instead(self, named: Sequence[Referent], kinds: Sequence[Kind]) -> bool:
        """Whether there is a result that can be meant where the words name only files."""
        return any(r.is_result and fits(r, kinds) for r in self.referents) and all(r.origin == "file" for r in named)

    def has_kind(self, kind: Kind) -> bool:
        """Whether any referent is of exactly this kind."""
        return any(referent.kind == kind for referent in self.referents)

"""`ReferenceResolver`: which `Referent`s the words of an intent mean: named data, a named or the latest result."""

import re
from collections.abc import Collection, Iterable, Sequence

from ....graph.resource import Kind, Resource
from ...tables.folding import singular
from ...wording.meanings import meaning_of
from ...wording.wording import folded, wording
from .clauses import Clause, ParsedRequest
from .counted_files import file_nouns
from .intents import Intent
from .lexicon import LANGUAGES, lexicon
from .members import members_meant
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
OF_WHOLE_TEXTS = (*SEARCHING_ACTS, "summarize")
"""Acts that are about texts themselves, and not about what was found in them."""
_TRANSLATE_IT = re.compile(r"\btranslate it\b|\bit (?:to be |be )?translated\b")
LISTS = ("token-classification", "object-detection")
"""Types that find several items: "them" right after refers to these."""
_RESULT_NOUNS = re.compile(r"\b(?:results?|outputs?|findings|labels?|outcome)\b")
_BOTH = re.compile(r"\bboth\b")
_COUNTED = re.compile(r"(?:the|my|our|all|each|every\w*|any\w*) [\w ,-]+\Z")
_OF = re.compile(r"(?P<noun>[a-z]+) (?:of|for) (?:the )?\Z")
_IN_LANGUAGE = re.compile(r"\bthe (?P<language>[a-z]+) (?:one|version|text|translation)s?\b")
_SEVERAL = re.compile(r"\b(?:each|all|both|every|everything|them|these|those)\b")
_OPEN_PREPOSITION = re.compile(r"\b(?:of|in|from|about) (?:the|its|this|that) $")


def _describing(intent: Intent) -> tuple[str, ...]:
    """Types whose result only describes the text that an intent is about."""
    describing = FINDINGS if intent.act == "speak" else (*FINDINGS, *ANSWERS)
    return (*describing, "summarization") if intent.act in SEARCHING_ACTS else describing


class ReferenceResolver:
    """The referents so far, results of planned tasks last, and which of them the words of an intent mean."""

    def __init__(
        self,
        parsed: ParsedRequest,
        earlier: Sequence[Resource],
        questions: frozenset[str] = frozenset(),
        made: Iterable[str] = (),
    ) -> None:
        self.parsed = parsed
        self.referents = initial_referents(parsed, earlier, questions)
        self.clause = Clause(0, 0, True)
        """That of the intent that is being planned."""
        self.used: list[tuple[int, int]] = []
        """The words that chose one of several results."""
        self._made = frozenset(made)
        """The SHA-256 of the results with which the turn before ended."""
        self._chosen: dict[tuple[int, str], list[Referent]] = {}

    def words_of(self, intent: Intent) -> str:
        """The words of an intent, up to the next intent."""
        return self.parsed.masked[intent.start : intent.stop]

    def named_data(self, intent: Intent, kinds: Sequence[Kind]) -> list[Referent]:
        """Files and quotations in the words of the intent, else those before it in its clause."""
        data = [r for r in self.referents if r.origin in ("file", "quotation") and r.position >= 0]
        inside = [r for r in data if intent.start <= r.position < intent.stop and fits(r, kinds)]
        before = [r for r in data if intent.clause.start <= r.position < intent.start and fits(r, kinds)]
        return [self.made_of(r, kinds) or r for r in unique(inside or before)]

    def made_of(self, file: Referent, kinds: Sequence[Kind]) -> Referent | None:
        """The latest result of a file that is only counted, or named by it: "the second one", "the summary of a.txt"."""
        results = [r for r in self._results(kinds, ()) if file.value in r.sources]
        if not results or file.origin != "file":
            return None
        mention = next(f for f in self.parsed.files if f.start == file.position and f.resource == file.value)
        called = self.parsed.text[mention.start : mention.end].lower()
        if _COUNTED.match(called) and not any(re.search(rf"\b{noun}\b", called) for noun in file_nouns("en")):
            return results[-1]
        before = _OF.search(self.parsed.masked, max(0, file.position - 40), file.position)
        return next((r for r in reversed(results) if before and self._is_named(r.origin, before["noun"])), None)

    def _is_one_of(self, noun: str, origins: Collection[str]) -> bool:
        """Whether a noun names a result of one of these types; in other languages than English their examples hold it."""
        if self.parsed.language == "en":
            known = singular(noun) in ("one", *file_nouns("en"))
            return known or any(self._is_named(each, noun) for each in origins)
        made = [e.phrase for e in wording(self.parsed.language).examples if meaning_of(e.meaning).task_type in origins]
        return noun not in wording(self.parsed.language).units and any(noun in folded(phrase) for phrase in made)

    def _is_named(self, task_type: str, words: str) -> bool:
        names = lexicon().names
        return task_type in names and names[task_type].search(words) is not None

    def data_in_words(self, intent: Intent) -> list[Referent]:
        """Files and quotations in the words of the intent itself, of any kind."""
        inside = (r for r in self.referents if intent.start <= r.position < intent.stop)
        return [r for r in inside if r.origin in ("file", "quotation")]

    def named_results(
        self, intent: Intent, kinds: Sequence[Kind], *, skip: Sequence[str] = (), words: str = ""
    ) -> list[Referent]:
        """Results that `words`, else those of the intent, name by their task ("the summary", "the edited image")."""
        words = words or self.words_of(intent)
        if intent.act == "translate" and intent.mention:
            words = self.parsed.masked[intent.clause.start : intent.end]
        if intent.act in SEARCHING_ACTS and _OPEN_PREPOSITION.search(words):
            words += self.parsed.masked[intent.stop : intent.clause.end]
        results = self._results(kinds, skip)
        named = {origin for origin in {r.origin for r in results} if self._is_named(origin, words)}
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
                r"\b(?:them|both|each|every|everything|all|these|those|pictures|images|photos|files|recordings|any)\b",
                self.parsed.words_of(intent.clause),
            )
            before = [r for r in files if r.position <= intent.start]
            whole = several or all(r.position < 0 for r in files)
            return files if whole else self._with_those_taken((before or files)[-1], files)
        quotations = [r for r in self.referents if r.origin == "quotation" and fits(r, kinds)]
        if quotations:
            return [min(quotations, key=lambda r: (r.position > intent.start, abs(r.position - intent.start)))]
        return self._earlier(intent, kinds)

    def _with_those_taken(self, last: Referent, files: Sequence[Referent]) -> list[Referent]:
        """A file, with all that the intent before takes as well: a verb without an object goes on with them."""
        made = [r for r in self.referents if r.is_result]
        taken = frozenset[object]().union(*(r.sources for r in made if r.intent_index == made[-1].intent_index))
        return [r for r in files if r.value in taken] if last.value in taken else [last]

    def _earlier(self, intent: Intent, kinds: Sequence[Kind]) -> list[Referent]:
        """The latest data of earlier turns, or that which the words name and count: "the second one", "the first summary".

        As within a request, later intents are about a text itself and not about what describes it, and "it" is all that
        the turn before made where that is several.
        """
        found = [r for r in self.referents if r.origin == "earlier" and fits(r, kinds)]
        words = self.parsed.words_of(intent.clause)
        named = [r for r in found if self._is_named(r.maker, words)]
        ended = [r for r in found if isinstance(r.value, Resource) and r.value.sha256 in self._made]
        findings = intent.act not in OF_WHOLE_TEXTS and len(ended) > 1 and _SEVERAL.search(words)
        texts = [r for r in found if r.maker not in _describing(intent)]
        latest = named or (ended if findings else texts) or found
        several = [r for r in latest if r in ended]
        members = named or [r for r in latest if bool(r.maker) == bool(latest[-1].maker)]
        return self.counted(several if len(several) > 1 else members) or several or latest[-1:]

    def made_earlier(self, task_types: Iterable[str]) -> bool:
        """Whether an earlier turn made the result of one of the types."""
        made = (r.value.made_by for r in self.referents if r.origin == "earlier" and isinstance(r.value, Resource))
        return not set(made).isdisjoint(task_types)

    def counted(self, members: Sequence[Referent]) -> list[Referent]:
        """Those of several results that the clause counts: "the last one"; empty where it counts none."""
        if len(members) < 2:
            return []
        origins = {r.value.made_by or "" if isinstance(r.value, Resource) else r.origin for r in members}
        words, code = self.parsed.words_of(self.clause), self.parsed.language
        spoken = {LANGUAGES.get(each["language"]) for each in _IN_LANGUAGE.finditer(words)}
        if in_language := [r for r in members if r.language in spoken]:
            return in_language
        meant = members_meant(words, len(members), code, lambda noun: self._is_one_of(noun, origins))
        if meant is None:
            return []
        self.used.append((self.clause.start + meant.span[0], self.clause.start + meant.span[1]))
        return [members[place] for place in meant.places]

    def _latest(self, results: Sequence[Referent]) -> list[Referent]:
        """The last of `results`, with those that the same intent makes of other files, unless one of them is chosen."""
        if not results:
            return []
        key = results[-1].intent_index, results[-1].origin
        members = [r for r in self.referents if (r.intent_index, r.origin) == key and r.is_result]
        if counted := self.counted(members):
            self._chosen[key] = counted
        several = _SEVERAL.search(self.parsed.words_of(self.clause))
        return counted or ([] if several else self._chosen.get(key, [])) or members

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
        made = changed and any(r.is_result and fits(r, kinds) for r in self.referents)
        if named_data and not (made and all(r.origin == "file" for r in named_data)):
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
        describing = _describing(intent)
        latest = self.latest_results(kinds)
        words = self.words_of(intent)
        both = intent.act not in OF_WHOLE_TEXTS and _BOTH.search(words)
        if not latest or latest[0].origin not in describing or both or _RESULT_NOUNS.search(words):
            return []
        if latest[0].origin in LISTS and re.search(r"\bthem\b|\bthese\b|\bthose\b", words):
            return []
        translate_it = _TRANSLATE_IT.search(self.parsed.masked, intent.clause.start, intent.stop)
        if intent.act == "translate" and latest[0].origin in ANSWERS and translate_it:
            return []
        given = [r for r in self.given_data(intent, kinds) if r.kind in ("text", "document")]
        return self.latest_results(kinds, skip=describing) or given

    def has_kind(self, kind: Kind) -> bool:
        """Whether any referent is of exactly this kind."""
        return any(referent.kind == kind for referent in self.referents)

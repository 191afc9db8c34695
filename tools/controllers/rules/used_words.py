"""`used_words`: the words of a request that its plan uses, one mark for each character.

Used are: the words that made a rule match (not those that stand in its gaps), files and quotations that a task takes,
prompts and questions, values of parameters, nouns of data that is given or made, languages that a task knows, and what a
handler marks with `Linker.use`.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from itertools import pairwise

from ....graph.converters import with_converters
from ....graph.mentions import kind_of_name
from ....graph.resource import Kind, Resource
from ....graph.task import Scalar, Task, Template, Value
from ....graph.vocabulary import VOCABULARY
from ...tables.folding import singular
from ...wording.request_language import function_words
from ...wording.wording import wording
from .clauses import ParsedRequest
from .intents import Intent
from .lexicon import LANGUAGES, lexicon
from .linking import Linker
from .operation_words import operation_names
from .parameters import NUMBERS
from .referents import KIND_NOUNS

Span = tuple[int, int]
WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_][\w’-]*")
_SENTENCE_END = re.compile(r"[.;!?\n](?:\s|\Z)")
_VALUE = re.compile(r"\w[\w.-]*")
_TARGET = re.compile(r"\b(?:as|into|to|in) (?:an? )?\Z")
"""Words before a noun of data that is to be made."""
_WHOLE_GOAL = ("text-generation", "time-series-forecasting")
_SEVERAL_MEANINGS = ("image-to-image", "audio-to-audio", "count", "filter")
"""Types whose parameters say what is done: the words of one example mean nothing to another."""
_ATTACHED = re.compile(
    r"\b(?:this|these|the|my|our) (?:\w+’s )?(?P<which>[a-z]+ )??[a-z]+\b"
    r"(?=\W*\Z|[^\w ]| (?:for|to|and|in|on|at|into|aloud)\b)"
)
"""How a request names a file that is attached: "translate the menu", "the shopping list"."""
_AND_ANOTHER = re.compile(r"\b(?:and|plus|as well as) (?:also )?an? (video|audio|image|picture|photo|recording|song)\b")
"""A second thing that is to be made, in the words of a prompt too."""
_ALIKE: dict[Kind, tuple[Kind, ...]] = {
    "table": ("table", "image", "document"),
    "image": ("image", "document", "mask"),
    "document": ("image", "document", "text"),
}
"""Kinds that nouns confuse: "the scan" may be a picture."""


def requesting_words(parsed: ParsedRequest, intents: Iterable[Intent], linker: Linker) -> bytearray:
    """A 1 for each character of the masked text that requests a task, forbids one, or sets a parameter."""
    intents = list(intents)
    operations = (parsed.masked[i.start : i.end] for i in intents if i.act == "operate")
    acts = {intent.act for intent in intents}.union(*map(operation_names, operations))
    denied = (match.span() for match in lexicon().cues["denied"].finditer(parsed.masked))
    verb = lexicon().verb
    return _marked(
        parsed,
        *(span for intent in intents for span in intent.triggers),
        *(span for span in denied if verb.search(parsed.masked, *span) and not _restricts(parsed.masked, span, acts)),
        *linker.used,
        *_parameter_spans(parsed, linker),
    )


def _restricts(masked: str, denied: Span, acts: Collection[str]) -> bool:
    """Whether a denial limits what is asked for ("don't translate names"), instead of forbidding another task."""
    found = {rule.act for rule in lexicon().rules for find in rule.find if find.search(masked, *denied)}
    found |= operation_names(masked[slice(*denied)])
    return not found or not found.isdisjoint(acts)


def limiting_words(parsed: ParsedRequest, linker: Linker) -> bytearray:
    """A 1 for each character that sets a parameter, or that a handler marked: pages, times, conditions."""
    return _marked(parsed, *linker.used, *_parameter_spans(parsed, linker))


def used_words(parsed: ParsedRequest, linker: Linker, requesting: bytearray) -> bytearray:
    """A 1 for each character of the masked text that the plan uses, the `requesting` ones included."""
    taken = {value for task in linker.tasks for value in _singles(task)}
    texts = ((parsed.text.find(value), value) for value in taken if isinstance(value, str) and " " in value)
    used = _marked(
        parsed,
        *((file.start, file.end) for file in parsed.files if file.start >= 0 and file.resource in taken),
        *((quotation.start, quotation.end) for quotation in parsed.quotations if quotation.text in taken),
        *((start, start + len(text)) for start, text in texts if start >= 0),  # prompts, questions and labels
        *_noun_spans(parsed, linker),
        *_goal_spans(parsed, linker),
        start=requesting,
    )
    for noun in _AND_ANOTHER.finditer(parsed.masked):
        if not _made(linker).intersection(kind for kind, nouns in KIND_NOUNS.items() if nouns.match(noun[1])):
            used[noun.start(1) : noun.end()] = bytes(len(noun[1]))
    return used


def _made(linker: Linker) -> set[Kind]:
    return {port.kind for task in with_converters(linker.tasks) for port in VOCABULARY[task.type].outputs}


def _marked(parsed: ParsedRequest, *spans: Span, start: bytearray | None = None) -> bytearray:
    marks = bytearray(start or len(parsed.text))
    for begin, end in spans:
        marks[begin:end] = b"\1" * (end - begin)
    return marks


def unused_files(linker: Linker) -> Iterator[str]:
    """The names of files that no task takes, and that stand in no refusal; those of results to be saved are none."""
    taken = {value for task in linker.tasks for value in _singles(task)}
    for referent in linker.resolver.referents:
        refused = any(start <= referent.position < end for start, end in linker.used)
        if refused or referent.origin != "file" or referent.value in taken | linker.parsed.passed_over:
            continue
        yield from (referent.value.label,) if isinstance(referent.value, Resource) else ()


def _singles(task: Task) -> Iterator[Scalar | Resource]:
    for value in (*task.inputs.values(), *task.parameters.values()):
        for single in value if isinstance(value, tuple) else (value,):
            parts = single.parts if isinstance(single, Template) else (single,)
            yield from (part for part in parts if isinstance(part, Scalar | Resource))


def _parameter_spans(parsed: ParsedRequest, linker: Linker) -> Iterator[Span]:
    """Words and numbers of parameters in the clause of their task; with a number, its unit."""
    for evidence in linker.evidence:
        task, clause = linker.tasks[evidence.task_id], parsed.clause_at(evidence.start)
        values: list[Value | Scalar | tuple[Scalar, ...]] = [*task.parameters.values()]
        words = {word for value in values for word in _words_of(value)}
        words |= {name for name in task.parameters for name in name.split("_")}
        end = _SENTENCE_END.search(parsed.masked, clause.end - 1)
        for match in WORD.finditer(parsed.masked, clause.start, end.start() if end else len(parsed.masked)):
            word = match.group()
            number = str(NUMBERS.get(word, word))
            if number in words or singular(word) in words:
                unit = WORD.match(parsed.masked, match.end() + 1) if number.isdigit() else None
                yield match.start(), unit.end() if unit else match.end()


def _words_of(value: object) -> Iterator[str]:
    for single in value if isinstance(value, tuple) else (value,):
        number = isinstance(single, int | float) and not isinstance(single, bool)
        yield from _VALUE.findall(f"{abs(single):g}" if number else str(single).lower())


def _noun_spans(parsed: ParsedRequest, linker: Linker) -> Iterator[Span]:
    """Nouns of the kinds of data that tasks take or make, names of results, and languages that a task knows."""
    made = _made(linker)
    given = {file.resource.kind for file in parsed.files} | {referent.kind for referent in linker.resolver.referents}
    given |= {
        kind_of_name(file.resource.name)[0] for file in parsed.files if file.resource.name
    }  # of an SVG the text is given
    for kind, nouns in KIND_NOUNS.items():
        for match in nouns.finditer(parsed.masked):
            kinds = made if _TARGET.search(parsed.masked, match.start() - 10, match.start()) else made | given
            if kinds.intersection(_ALIKE.get(kind, (kind,))):
                yield match.span()
    known_nouns = wording("en").nouns
    words = [(m.span(), m.group()) for m in WORD.finditer(parsed.masked)]
    words += [((a, d), f"{one} {other}") for ((a, _), one), ((_, d), other) in pairwise(words)]  # "voice mail"
    yield from (span for span, word in words if known_nouns.get(word, known_nouns.get(singular(word))) in made | given)
    names = [pattern for task_type, pattern in lexicon().names.items() if linker.has_task(task_type)]
    if given.intersection(("image", "document")):
        names.append(lexicon().cues["document"])
    yield from (match.span() for pattern in names for match in pattern.finditer(parsed.masked))
    attached = [file for file in parsed.files if file.start < 0]
    named = _ATTACHED.search(parsed.masked) if attached else None
    which = (named["which"] or "").strip() if named else ""
    if named and (NUMBERS.get(which) == len(attached) or not _chooses(which)):
        yield named.span()
    known = {value for task in linker.tasks for name, value in task.parameters.items() if name.endswith("language")}
    yield from (m.span() for m in WORD.finditer(parsed.masked) if LANGUAGES.get(m.group()) in known)


def _chooses(word: str) -> bool:
    """Whether a word before a noun chooses a part of it: "the last chapter", "the longest paragraph"."""
    english = wording("en")
    return word.endswith("est") or word in (*english.section("harmless")["restricting"], *english.ordinals, *NUMBERS)


def _goal_spans(parsed: ParsedRequest, linker: Linker) -> Iterator[Span]:
    """Words that a task stands for or takes from its goal: "positive or negative"; of a text to be written, the clause."""
    for evidence in linker.evidence:
        clause, task = parsed.clause_at(evidence.start), linker.tasks[evidence.task_id]
        if task.type in _WHOLE_GOAL:
            yield clause.start, clause.end
        words = _words_of_type(task.type)
        for match in WORD.finditer(parsed.masked, clause.start, clause.end):
            if match.group() in words:
                yield match.span()


@cache
def _words_of_type(task_type: str) -> frozenset[str]:
    """`[goal]` of the wording, and of the example phrases of the type the first words and those of several phrases."""
    english = wording("en")
    phrases = [e.phrase.replace("'", "’").split() for e in english.examples if e.meaning.partition("/")[0] == task_type]
    several = Counter(word for phrase in phrases for word in set(phrase))
    words = frozenset(phrase[0] for phrase in phrases) | {word for word, number in several.items() if number > 1}
    restricting = (*english.section("harmless")["restricting"], *english.section("harmless")["ending"], *NUMBERS)
    words = frozenset() if task_type in _SEVERAL_MEANINGS else words.difference(restricting, function_words())
    own = english.section("goal").get(task_type, "").split()
    return words | frozenset(own)

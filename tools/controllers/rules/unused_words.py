"""`UnusedWords`, `lost_in_clauses`: words of a request that its plan does not use, and those to report.

Function words ("and then please") never count: they join a run of unused words, and those before it belong to it.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ....graph.task import Template
from ...tables.folding import singular
from ...wording.lost_words import lost_words
from ...wording.operation_values import read_value
from ...wording.request_language import function_words
from ...wording.wording import folded
from .clauses import ParsedRequest
from .harmless_words import harmless_spans, plain_words
from .intents import Intent
from .lexicon import lexicon
from .linking import Linker
from .parameters import NUMBERS
from .used_words import WORD, Span, limiting_words, requesting_words, used_words

_BREAK = re.compile(r"[.;!?\n\ue000-\ue0ff]")
_ORDINALS = ("first", "second", "third", "last")
_ORDINAL = re.compile(rf"(?:{'|'.join(_ORDINALS)})(?= [^\W_])")
"""An ordinal before a noun restricts; before a verb or a comma it only orders."""
_ONLY = ("only", "just", "solely", "exclusively")
_CONTENT = re.compile(rf"{WORD.pattern}|[\ue010-\ue0ff]+")
_JOINING = frozenset("and or then also please so".split())
"""Function words that never belong to the run after them."""
_ARTICLES = frozenset("it the a an".split())
_WORD_BEFORE = re.compile(r"([^\W_][\w’-]*) \Z")
_LIST_NUMBER = re.compile(r"(?:\d+|[a-h])\)|(?<![a-z] )\d+[.-](?=\s)")
_PIECE_END = re.compile(r"[.,;:!?\n](?:\s|\Z)")
_PRONOUN = re.compile(r" (?:it|them|these|those|this|that)\b")
_MAX_WORDS = 2_000
"""Words of a request that are checked."""
_REPEATED = 60
"""Characters by which a refusal of a clause is recognised."""


@dataclass(frozen=True)
class UnusedWords:
    """Runs of words as (start, end) of the masked request."""

    all: tuple[Span, ...]
    lost: tuple[Span, ...]
    """Those that ask for something, or restrict it, and are neither planned nor refused."""


NONE_UNUSED = UnusedWords((), ())


def find_unused_words(parsed: ParsedRequest, intents: Iterable[Intent], linker: Linker) -> UnusedWords:
    """The words that no task, input or parameter comes from."""
    requesting = requesting_words(parsed, intents, linker)
    used = used_words(parsed, linker, requesting)
    words = [match.span() for _, match in zip(range(_MAX_WORDS), WORD.finditer(parsed.masked), strict=False)]
    known = {singular(parsed.masked[a:b]) for a, b in words if used[a]} | plain_words()
    unused = tuple(_runs(parsed, words, used, lambda start, end: False))
    for start, end in harmless_spans(parsed, requesting):
        used[start:end] = b"\1" * (end - start)

    limits = limiting_words(parsed, linker)
    given = sum(not referent.is_result for referent in linker.resolver.referents)
    counts = {given, len(parsed.files), len(parsed.quotations), len(linker.tasks)}

    def says_nothing(start: int, end: int) -> bool:
        word = parsed.masked[start:end]
        if NUMBERS.get(word) in counts or (word in _ONLY and _took_effect(parsed, end, limits, linker)):
            return True
        stop = _PIECE_END.search(parsed.masked, end)
        has_object = used.find(1, end, stop.start() if stop else len(used)) >= 0  # what a verb asks for is used
        return (singular(word) in known and not word.isdigit()) or (_is_verb(word) and has_object)

    lost = tuple(_runs(parsed, words, used, says_nothing))
    return UnusedWords(unused, tuple(_phrase(parsed, span, used) for span in lost))


def _runs(
    parsed: ParsedRequest, words: Iterable[Span], used: bytearray, skip: Callable[[int, int], bool]
) -> Iterator[Span]:
    run: Span | None = None
    for start, end in words:
        passed_over = used[start] or _LIST_NUMBER.match(parsed.masked, start)
        if passed_over or (run and _BREAK.search(parsed.masked, run[1], start)):
            yield from (run,) if run else ()
            run = None
        small = parsed.masked[start:end] in function_words()
        ordinal = _ORDINAL.match(parsed.masked, start)
        restricts = ordinal and not lexicon().verb.match(parsed.masked, ordinal.end() + 1)
        if not passed_over and (restricts or not (small or skip(start, end))):
            run = (run[0] if run else start, end)
    yield from (run,) if run else ()


def _is_verb(word: str) -> bool:
    stems = (word[:-3], word[:-3] + "e") if word.endswith("ing") else ()
    return any(map(lexicon().verb.fullmatch, (word, *stems)))


def _took_effect(parsed: ParsedRequest, end: int, limits: bytearray, linker: Linker) -> bool:
    """Whether what follows "only" is a parameter, a file or a result: "only the first page"."""
    results = [names for task_type, names in lexicon().names.items() if linker.has_task(task_type)]
    stop = _PIECE_END.search(parsed.masked, end)
    for word in _CONTENT.finditer(parsed.masked, end, stop.start() if stop else len(limits)):
        if word.group() not in function_words() and not _is_verb(word.group()):
            named = any(names.fullmatch(word.group()) for names in results)
            return bool(limits[word.start()]) or named or not word.group()[0].isalnum()
    return False


def _phrase(parsed: ParsedRequest, span: Span, used: bytearray) -> Span:
    """The run with the words that it needs to be understood: "where region is North", "page 3", "the first page"."""
    (start, end), masked = span, parsed.masked
    for denied in lexicon().cues["denied"].finditer(masked, 0, end):
        if denied.start() < start < denied.end():
            start = denied.start()
    first, noun = WORD.match(masked, start), _WORD_BEFORE.search(masked, max(0, start - 30), start)
    if first and noun and (first.group()[0].isdigit() or first.group() in NUMBERS):
        start = noun.start(1)
    while before := _WORD_BEFORE.search(masked, max(0, start - 30), start):
        if used[before.start(1)] or before[1] not in function_words() or before[1] in _JOINING:
            break
        start = before.start(1)
    while (first := WORD.match(masked, start)) and first.group() in _ARTICLES:
        start = first.end() + 1
    last = [match.group() for match in WORD.finditer(masked, start, end)][-1]
    noun = WORD.match(masked, end + 1) if last in (*_ORDINALS, "each", "every", "per") or last.isdigit() else None
    pronoun = _PRONOUN.match(masked, end) if _is_verb(last) else None
    return (start, noun.end() if noun else pronoun.end() if pronoun else end)


def lost_in_clauses(parsed: ParsedRequest, linker: Linker) -> Iterator[str]:
    """Words that no task takes up of clauses decided by examples; a description or question is taken up as a whole."""
    quoted = {quotation.text for quotation in parsed.quotations}
    files = [file.resource.label for file in parsed.files]
    given, made = sum(not r.is_result for r in linker.resolver.referents), len(linker.tasks)
    counts = {float(number) for number in (given, len(files), len(parsed.quotations), made)}
    for clause in parsed.clauses:
        tasks = [linker.tasks[e.task_id] for e in linker.evidence if clause.start <= e.start < clause.end]
        refused = not tasks and any(parsed.text_of(clause)[:_REPEATED] in reason for reason in linker.refusals)
        own = [v for task in tasks for v in task.inputs.values() if isinstance(v, str | Template) and v not in quoted]
        if clause.background or refused or own:
            continue
        types = {task.type for task in tasks}
        values = [v for t in tasks for p in t.parameters.values() for v in (p if isinstance(p, tuple) else (p,))]
        numbers = {abs(float(value)) for value in values if isinstance(value, int | float)}
        used = {folded(word) for value in values if isinstance(value, str) for word in value.split()}
        used |= {folded(name).partition(".")[0] for name in files}
        taken = [span for span in linker.used if clause.start <= span[0] < clause.end]
        words = parsed.words_of(clause)
        operations = (str(task.parameters.get("operation") or task.type) for task in tasks)
        spans = [span for each in operations for span in read_value(each, words, parsed.language).spans]
        taken += [(clause.start + a, clause.start + b) for a, b in spans]
        for name in files:
            words = words.replace(name.lower(), "\ue010" * len(name))
        for a, b in lost_words(words, parsed.language, types, used, numbers, {*counts, float(len(tasks))}):
            start, end = a + clause.start, min(b + clause.start, clause.end)
            if not any(a < end and start < b for a, b in taken):
                yield parsed.text[start:end].strip(" ,.;:\n、，。")

"""`find_unused_words`: words of a request that the plan does not use, so that the user sees what was ignored.

A word is used when a rule matched it, when it is part of a file name, a quotation, a prompt or a question of the plan,
when it names data ("the photo"), a result ("the summary") or a language. Function words ("and then please") never count.
"""

import re
from collections.abc import Iterable

from ....graph.task import Scalar, Task, Template, Value
from ...wording.request_language import function_words
from .clauses import ParsedRequest
from .intents import Intent
from .lexicon import LANGUAGES, lexicon
from .linking import Linker
from .referents import KIND_NOUNS

_WORD = re.compile(r"[^\W_][\w’-]*")
_BREAK = re.compile(r"[.;!?\n\ue000-\ue0ff]")
_MAX_WORDS = 2_000
"""Words of a request that are checked."""


def find_unused_words(parsed: ParsedRequest, intents: Iterable[Intent], linker: Linker) -> tuple[tuple[int, int], ...]:
    """Runs of unused words as (start, end) of the request; function words join a run and never end one."""
    used = bytearray(len(parsed.text))
    for start, end in (
        *((intent.start, intent.end) for intent in intents),
        *((file.start, file.end) for file in parsed.files if file.start >= 0),
        *((quotation.start, quotation.end) for quotation in parsed.quotations),
        *_parameter_spans(parsed, linker.tasks),
        *linker.used,
        *_noun_spans(parsed),
    ):
        used[start:end] = b"\1" * (end - start)
    runs: list[tuple[int, int]] = []
    open_run = False
    for number, word in enumerate(_WORD.finditer(parsed.masked)):
        if number == _MAX_WORDS:
            break
        if any(used[word.start() : word.end()]):
            open_run = False
        elif word.group() not in function_words():
            between = parsed.masked[runs[-1][1] : word.start()] if open_run else ""
            if open_run and not _BREAK.search(between):
                runs[-1] = (runs[-1][0], word.end())
            else:
                runs.append(word.span())
            open_run = True
    return tuple(runs)


def _parameter_spans(parsed: ParsedRequest, tasks: Iterable[Task]) -> Iterable[tuple[int, int]]:
    lowered = parsed.text.lower()
    if len(lowered) != len(parsed.text):
        return
    for task in tasks:
        for text in _texts((*task.inputs.values(), *task.parameters.values())):
            if (start := lowered.find(text.lower())) >= 0:
                yield start, start + len(text)


def _texts(values: Iterable[Value | Scalar | tuple[Scalar, ...]]) -> Iterable[str]:
    for value in values:
        for single in value if isinstance(value, tuple) else (value,):
            parts = single.parts if isinstance(single, Template) else (single,)
            yield from (str(part) for part in parts if isinstance(part, Scalar))


def _noun_spans(parsed: ParsedRequest) -> Iterable[tuple[int, int]]:
    for pattern in (*KIND_NOUNS.values(), *lexicon().names.values()):
        yield from (match.span() for match in pattern.finditer(parsed.masked))
    yield from (match.span() for match in _WORD.finditer(parsed.masked) if match.group() in LANGUAGES)

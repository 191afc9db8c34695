"""Leftover: the words of a request that asked for nothing and went into nothing, so that nothing is passed over unseen.

A word is used when a wish was read from it, when it stands in a file name, a quotation, a prompt or a question of the
plan, when it names data ("the photo"), a result ("the summary") or a language; small words ("and then please") are
never worth a mention.
"""

import re
from collections.abc import Iterable

from ....graph.task import Task, Template, Value
from .clauses import Reading
from .intents import Intent
from .lexicon import LANGUAGES, lexicon
from .referents import NOUNS

_WORD = re.compile(r"[^\W_][\w’-]*")
_BREAK = re.compile(r"[.;!?\n\ue000-\ue0ff]")
_MOST = 2_000
"""Words that are looked at."""


def leftover(reading: Reading, wishes: Iterable[Intent], tasks: Iterable[Task]) -> tuple[tuple[int, int], ...]:
    """Runs of unused words as (start, end) of the request; small words join a run and never end one."""
    used = bytearray(len(reading.text))
    for start, end in (*_wished(wishes), *_carried(reading), *_given(reading, tasks), *_spoken_of(reading)):
        used[start:end] = b"\1" * (end - start)
    small = lexicon().cues["small"]
    runs: list[tuple[int, int]] = []
    open_run = False
    for number, word in enumerate(_WORD.finditer(reading.masked)):
        if number == _MOST:
            break
        if any(used[word.start() : word.end()]):
            open_run = False
        elif not small.fullmatch(word.group()):
            closed = reading.masked[runs[-1][1] : word.start()] if open_run else ""
            if open_run and not _BREAK.search(closed):
                runs[-1] = (runs[-1][0], word.end())
            else:
                runs.append(word.span())
            open_run = True
    return tuple(runs)


def _wished(wishes: Iterable[Intent]) -> Iterable[tuple[int, int]]:
    return ((wish.start, wish.end) for wish in wishes)


def _carried(reading: Reading) -> Iterable[tuple[int, int]]:
    """Files and quotations: the plan's matter, taken up or not."""
    yield from ((file.start, file.end) for file in reading.files if file.start >= 0)
    yield from ((literal.start, literal.end) for literal in reading.literals)


def _given(reading: Reading, tasks: Iterable[Task]) -> Iterable[tuple[int, int]]:
    """Where prompts, questions and parameters stand in the request."""
    lowered = reading.text.lower()
    if len(lowered) != len(reading.text):
        return
    for task in tasks:
        for text in (*_texts(task.inputs.values()), *_parameters(task.parameters.values())):
            if (place := lowered.find(text.lower())) >= 0:
                yield place, place + len(text)


def _texts(values: Iterable[Value]) -> Iterable[str]:
    for value in values:
        for single in value if isinstance(value, tuple) else (value,):
            if isinstance(single, str):
                yield single
            elif isinstance(single, Template):
                yield from (part for part in single.parts if isinstance(part, str))


def _parameters(values: Iterable[object]) -> Iterable[str]:
    for value in values:
        for single in value if isinstance(value, (list, tuple)) else (value,):
            yield str(single)


def _spoken_of(reading: Reading) -> Iterable[tuple[int, int]]:
    """Names of data, results and languages."""
    for pattern in (*NOUNS.values(), *lexicon().names.values()):
        yield from (match.span() for match in pattern.finditer(reading.masked))
    yield from (match.span() for match in _WORD.finditer(reading.masked) if match.group() in LANGUAGES)

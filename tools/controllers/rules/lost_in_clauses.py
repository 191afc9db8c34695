"""`lost_in_clauses`: words of clauses decided by examples that no task takes up, for the report."""

from collections.abc import Iterator

from ....graph.task import Template
from ...wording.lost_words import lost_words
from ...wording.operation_values import read_value
from ...wording.wording import folded
from .clauses import ParsedRequest
from .linking import Linker

_REPEATED = 60
"""Characters by which a refusal of a clause is recognised."""


def lost_in_clauses(parsed: ParsedRequest, linker: Linker) -> Iterator[str]:
    """The words of understood clauses that no task takes up; a description or question is taken up as a whole."""
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
        taken += [
            (clause.start + a, clause.start + b)
            for task in tasks
            for a, b in read_value(str(task.parameters.get("operation") or task.type), words, parsed.language).spans
        ]
        for name in files:
            words = words.replace(name.lower(), "\ue010" * len(name))
        for a, b in lost_words(words, parsed.language, types, used, numbers, {*counts, float(len(tasks))}):
            start, end = a + clause.start, min(b + clause.start, clause.end)
            if not any(a < end and start < b for a, b in taken):
                yield parsed.text[start:end].strip(" ,.;:\n、，。")

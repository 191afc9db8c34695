"""`answer_paragraphs`, the rule-based controller's answer: results with their experts, files, failures and refusals.

Grounded by construction: every statement is taken from a result and names the expert behind it, and a file is named
only if it exists. In English, whatever the language of the request.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ....graph.converters import STEPS_BETWEEN
from ....graph.resource import Kind, Resource
from ....graph.result import Result, Run
from ....graph.task import Task
from ....graph.untrusted_json import read_untrusted_json

MAX_FACT = 4_000
"""Characters shown of a final result; its file holds all of it."""
MAX_STEP = 280
"""Characters shown of a result that only another task needs."""
MAX_LABELS = 12

_INTRODUCTIONS: dict[str, str] = {
    "summarization": "Summary",
    "translation": "Translation",
    "image-to-text": "In the picture",
    "automatic-speech-recognition": "What is said",
    "text-classification": "The text is",
    "zero-shot-classification": "The text is",
    "language-identification": "Language",
    "token-classification": "Found in the text",
    "object-detection": "Found in the picture",
    "zero-shot-object-detection": "Found in the picture",
    "image-classification": "The picture shows",
    "audio-classification": "The sound is",
    "voice-activity-detection": "Heard",
    "video-classification": "The video shows",
    "sentence-similarity": "Similarity",
    "question-answering": "Answer",
    "visual-question-answering": "Answer",
    "document-question-answering": "Answer",
    "table-question-answering": "Answer",
    "count": "Count",
    "compare": "Comparison",
}
"""What stands before a result; of other types, their name."""
_READING_VERBS = re.compile(r"\b(?:read|transcri\w+|extract|write down)\b", re.I)
_READABLE: tuple[Kind, ...] = ("text", "labels", "boxes", "table")


def answer_paragraphs(run: Run, paths: Mapping[str, Path]) -> Iterator[str]:
    """The answer, a paragraph at a time; each but the first begins with a blank line."""
    blocks = [
        "\n".join(_facts(run, paths)),
        _tasks_done(run),
        "\n".join(_files(run, paths)),
        "\n".join(_not_done(run)),
        "\n".join(_fallbacks(run)),
        "\n".join(clean(refusal) for refusal in run.refusals),
        _substitutes(run),
        "\n".join(_notes(run)),
    ]
    paragraphs = [block for block in blocks if block]
    for number, block in enumerate(paragraphs or ["Nothing in the request needed an expert, so nothing was done."]):
        yield block if number == 0 else f"\n\n{block}"


def clean(text: str) -> str:
    """Text fit for a terminal: no control, format or surrogate characters but newlines and tabs."""
    text = text.replace("\u2028", "\n").replace("\u2029", "\n")  # line breaks to some readers only
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def labels_as_text(text: str) -> str:
    """Labels, boxes and scores in JSON as text, e.g. `POSITIVE (0.93)`; other text as it is."""
    if not text.lstrip().startswith(("[", "{")):
        return text
    try:
        value = read_untrusted_json(text)
    except ValueError:
        return text
    rows = value if isinstance(value, list) else [value]
    if not rows:
        return "nothing"
    named = [_label_as_text(row) for row in rows]
    if not all(named):
        return text
    more = f" and {len(named) - MAX_LABELS} more" if len(named) > MAX_LABELS else ""
    return ", ".join(str(name) for name in named[:MAX_LABELS]) + more


def _label_as_text(row: Any) -> str | None:
    if not isinstance(row, dict):
        return str(row) if isinstance(row, str | int | float) else None
    label = next((row[key] for key in ("label", "entity_group", "entity", "class", "name") if row.get(key)), None)
    word = next((row[key] for key in ("word", "text", "sentence", "value") if row.get(key) not in (None, "")), None)
    score = row.get("score")
    if label is None and word is None and score is None:
        return None
    name = f"{word} [{label}]" if word is not None and label is not None else str(label if word is None else word)
    name = "" if label is None and word is None else name
    if word is None and all(isinstance(row.get(side), float) for side in ("start", "end")):
        name = f"{name} from {row['start']:.1f} to {row['end']:.1f} s".strip()
    if isinstance(score, int | float) and not isinstance(score, bool):
        return f"{name} ({score:.2f})" if name else f"{score:.2f}"
    return name


def _results(run: Run) -> list[tuple[Task, Result]]:
    by_key = {result.key: result for result in run.results}
    return [(task, by_key[task.key]) for task in run.plan.tasks if task.key in by_key]


def _source(task: Task, result: Result) -> str:
    """The expert and the task behind a statement: `(embedded/rapidocr, task 0)`."""
    return f"({result.assignment.expert.model_id}, task {task.id})" if result.assignment else f"(task {task.id})"


def _facts(run: Run, paths: Mapping[str, Path]) -> Iterator[str]:
    """The readable results, in the order of the tasks: requested ones in full, steps to another task shortened."""
    for task, result in _results(run):
        consumers = _consumers(task, run)
        if _is_connecting_step(task, consumers):
            continue
        requested = not consumers or _is_requested(task, consumers)
        if result.ok and (requested or not any(other.type == "count" for other in consumers)):
            words = _text_of_result(result, paths, MAX_FACT if requested else MAX_STEP)
            if words:
                yield f"{_introduction(task)}: {words} {_source(task, result)}"


def _introduction(task: Task) -> str:
    label = task.parameters.get("label") if task.type == "count" else None
    return _INTRODUCTIONS.get(task.type, task.type) + (f" ({label})" if label else "")


def _consumers(task: Task, run: Run) -> list[Task]:
    return [other for other in run.plan.tasks if task.id in other.depends_on]


def _is_connecting_step(task: Task, consumers: Sequence[Task]) -> bool:
    """Whether a task only converts data for another: a PDF to the images whose text is read."""
    return task.type in STEPS_BETWEEN and any(task.goal == consumer.goal for consumer in consumers)


def _is_requested(task: Task, consumers: Sequence[Task]) -> bool:
    """Whether the request asks for a step itself: an implied step has the goal of the task that needs it."""
    return bool(task.goal) and (
        all(task.goal != other.goal for other in consumers) or bool(_READING_VERBS.search(task.goal))
    )


def _text_of_result(result: Result, paths: Mapping[str, Path], limit: int) -> str:
    """The readable part of a result; of a labelled picture the labels, not the picture."""
    texts = [_text_of(resource, paths) for resource in result.resources if resource.kind in _READABLE]
    words = "; ".join(clean(labels_as_text(text)).strip() for text in texts if text is not None)
    if not words and texts:
        return "nothing"
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"


def _text_of(resource: Resource, paths: Mapping[str, Path]) -> str | None:
    if resource.text is not None:
        return resource.text
    path = paths.get(resource.sha256 or "")
    if path is None or not path.is_file():
        return None
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(MAX_FACT + 1)


def _tasks_done(run: Run) -> str:
    steps = [f"{task.type} {_source(task, result)}" for task, result in _results(run) if result.ok]
    return f"Done: {', '.join(steps)}." if steps else ""


def _files(run: Run, paths: Mapping[str, Path]) -> Iterator[str]:
    for task, result in _results(run):
        shown = result.ok and not _is_connecting_step(task, _consumers(task, run))
        for resource in result.resources if shown else ():
            path = paths.get(resource.sha256 or "")
            long = resource.text is None or len(resource.text) > MAX_FACT
            if path is not None and path.exists() and (resource.kind not in _READABLE or long):
                yield f"{resource.kind.capitalize()}: {path} {_source(task, result)}"


def _not_done(run: Run) -> Iterator[str]:
    results = _results(run)
    for task, result in results:
        if not result.ok:
            why = f": {clean(result.error)}" if result.error else ""
            yield f"Not done: task {task.label}, {result.status}{why}"
    ended = {task.id for task, _ in results}
    for task in run.plan.tasks:
        if task.id not in ended:
            yield f"Not done: task {task.label} has no result"


def _fallbacks(run: Run) -> Iterator[str]:
    for task, result in _results(run):
        if result.ok and result.assignment and result.assignment.fallback:
            reason = clean(result.assignment.reason)
            yield f"Task {task.id} was done by {result.assignment.expert.model_id}, {reason}"


def _notes(run: Run) -> Iterator[str]:
    for task, result in _results(run):
        yield from (f"Task {task.id} ({task.type}): {clean(note)}" for note in result.notes)


def _substitutes(run: Run) -> str:
    partial: dict[str, tuple[str, str]] = {}
    for task, result in _results(run):
        expert = result.assignment.expert if result.assignment else None
        if result.ok and expert and expert.partial:
            partial[expert.model_id] = (task.type, clean(expert.description))
    if len(partial) > 1:
        named = "; ".join(f"{name} for {of} ({about})" for name, (of, about) in partial.items())
        return f"Partial substitutes: {named}."
    return "".join(f"{name} is a partial substitute for {of}: {about}" for name, (of, about) in partial.items())

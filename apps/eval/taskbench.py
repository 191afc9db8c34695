"""`read_records`: TaskBench (arXiv 2311.18760), Hugging Face domain; and its 23 tools by task type.

It reads the published folder (`data.json`, JSON lines; lists may be JSON strings; `tool_nodes` or, older, `task_nodes`;
`user_request` or `instruction`) and plain JSONL (`id, type, request, tasks [{task, args}], links [[source, target]]`,
perhaps `paraphrase`). Not covered: the domains multimedia and daily life, and `tool_steps`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...graph.errors import UsageError
from ...graph.untrusted_json import read_untrusted_json

TOOLS = {
    **{"token-classification": "Token Classification", "translation": "Translation", "summarization": "Summarization"},
    **{"question-answering": "Question Answering", "conversational": "Conversational"},
    **{"text-generation": "Text Generation", "sentence-similarity": "Sentence Similarity"},
    **{"tabular-classification": "Tabular Classification", "object-detection": "Object Detection"},
    **{"image-classification": "Image Classification", "image-to-image": "Image-to-Image"},
    **{"image-to-text": "Image-to-Text", "text-to-image": "Text-to-Image", "text-to-video": "Text-to-Video"},
    **{"visual-question-answering": "Visual Question Answering"},
    **{"document-question-answering": "Document Question Answering", "image-segmentation": "Image Segmentation"},
    **{"depth-estimation": "Depth Estimation", "text-to-speech": "Text-to-Speech"},
    **{"automatic-speech-recognition": "Automatic Speech Recognition", "audio-to-audio": "Audio-to-Audio"},
    **{"audio-classification": "Audio Classification", "image-text-to-image": "Image Editing"},
}
"""TaskBench's names by task type."""
NAMES = frozenset(TOOLS.values())


@dataclass(frozen=True)
class Record:
    """A labelled request."""

    id: str
    type: str
    """`single`, `chain` or `dag`; empty if the record has none."""
    texts: Mapping[str, str]
    """The wordings: `request`, perhaps `paraphrase`."""
    tasks: tuple[tuple[str, tuple[str, ...]], ...]
    """(name, arguments) of every labelled task; an argument may be `<node-i>`."""
    links: tuple[tuple[str, str], ...]


def record_of(raw: Mapping[str, Any], texts: Mapping[str, str] | None = None) -> Record:
    """One record in either encoding; `texts`: requests by id, for those without. Raises ValueError, KeyError, TypeError."""
    tasks = _list(raw, "tasks", "tool_nodes", "task_nodes")
    links = _list(raw, "links", "tool_links", "task_links")
    identity = str(raw.get("id", ""))
    request = raw.get("request") or raw.get("user_request") or raw.get("instruction") or (texts or {}).get(identity)
    wordings = {"request": request, "paraphrase": raw.get("paraphrase")}
    return Record(
        id=identity,
        type=str(raw.get("type", "")),
        texts={name: str(text) for name, text in wordings.items() if text},
        tasks=tuple((str(task["task"]), _arguments(task)) for task in tasks),
        links=tuple((str(a), str(b)) for a, b in map(_ends, links)),
    )


def read_records(data: Path) -> list[Record]:
    """The records of a folder or file. Raises `UsageError` with the line that can't be read."""
    file, texts = data, dict[str, str]()
    if data.is_dir():
        file = data / "data.json"
        _check_tools(data / "tool_desc.json")
        if (requests := data / "user_requests.json").is_file():
            rows = [row for _, row in json_lines(requests)]
            texts = {str(row.get("id")): str(row.get("user_request") or row.get("instruction") or "") for row in rows}
    records = []
    for number, raw in json_lines(file):
        try:
            record = record_of(raw, texts)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(
                f"{file}, line {number}: not a TaskBench record ({type(error).__name__}: {error})"
            ) from None
        if not record.id or not record.texts:
            raise UsageError(f"{file}, line {number}: a record needs an id and a request")
        records.append(record)
    if not records:
        raise UsageError(f"{file} has no records")
    return records


def json_lines(file: Path) -> list[tuple[int, dict[str, Any]]]:
    """(line number, object) of every line. Raises `UsageError`."""
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        hint = "TaskBench's folder data_huggingface, with data.json, or a file of JSON lines" if file.suffix else ""
        raise UsageError(f"{file} can't be read: {reason}", hint=hint) from None
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = read_untrusted_json(line)
        except ValueError as error:
            raise UsageError(f"{file}, line {number}: not JSON ({error})") from None
        if not isinstance(row, dict):
            raise UsageError(f"{file}, line {number}: not a JSON object")
        rows.append((number, row))
    return rows


def _check_tools(file: Path) -> None:
    if not file.is_file():
        return
    try:
        names = {str(node["id"]) for node in read_untrusted_json(file.read_text(encoding="utf-8"))["nodes"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{file} can't be read: {error}") from None
    if not names & NAMES:
        raise UsageError(f"{file}: these are not the tools of the Hugging Face domain", hint="use data_huggingface")


def _list(raw: Mapping[str, Any], *keys: str) -> list[Any]:
    value = next((raw[key] for key in keys if key in raw), None)
    if isinstance(value, str):
        value = read_untrusted_json(value)
    if not isinstance(value, list):
        raise ValueError(f"no list under {' or '.join(keys)}")
    return value


def _arguments(task: Mapping[str, Any]) -> tuple[str, ...]:
    given = task.get("args", task.get("arguments")) or ()
    given = [given] if isinstance(given, str) else given.values() if isinstance(given, Mapping) else given
    return tuple(str(_plain(argument)) for argument in given)


def _plain(argument: Any) -> Any:
    """The value of an argument, which may be written `{"name": .., "value": ..}` or `{name: value}`."""
    if isinstance(argument, Mapping):
        return argument.get("value", next(iter(argument.values()), ""))
    return " ".join(map(str, argument)) if isinstance(argument, list) else argument


def _ends(link: Any) -> Any:
    return (link["source"], link["target"]) if isinstance(link, Mapping) else link

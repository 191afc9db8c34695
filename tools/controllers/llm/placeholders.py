"""Values that only name data: `refuse_placeholders` sends them back; `doubtful_values` lists those that may be meant."""

import re
from collections.abc import Callable, Iterator

from ....graph.media_types import types_by_suffix
from ....graph.references import parse_references
from ....graph.task_type import TaskType
from ...languages import iso1
from .entry import Entries, Entry, Repaired, Step
from .file_names import Files, find_file
from .references import texts_in

_IN_BRACKETS = re.compile(r"<[a-z][^<>]{0,80}>|\$\([^()]{1,80}\)|\$?\{[^{}]{1,80}\}", re.IGNORECASE)
_DATA = set(
    "text image picture audio video table sentence paragraph article document recording speech transcript transcription "
    "translation summary caption description question answer label labels result results output response".split()
)
_MOST_WORDS = 4
"""Of what only names data: `original English text`."""
_QUOTES = ("''", '""', "“”", "\u2018\u2019", "«»", "「」", "„“")
_Check = Callable[[str, str, TaskType, str], str | None]
"""(text, name of the argument, task type, the request) -> what is wrong."""


def refuse_placeholders(request: str, files: Files) -> Step:
    """The step that refuses what can't be data: `<user-given text>`, `target_language` for a language, a lost file."""

    def step(entries: Entries) -> Repaired:
        return Repaired(entries, (), list(_found(entries, request, files, _problem_with)))

    return step


def doubtful_values(entries: Entries, request: str, files: Files) -> tuple[str, ...]:
    """A sentence for each text that reads like a name for data (`edited image`). A model that is asked may mean it."""
    return tuple(_found(entries, request, files, _doubt_about))


def _found(entries: Entries, request: str, files: Files, check: _Check) -> Iterator[str]:
    said = re.sub(r"\s+", " ", request.casefold())
    for entry in entries:
        for name, row, text in _texts_of(entry):
            if find_file(text, files) is None and (problem := check(text, name, row, said)):
                yield f"task {entry.id}: {name} is {text!r}, {problem}"


def _texts_of(entry: Entry) -> Iterator[tuple[str, TaskType, str]]:
    """The texts that an entry gives to inputs that take text, and to parameters; files are looked up by their names."""
    if row := entry.task_type:
        for name, value in {**entry.named_args, **(entry.parameters or {})}.items():
            port = row.input(name)
            if port is None or port.takes("text"):
                yield from ((name, row, text) for text in texts_in(value))


def _problem_with(text: str, name: str, row: TaskType, said: str) -> str | None:
    parts = parse_references(text)
    bracketed = (each[0] for part in parts if isinstance(part, str) for each in _IN_BRACKETS.finditer(part))
    if found := next((each for each in bracketed if each.casefold() not in said), None):
        return f"but {found} refers to nothing: write <resource>-ID, the name of a file, or the text itself"
    plain = _plain(text)
    own = {name.replace("_", " ") for name in _argument_names(row)}
    if plain in own and not _quoted(plain, said):
        return "the name of an argument: write the data itself, or <resource>-ID"
    file = re.fullmatch(r"[\w./\\-]+\.(\w+)", text.strip())
    return "but there is no such file" if row.input(name) and file and file[1].lower() in types_by_suffix() else None


def _doubt_about(text: str, name: str, row: TaskType, said: str) -> str | None:
    port, words = row.input(name), _plain(text).split()
    if name.endswith("language") and words and " ".join(words) not in said and iso1(text) is None:
        return "which is no language"
    if port is None or not words or _quoted(" ".join(words), said) or _holds_reference(text):
        return None
    names_data = 1 < len(words) <= _MOST_WORDS and words[-1] in _DATA and not text.rstrip().endswith((".", "?", "!"))
    invented = " ".join(words) not in said and ((len(words) == 1 and words[0] in _DATA) or "_" in text.strip())
    if invented or (names_data and (port.name != "prompt" or " ".join(words) not in said)):
        return "which may only name data: write the data itself, the name of a file, or <resource>-ID"
    return None


def _argument_names(row: TaskType) -> list[str]:
    return [*(port.name for port in row.inputs), *(parameter.name for parameter in row.parameters)]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold().replace("_", " ")))


def _quoted(plain: str, said: str) -> bool:
    """Whether the request holds these words in quotes, as data."""
    return any(f"{quotes[0]}{plain}{quotes[1]}" in said for quotes in _QUOTES)


def _holds_reference(text: str) -> bool:
    return not all(isinstance(part, str) for part in parse_references(text))

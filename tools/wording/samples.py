"""`sample_of`: an example phrase as a whole request, with files, a quotation, a language and a number in its places."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import cycle, islice

from ...graph.resource import Kind
from .fitting import data_ports
from .meanings import COUNTS_OF_TEXT, meaning_of
from .wording import Example, wording

_FILES: dict[Kind, tuple[str, ...]] = {
    "image": ("photo.jpg", "beach.png"),
    "audio": ("memo.m4a", "song.mp3"),
    "video": ("clip.mp4", "film.mov"),
    "text": ("notes.txt", "letter.txt"),
    "table": ("sales.csv", "prices.csv"),
    "document": ("report.pdf", "form.pdf"),
}
_QUOTED = ("Der Zug hat Verspätung.", "Le train est en retard.")
_SAMPLE_LANGUAGES = ("fr", "de", "es", "en")
_KIND_OF_MEANING: dict[str, Kind] = {
    **dict.fromkeys((*COUNTS_OF_TEXT, "count/e-mails", "question-answering", "text-generation/continue"), "text"),
    **dict.fromkeys(("document-question-answering", "count/pages"), "document"),
    **dict.fromkeys(("count/rows", "filter/rows"), "table"),
}
"""The kind of a sample file where the first kind that the task takes is not what the examples mean."""


def examples_of(task_type: str, code: str) -> list[Example]:
    """The examples in a language whose meaning is that task type or a part of it."""
    return [example for example in wording(code).examples if meaning_of(example.meaning).task_type == task_type]


def sample_of(example: Example, code: str) -> tuple[str, tuple[str, ...]]:
    """The text of a request and the files that come with it, named in it or not."""
    kinds = _kinds(example.meaning)
    named = min(example.phrase.count("{file}"), 4)
    searched = example.meaning == "text-ranking"
    wanted = max(named, 0 if "{text}" in example.phrase and not searched else len(kinds))
    files = _files(kinds, wanted) if example.meaning != "count/e-mails" else ("letters.mbox",)
    language = wording(code)
    other = next(name for name in _SAMPLE_LANGUAGES if name != code)
    names = [word for word, found in language.languages.items() if found == other]
    text = example.phrase.replace("{language}", names[0] if names else other).replace("{number}", "3")
    for file in files:
        text = text.replace("{file}", f" {file} " if language.unspaced else file, 1)
    for quoted in _QUOTED:
        text = text.replace("{text}", f"“{quoted}”", 1)
    return text.replace("{text}", f"“{_QUOTED[0]}”"), files


def shown_example(example: Example, code: str) -> str:
    """The request as documentation and refusals show it."""
    return " ".join(sample_of(example, code)[0].split())


def _kinds(name: str) -> list[Kind]:
    """The kinds of data that a meaning takes, two where it takes several texts."""
    meaning = meaning_of(name)
    if meaning.is_out_of_reach:
        return [*meaning.kinds[:1]] or ["text"]
    if meaning.first:
        return _kinds(meaning.first) * (2 if meaning.task_type == "pick-best" else 1)
    if name in _KIND_OF_MEANING:
        return [_KIND_OF_MEANING[name]]
    if name.startswith("text2text"):
        return ["text"]
    ports = data_ports(meaning.task_type)
    kinds: list[Kind] = ["text" if "text" in port.kinds else port.kinds[0] for port in ports]
    return kinds * 2 if len(ports) == 1 and ports[0].many and "text" in ports[0].kinds else kinds


def _files(kinds: Sequence[Kind], many: int) -> tuple[str, ...]:
    counts: Counter[Kind] = Counter()
    found = []
    endless: Iterator[Kind] = cycle(kinds or ("text",))
    for kind in islice(endless, many):
        names = _FILES[kind] if kind in _FILES else _FILES["text"]
        found.append(names[counts[kind] % len(names)])
        counts[kind] += 1
    return tuple(dict.fromkeys(found))

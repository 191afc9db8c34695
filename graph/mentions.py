"""`mentions`: the files and URLs that a request's text names, found by spelling alone; nothing is opened.

Covers bare and quoted names, paths (`~/scans/page 1.pdf` in quotes, `C:\\scans\\a.png`), http(s) URLs, and names that
stand in Chinese or Japanese text without spaces. Not covered: names without an extension, or with spaces and no quotes.
"""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from .media_types import types_by_suffix
from .resource import Kind

LONGEST_NAME = 2048
"""Characters; longer words are no names."""

_UNKNOWN: tuple[Kind, str] = ("document", "application/octet-stream")

_URL = re.compile(r"https?://[^\s<>\"'`“”‘’「」]+", re.IGNORECASE)
_QUOTED = re.compile(r"""(["'`])((?:(?!\1)[^\n]){1,255})\1|“([^”\n]{1,255})”|‘([^’\n]{1,255})’""")
_WORD = re.compile(r"[^\s\"'`“”‘’«»<>|*?,;()\[\]{}，。；：！？（）、「」]+")
_ENDING = re.compile(rf"\.({'|'.join(sorted(types_by_suffix(), key=len, reverse=True))})(?![A-Za-z0-9])", re.IGNORECASE)
_UNSPACED = re.compile(r"^.*[぀-ヿ㐀-鿿가-힣]")
"""Kana, Chinese characters and Hangul, which may stand right before a Latin name without a space."""


class Mention(NamedTuple):
    """A file or URL as written in a text: `text[start:end] == name`."""

    name: str
    kind: Kind
    media_type: str
    start: int
    end: int


def kind_of_name(name: str) -> tuple[Kind, str]:
    """Kind and media type by the extension of a file name or URL; `document` for unknown extensions."""
    path = urlsplit(name).path if _URL.match(name) and "[" not in name and "]" not in name else name
    return types_by_suffix().get(path.rpartition(".")[2].lower(), _UNKNOWN)


def mentions(text: str) -> list[Mention]:
    """Every file and URL that `text` names, in the order of its first naming, each name once."""
    found: dict[int, Mention] = {}
    covered = bytearray(len(text))

    def keep(start: int, name: str) -> None:
        if 0 < len(name) <= LONGEST_NAME and not any(covered[start : start + len(name)]):
            found[start] = Mention(name, *kind_of_name(name), start, start + len(name))
            covered[start : start + len(name)] = b"\1" * len(name)

    for match in _URL.finditer(text):
        keep(match.start(), _without_tail(match.group()))
    for match in _QUOTED.finditer(text):
        group = next(number for number in (2, 3, 4) if match.group(number))
        if _is_spaced_name(match.group(group)):
            keep(match.start(group), match.group(group))
    for match in _WORD.finditer(text):
        if name := _name_in(match.group()):
            keep(match.start() + match.group().rindex(name), name)
    by_name: dict[str, Mention] = {}
    for start in sorted(found):
        by_name.setdefault(found[start].name, found[start])
    return list(by_name.values())


def _without_tail(url: str) -> str:
    bare = url.rstrip(".,;:!?…，。；：！？）")
    while bare.endswith((")", "]")) and bare.count("(") < bare.count(")") + bare.count("]"):
        bare = bare[:-1].rstrip(".,;:!?")
    return bare


def _is_spaced_name(quoted: str) -> bool:
    """Whether a quotation is one file name with spaces: a few words, ending in the only extension."""
    endings = list(_ENDING.finditer(quoted))
    return (
        " " in quoted.strip() == quoted
        and len(endings) == 1
        and endings[0].end() == len(quoted)
        and ("/" in quoted or "\\" in quoted or quoted.count(" ") <= 4)
    )


def _name_in(word: str) -> str | None:
    """The file name in a word without spaces, or None; an e-mail address or a bare `.png` is none."""
    if len(word) > LONGEST_NAME or "@" in word or "://" in word:
        return None
    endings = list(_ENDING.finditer(word))
    if not endings:
        return None
    name = word[: endings[-1].end()]
    tail = _UNSPACED.sub("", name)
    name = tail if len(tail) > len(endings[-1].group()) else name
    name = name.lstrip("=#&")
    stem = name[: -len(endings[-1].group())]
    return name if stem.strip("./\\:-~") else None

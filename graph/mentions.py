"""`mentions`: the files and URLs that a request's text names, found by spelling alone; nothing is opened.

Covers bare and quoted names, paths (`~/scans/page 1.pdf` in quotes, `C:\\scans\\a.png`), http(s) URLs, names with brackets
(`a(1).png`), and names that stand in Chinese or Japanese text without spaces. A name with spaces and no quotes is found
from its last space on, one in Chinese characters with the words before it; `longer_names` and `shorter_names` give what
it may be, for those who can look. Not covered: names without an extension.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import urlsplit

from .media_types import types_by_suffix
from .resource import Kind

LONGEST_NAME = 2048
"""Characters; longer words are no names."""

UNKNOWN: tuple[Kind, str] = ("document", "application/octet-stream")
"""Kind and media type of a name whose extension says nothing."""

_URL = re.compile(r"https?://[^\s<>\"'`“”‘’「」]+", re.IGNORECASE)
_QUOTED = re.compile(r"""(["'`])((?:(?!\1)[^\n]){1,255})\1|“([^”\n]{1,255})”|‘([^’\n]{1,255})’""")
_WORD = re.compile(r"[^\s\"“”«»<>|*?,;，。；：！？（）、「」『』《》【】・]+")
_BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"))
_LONGEST_FILE = 255
"""Characters of the name of a file on disk."""
_MOST_WORDS = 8
"""Words before a name that may belong to it."""
_UNSPACED_LETTER = "[぀-ヿ㐀-鿿가-힣]"
"""Kana, Chinese characters and Hangul, which may stand right beside a name without a space."""
_UNSPACED = re.compile(f"^.*{_UNSPACED_LETTER}")
_UNSPACED_JOINT = re.compile("以及|还有|還有|および|または|[和与與及或跟とやか]")
"""What joins two names without a space: `a.jpg和b.jpg`."""
_CLOSING = tuple("”’」』》】")


@cache
def _ending(before: str = "") -> re.Pattern[str]:
    """A suffix that files have, before that pattern."""
    suffixes = "|".join(sorted(types_by_suffix(), key=len, reverse=True))
    return re.compile(rf"\.({suffixes})(?![A-Za-z0-9]){before}", re.IGNORECASE)


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
    return types_by_suffix().get(path.rpartition(".")[2].lower(), UNKNOWN)


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
        if len(match.group()) > LONGEST_NAME:
            continue
        # "a.png's", "'a.png'": quotation marks end a name, unless a bracket of the name holds them
        for start, piece in _pieces(match, text[match.start() - 1 : match.start()] in _CLOSING):
            if name := _name_in(piece):
                keep(start + piece.rindex(name), name)
    by_name: dict[str, Mention] = {}
    for start in sorted(found):
        by_name.setdefault(found[start].name, found[start])
    return list(by_name.values())


def longer_names(text: str, mention: Mention) -> Iterator[str]:
    """What a mention may be the end of, the longest first: `my scan (1).png` and `scan (1).png` for `(1).png`.

    Backslashes before spaces and quotation marks, as shells print them, are as in the text.
    """
    line = text[max(0, text.rfind("\n", 0, mention.start) + 1, mention.start - LONGEST_NAME // 8) : mention.start]
    starts = [match.start() for match in re.finditer(r"(?<!\S)\S", line)]
    if line and not line[-1].isspace():  # a word that ends within the name: `Bob's.png`
        starts = starts or [0]
    for start in starts[-_MOST_WORDS:]:
        yield line[start:] + mention.name
    yield from (line[start + 1 :] + mention.name for start in starts[-_MOST_WORDS:] if line[start] in "\"'`“‘«(")


def shorter_names(name: str) -> Iterator[str]:
    """What a name may be without the words before it, the longest first: `照片.jpg` of `描述照片.jpg`."""
    starts = (match.start() for match in re.finditer(_UNSPACED_LETTER, name))
    yield from (name[start:] for start in starts if start >= max(1, len(name) - _LONGEST_FILE))


def _pieces(word: re.Match[str], joined: bool) -> Iterator[tuple[int, str]]:
    """The parts of a word that may each be a name, and where they start in the text; `joined`: after a quoted name."""
    for quoted in re.finditer(r"[^'`‘’]+", word.group()):
        ends = [match.end() for match in _ending(f"(?={_UNSPACED_LETTER})").finditer(quoted.group())]
        for start, end in pairwise((0, *ends, len(quoted.group()))):
            joint = _UNSPACED_JOINT.match(quoted.group(), start, end) if start or joined else None
            begin = joint.end() if joint else start
            yield word.start() + quoted.start() + begin, quoted.group()[begin:end]


def _without_tail(url: str) -> str:
    bare = url.rstrip(".,;:!?…，。；：！？）")
    while bare.endswith((")", "]")) and bare.count("(") < bare.count(")") + bare.count("]"):
        bare = bare[:-1].rstrip(".,;:!?")
    return bare


def _is_spaced_name(quoted: str) -> bool:
    """Whether a quotation is one file name with spaces: a few words, ending in the only extension."""
    endings = list(_ending().finditer(quoted))
    return (
        " " in quoted.strip() == quoted
        and len(endings) == 1
        and endings[0].end() == len(quoted)
        and ("/" in quoted or "\\" in quoted or quoted.count(" ") <= 4)
    )


def _name_in(word: str) -> str | None:
    """The file name in a word without spaces, or None; an e-mail address or a bare `.png` is none."""
    if "@" in word or "://" in word:
        return None
    endings = list(_ending().finditer(word))
    if not endings:
        return None
    name = word[: endings[-1].end()]
    tail = _UNSPACED.sub("", name)
    name = tail if len(tail) > len(endings[-1].group()) else name
    name = _after_open_bracket(name.lstrip("=#&"))
    stem = name[: -len(endings[-1].group())]
    return name if stem.strip("./\\:-~") else None


def _after_open_bracket(name: str) -> str:
    """`a.png` of `(a.png` and `f(a.png`: what follows a bracket that the name does not close."""
    for opening, closing in _BRACKETS:
        depth = 0
        for position in range(len(name) - 1, -1, -1):
            depth += (name[position] == closing) - (name[position] == opening)
            if depth < 0:
                return _after_open_bracket(name[position + 1 :])
    return name

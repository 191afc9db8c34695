"""`groups`: the patterns (`scans/*.png`) and folders (`photos/`, "the folder photos") that a request's text names.

Found by spelling alone; nothing is opened. `Group.holds` says which names are among its members.
"""

import re
from fnmatch import fnmatchcase
from typing import NamedTuple

from .media_types import types_by_suffix

_WORD = re.compile(
    r"""(?P<quote>["'`])(?P<quoted>[^"'`\n]{1,255})(?P=quote)|(?P<bare>[^\s"'`“”‘’«»<>|,;，。；：！？（）、「」]+)"""
)
_NOUNS = r"folder|directory|ordner|verzeichnis|dossier|répertoire|carpeta|directorio|pasta|diretório"
_FOLDER_NOUN = re.compile(rf"(?:\b(?:{_NOUNS})\b|文件夹|資料夾|目录|フォルダー?)", re.IGNORECASE)
_NEAR = 25
"""Characters between a folder's name and the noun that makes it one."""


class Group(NamedTuple):
    """A pattern or folder as written in a text: `text[start:end] == name`."""

    name: str
    start: int
    end: int

    @property
    def is_pattern(self) -> bool:
        """Whether it is `*.png` and no folder."""
        return "*" in self.name

    def holds(self, name: str) -> bool:
        """Whether a file of this name is among the members."""
        if self.is_pattern:
            return fnmatchcase(name.casefold(), self.name.casefold()) and name.count("/") == self.name.count("/")
        return name.rpartition("/")[0] == self.name.rstrip("/")


def groups(text: str) -> list[Group]:
    """Every pattern and what may be a folder, in the order of the text."""
    nouns = [match.span() for match in _FOLDER_NOUN.finditer(text)]
    found = []
    for match in _WORD.finditer(text):
        part = "quoted" if match["quoted"] else "bare"
        start, end = match.span(part)
        name = text[start:end].rstrip(".!?:)") if part == "bare" else text[start:end]
        near = any(0 <= start - b <= _NEAR or 0 <= a - end <= _NEAR for a, b in nouns)
        if _is_pattern(name) or (_is_folder_path(name) or (near and not _FOLDER_NOUN.fullmatch(name))):
            found.append(Group(name, start, start + len(name)))
    return found


def _is_pattern(name: str) -> bool:
    stem, dot, suffix = name.rpartition(".")
    return bool(dot) and "*" in stem and "://" not in name and suffix.lower() in {*types_by_suffix(), "*"}


def _is_folder_path(name: str) -> bool:
    return "/" in name.strip("/") + name[-1:] and "://" not in name and name not in ("/", "and/or")

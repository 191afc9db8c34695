"""`NamedFiles`: the files on disk that a text or the caller names: names with spaces, patterns and whole folders.

A text's spelling gives the candidates (graph/mentions.py, graph/mentioned_groups.py); what exists decides among them.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from ...graph.errors import InvalidInput
from ...graph.mentioned_groups import Group, groups
from ...graph.mentions import UNKNOWN, Mention, kind_of_name, longer_names, mentions, shorter_names
from ...graph.notices import notice

_SUFFIXED = re.compile(r"[^\s\"'“”\u2018\u2019«»<>|*?,;()]+\.[A-Za-z0-9]{1,8}(?![\w-])")
MOST_MEMBERS = 200
"""Files of a folder or pattern that one request reads."""


class NamedFiles:
    """`resolve` turns a name into the path that may be read; it raises `InvalidInput` for one that may not."""

    def __init__(self, resolve: Callable[[str], Path]) -> None:
        self._resolve = resolve

    def in_text(self, text: str) -> list[Mention]:
        """The files and URLs that a text names, each with its whole name, in order; a pattern without members too."""
        found: list[Mention] = []
        for group in groups(text):
            found += [Mention(name, *kind_of_name(name), group.start, group.end) for name in self._named(group)]
        for mention in (*mentions(text), *self._of_unknown_suffix(text)):
            whole = self._whole(text, mention)
            if not any(other.start < whole.end and whole.start < other.end for other in found):
                found.append(whole)
        return sorted(found, key=lambda mention: mention.start)

    def attached(self, names: Sequence[str]) -> list[str]:
        """What a caller names, with the members of folders and patterns. Raises `InvalidInput` for an empty one."""
        found: list[str] = []
        for name in names:
            group = Group(name, 0, len(name))
            if "://" in name or self._is_file(name) or not (group.is_pattern or self._resolve(name).is_dir()):
                found.append(name)
                continue
            members = self._members(group)
            if not members:
                what = "no file matches" if group.is_pattern else "there is no file that can be read in the folder"
                raise InvalidInput(f"{what} {name}")
            found += members
        return found

    def _whole(self, text: str, mention: Mention) -> Mention:
        """A mention as a file on disk: with words before it that belong to the name, or without those that do not."""
        for longer in longer_names(text, mention):
            for name in dict.fromkeys((longer, re.sub(r"\\(.)", r"\1", longer))):
                if self._is_file(name):
                    return Mention(name, *kind_of_name(name), mention.end - len(longer), mention.end)
        for shorter in () if self._is_file(mention.name) else shorter_names(mention.name):
            if self._is_file(shorter):
                return Mention(shorter, *kind_of_name(shorter), mention.end - len(shorter), mention.end)
        return mention

    def _of_unknown_suffix(self, text: str) -> list[Mention]:
        """Words with a suffix that says nothing, where such a file is there: what it holds decides."""
        words = (match for match in _SUFFIXED.finditer(text) if kind_of_name(match.group()) == UNKNOWN)
        return [Mention(m.group(), *UNKNOWN, *m.span()) for m in words if self._is_file(m.group())]

    def _named(self, group: Group) -> list[str]:
        """The members of a group in a text; of a pattern without members the pattern itself, as a missing file."""
        try:
            return self._members(group) or ([group.name] if group.is_pattern else [])
        except InvalidInput:
            if group.is_pattern or self._is_folder(group.name):
                raise
            return []  # "and/or", where the working folder itself may not be read

    def _members(self, group: Group) -> list[str]:
        parent, _, _ = group.name.rpartition("/") if group.is_pattern else (group.name.rstrip("/"), "", "")
        folder = self._resolve(parent or ".")
        if not folder.is_dir():
            return []
        prefix = f"{parent}/" if parent else ""
        entries = sorted(
            (entry for entry in folder.iterdir() if not _is_hidden(entry.name)), key=lambda e: _natural(e.name)
        )
        if group.is_pattern:
            entries = [entry for entry in entries if group.holds(prefix + entry.name)]
        usable = [entry for entry in entries if entry.is_file()]  # of an unknown suffix too: what they hold decides
        if left_out := [entry.name for entry in entries if entry not in usable]:
            notice(f"of {group.name} these are left out, being no files: {', '.join(left_out)}")
        if len(usable) > MOST_MEMBERS:
            raise InvalidInput(
                f"{group.name} holds {len(usable)} files; one request reads at most {MOST_MEMBERS}",
                hint="Name a part of them by a pattern, e.g. IMG_1*.jpg",
            )
        return [prefix + entry.name for entry in usable]

    def _is_file(self, name: str) -> bool:
        try:
            return self._resolve(name).is_file()
        except (InvalidInput, OSError):
            return False

    def _is_folder(self, name: str) -> bool:
        try:
            return Path(name).expanduser().is_dir()
        except (OSError, RuntimeError):
            return False


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name.lower() in ("thumbs.db", "desktop.ini")  # Windows hides these two


def _natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts `page2` before `page10`."""
    return [(int(part), "") if part.isdigit() else (-1, part.casefold()) for part in re.findall(r"\d{1,9}|\D+", name)]

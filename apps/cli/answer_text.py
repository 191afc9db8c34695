"""`AnswerText`: the answer on stdout while it arrives, wrapped at word ends, naming the copies that `--out` makes."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.cells import cell_len

from ...graph.errors import StorageError
from ...graph.events import TaskFinished
from ...graph.plan import Plan
from ...graph.result import Result
from .console import answer_width, write_out
from .output_files import copy_out
from .printable import clean

_WIDE = "\u3000-\u9fff\uac00-\ud7af\uff00-\uffef"
_CLOSING = "\u3001\u3002\uff0c\uff0e\uff1a\uff1b\uff01\uff1f\uff09\u300d\u300f\u3011\u300b\uff5e"
_PARTS = re.compile(rf"\n|[^\S\n]+|[{_WIDE}][{_CLOSING}]*|(?:« )?[^\s{_WIDE}]+[{_CLOSING}]*(?: [:;!?»]+(?!\S))*")
"""Line breaks, spaces and words; Chinese and Japanese can be broken at any character but before closing marks. In French
a space stands before some marks, and does not part them from their word."""


class AnswerText:
    """One answer. A context manager, for the last word is held back until it is complete."""

    def __init__(self, folder: Path | None = None, write: Callable[[str], None] = write_out) -> None:
        """`folder`: where outputs are copied to before the answer names them."""
        self._folder = folder
        self._write = write
        self._width = answer_width()
        self._held = ""
        self._column = self._indent = 0
        self._space = ""
        self._results: list[Result] = []
        self._stored: dict[str, Path] = {}
        self._named: dict[str, int] = {}
        self.copies: dict[str, list[Path]] | None = None
        """The copies of each stored file that the answer may name; None until the answer begins."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def remember(self, event: TaskFinished) -> None:
        """Note what a task made, to be copied."""
        self._results.append(event.result)
        self._stored |= {sha256: Path(path) for sha256, path in event.paths.items()}

    def write(self, text: str, plan: Plan | None) -> None:
        """Print the next piece, all but its last word; with a folder all but its last line, for a path may have spaces."""
        if self.copies is None:
            self.copies = self._copy(plan)
        self._held += clean(text)
        end = self._held.rfind("\n") if self._folder else max(self._held.rfind(space) for space in " \n")
        self._print(self._held[: end + 1])
        self._held = self._held[end + 1 :]

    def close(self) -> None:
        """Print the rest."""
        self._print(self._held)
        self._held = ""

    def _copy(self, plan: Plan | None) -> dict[str, list[Path]]:
        if self._folder is None:
            return {}
        try:
            return copy_out(self._results, self._stored, plan, self._folder)
        except StorageError:  # raised again when the run is finished, after its answer
            return {}

    def _print(self, text: str) -> None:
        text = with_copies(text, self.copies or {}, self._named)
        self._write(text if self._width is None else "".join(map(self._placed, _PARTS.findall(text))))

    def _placed(self, part: str) -> str:
        """A word, on the next line where it does not fit; continued lines are indented like the first."""
        if part == "\n":
            self._column = self._indent = 0
            self._space = ""
            return part
        if part.isspace():
            self._space = part
            return ""
        space, self._space, long = self._space, "", cell_len(part)
        if self._column == 0:
            self._indent = len(space)
        elif self._column + len(space) + long > (self._width or 0) and self._column > self._indent:
            self._column = self._indent + long
            return f"\n{' ' * self._indent}{part}"
        self._column += len(space) + long
        return space + part


def with_copies(text: str, copies: Mapping[str, Sequence[Path]], named: dict[str, int] | None = None) -> str:
    """The text with copies in place of stored files, of equal ones one after the other; `named`: how often each was."""
    known = {} if named is None else named

    def next_copy(stored: re.Match[str]) -> str:
        each, before = copies[stored.group()], known.get(stored.group(), 0)
        known[stored.group()] = before + 1
        return str(each[before % len(each)])

    return re.sub("|".join(map(re.escape, copies)), next_copy, text) if copies else text

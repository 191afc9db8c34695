"""Remedies: what one line would let more run. An obstacle says what is wrong: what to do; each is told once, by a letter."""

from collections import Counter
from collections.abc import Iterable, Iterator
from string import ascii_lowercase

from .console import plain


def remedy_in(obstacle: str) -> str:
    """What to do about an obstacle; empty for one that no line would change."""
    return obstacle.partition(": ")[2]


def trouble_in(obstacle: str) -> str:
    """What is wrong, without what to do about it."""
    return obstacle.partition(": ")[0]


class Remedies:
    """Those of a whole list, the one that helps most often first."""

    def __init__(self, obstacles: Iterable[Iterable[str]]) -> None:
        """`obstacles`: of each row of the list."""
        found = Counter(remedy for row in obstacles for remedy in dict.fromkeys(map(remedy_in, row)) if remedy)
        self._count = dict(found.most_common())
        self._marks = dict(zip(self._count, _letters(), strict=False))

    def marks(self, obstacles: Iterable[str]) -> str:
        """Of one row: `a b`."""
        return " ".join(sorted({self._marks[remedy] for remedy in map(remedy_in, obstacles) if remedy}))

    def lines(self, of: str) -> Iterator[str]:
        """`a  set HF_TOKEN (52 task types)`; `of` is what the rows are."""
        for remedy, count in self._count.items():
            yield f"{self._marks[remedy]:<2} {plain(remedy)} [dim]({count} {of}{'s' * (count != 1)})[/]"


def _letters() -> Iterator[str]:
    """a, b, ..., z, a1, b1, ..."""
    yield from ascii_lowercase
    for number in range(1, 100):
        yield from (f"{letter}{number}" for letter in ascii_lowercase)

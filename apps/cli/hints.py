"""`Remedies`: footnotes below a list, each printed once with a letter (`a: set HF_TOKEN`), to which its rows refer."""

from collections import Counter
from collections.abc import Iterable, Iterator
from string import ascii_lowercase

from ...graph.expert import Obstacle
from .console import plain


class Remedies:
    """Those of a whole list, the one that helps most often first."""

    def __init__(self, obstacles: Iterable[Iterable[Obstacle]]) -> None:
        """`obstacles`: of each row of the list."""
        found = Counter(remedy for row in obstacles for remedy in {each.remedy: None for each in row} if remedy)
        self._count = dict(found.most_common())
        self._marks = dict(zip(self._count, _letters(), strict=False))

    def marks(self, obstacles: Iterable[Obstacle]) -> str:
        """Of one row: `a b`."""
        return " ".join(sorted({self._marks[each.remedy] for each in obstacles if each.remedy}))

    def lines(self, of: str) -> Iterator[str]:
        """`a  set HF_TOKEN (52 task types)`; `of` is what the rows are."""
        for remedy, count in self._count.items():
            yield f"{self._marks[remedy]:<2} {plain(remedy)} [dim]({count} {of}{'s' * (count != 1)})[/]"


def _letters() -> Iterator[str]:
    """a, b, ..., z, a1, b1, ..."""
    yield from ascii_lowercase
    for number in range(1, 100):
        yield from (f"{letter}{number}" for letter in ascii_lowercase)

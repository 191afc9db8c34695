"""`joins`: whether the words between two dates or months make a range of them; `joined`, `alternates`: or a list."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from ..wording.wording import wording
from .folding import fold
from .marks import Mark


def joins(first: Mark, last: Mark, before: Mark | None, words: Sequence[str], language: str) -> tuple[bool, bool]:
    """Whether it is a range, and whether `before` opens it: "from March to June", "zwischen dem 1. und dem 5. Mai"."""
    known = wording(language)
    articles = {fold(word) for word in known.clauses.get("article", ())}
    to = {fold(word) for word in known.ranges["to"] if word != "、"}
    both = {fold(word) for word in known.joints}
    joined = " ".join(word for word in words[first.end : last.start] if word not in articles)
    beside = before is not None and articles.issuperset(words[before.end : first.start])
    between = beside and before is not None and before.role == "between"
    return joined in to or (between and joined in both), between or (
        beside and before is not None and before.role == ">="
    )


def joined(first: Mark, second: Mark, words: Sequence[str], language: str) -> bool:
    """Whether nothing or only "and" or "or" is between two marks about the same column."""
    clauses, between = wording(language).clauses, " ".join(words[first.end : second.start])
    return first.column == second.column and between in ("", *clauses["and"], *clauses["or"])


def alternates(marks: Iterable[Mark]) -> bool:
    """Whether several values each have a period of their own: "in the North in May and in the South in June"."""
    roles = [mark.role for mark in marks if mark.role in ("value", "period")]
    return len(roles) > 3 and all(one != other for one, other in pairwise(roles))

"""`one_by_one`: whether a question asks about each of several values: "in Munich and in Hamburg", "both, each"."""

from collections.abc import Sequence
from itertools import pairwise

from ..wording.wording import wording
from .conditions import kept
from .folding import fold
from .marks import Mark
from .table_query import Query


def one_by_one(named: Sequence[Mark], marks: Sequence[Mark], words: Sequence[str], language: str) -> bool:
    """`named`: the marks of the values; `marks`: all of the question, whose `words` they count."""
    if marks[-1].role == "per":
        return len(named) > 1
    ands = wording(language).clauses["and"]
    articles = {*wording(language).clauses.get("article", ()), *wording(language).ranges.get("one", ())}
    repeated = [words[mark.start - 1] for mark in named[1:] if words[mark.start - 2] in ands]
    return len(repeated) > 0 and articles.isdisjoint(repeated) and {*repeated} == {words[named[0].start - 1]}


def group_apart(query: Query, column: int | None) -> None:
    """Group by the column of which each value is asked about by itself; plain numbers are added up."""
    if column is not None and query.group is None and (query.operations - {"people"} or query.measures):
        query.group, query.apart = column, True
        query.operations |= set() if query.operations - {"people", "per"} else {"sum"}


def joined_by_and(named: Sequence[Mark], words: Sequence[str], language: str) -> list[str]:
    """The several values of a column that are all joined by "and"; empty for others."""
    ands = {*map(fold, wording(language).clauses["and"])}
    every = all(ands & {*words[one.end : two.start]} for one, two in pairwise(named))
    return [mark.text for mark in named] if every and len(named) > 1 else []


def with_all(query: Query, values: Sequence[str]) -> None:
    """Only the subjects that have each of the values ("which customers bought a lamp and a chair"), else those of each."""
    if not values or len(query.subjects) != 1 or query.operations - {"count", "distinct", "people"}:
        return
    (subject,), column = query.subjects, query.alternatives[0]
    each = [kept(query.table, [f"{query.table.names[column]} = {value}"]) for value in values]
    names = [[cell for cell in part.distinct(subject, part.count) if cell.strip()] for part in each]
    if found := [cell for cell in names[0] if all(cell in others for others in names)]:
        query.table = kept(query.table, [f"{query.table.names[subject]} = {' or '.join(found)}"])
    else:
        query.with_each = dict(zip(values, names, strict=True))

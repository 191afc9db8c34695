"""`one_by_one`: whether a question asks about each of several values: "in Munich and in Hamburg", "both, each"."""

from collections.abc import Sequence

from ..wording.wording import wording
from .question_words import Mark
from .table_query import Query


def one_by_one(named: Sequence[Mark], marks: Sequence[Mark], words: Sequence[str], language: str) -> bool:
    """`named`: the marks of the values; `marks`: all of the question, whose `words` they count."""
    if marks[-1].role == "per":
        return len(named) > 1
    ands = wording(language).clauses["and"]
    repeated = [words[mark.start - 1] for mark in named[1:] if words[mark.start - 2] in ands]
    return len(repeated) > 0 and {*repeated} == {words[named[0].start - 1]}


def group_apart(query: Query, column: int | None) -> None:
    """Group by the column of which each value is asked about by itself; plain numbers are added up."""
    if column is not None and query.group is None and (query.operations - {"people"} or query.measures):
        query.group, query.apart = column, True
        query.operations |= set() if query.operations - {"people", "per"} else {"sum"}

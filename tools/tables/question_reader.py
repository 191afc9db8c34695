"""`QuestionReader`: what a question computes, beside the conditions that a `ConditionReader` has read."""

from collections.abc import Sequence

from .columns import Columns
from .condition_reader import EXCLUDING, ConditionReader
from .marks import RANKS, Mark
from .one_by_one import group_apart, with_all
from .row_sizes import most_rows, ranks_rows
from .table_query import Query
from .table_words import COMPARISONS, TEXTS, operation_words, ordinals, period_name
from .versus import of_two

_LIMITING = ("not", "empty", "than", *COMPARISONS, *TEXTS)
"""Roles of words that say nothing alone."""

_COMPARING = frozenset(("highest", "lowest", "sum", "count", "people"))
"""Operations of a question how much more one has than another."""


class QuestionReader:
    """The query that the marks of a question make."""

    def __init__(
        self, marks: Sequence[Mark], table: Columns, over: Columns, language: str, words: Sequence[str]
    ) -> None:
        """`table`: rows that hold the values of the question; `over`: what it is computed over."""
        self.marks, self.table, self.over, self.language, self.words = marks, table, over, language, words
        self.read = ConditionReader(marks, table, over, language, words)
        self.used = self.read.used

    def _counts_best(self, after: Mark | None) -> bool:
        """Whether a number before `after` says how many are asked for: "which 2 regions sold most"."""
        named = after is not None and after.role == "column" and not self.over.is_numeric(after.column)
        return named and any(mark.role in RANKS for mark in self.marks)

    def _divides(self, after: Mark | None, query: Query) -> bool:
        """Whether "per" or "by" before a mark says something: of what each, or the order."""
        return (
            self.read.apart is not None
            or "sort" in query.operations
            or (after is not None and after.role in ("column", "value", "number"))
        )

    def _places(self, number: int) -> bool:
        """Whether an ordinal is of the highest or lowest behind it: "the second highest", "le deuxième prix le plus"."""
        following = self.marks[number + 1 : number + 3]
        ranked = next((mark for mark in following if mark.role in RANKS), None)
        return ranked is not None and all(m.role == "column" for m in following[: following.index(ranked)])

    def _takes(self, query: Query, number: int, mark: Mark) -> bool:
        """Whether the query makes use of a mark that is part of no condition."""
        before, after = self.read.near(number, -1), self.read.near(number, 1)
        if mark.role == "column":
            query.columns.append(mark.column)
            if before is None or before.role != "per":
                return True
            if query.group is not None:
                return False
            if not {"sort", "top", "bottom"} & query.operations:
                query.group = query.columns.pop()
            return True
        if mark.role == "number":
            behind = self.read.near(number, 2) if after and after.role == "column" else None  # "the 3 prices highest"
            ranked = any(m and m.role in RANKS for m in (before, after, behind)) or self._counts_best(after)
            query.limit = int(mark.text) if mark.text.isdigit() and ranked else query.limit
            return mark.text.isdigit() and ranked
        if mark.role == "nth":
            query.nth = ordinals(self.language)[mark.text] if self._places(number) else query.nth
            return self._places(number)
        if mark.role in _LIMITING or (mark.role == "per" and not self._divides(after, query)):
            return False
        if mark.role == "people" and "share" in query.operations:
            query.operations.add("rows")
        if mark.role not in ("people", "per"):
            self._calculates(query, mark, after)
        return True

    def _calculates(self, query: Query, mark: Mark, after: Mark | None) -> None:
        known, ranked = operation_words(self.language), mark.role in ("highest", "lowest")
        query.operations.add(mark.role)
        query.frequent |= mark.text in known["frequent"]
        counted = after is not None and after.role == "people" and after.start == mark.end
        query.counts_best |= ranked and (counted or most_rows(mark, self.words, self.table.label, self.language))
        dated = after is not None and after.role == "column" and self.over.is_dated(after.column)
        measured = after is not None and after.role == "column" and after.start == mark.start  # "oldest" by age
        query.in_time |= ranked and (dated or (mark.text in known["in time"] and not measured))
        query.sized |= ranks_rows(mark, self.words, self.table.label)

    def query(self) -> Query:
        """The query of the marks; those that are part of it become used."""
        query = Query(
            self.read.rows_asked_for(),
            self.over,
            [],
            conditional=bool(
                self.read.where or self.read.periods or self.read.excluded or self.read.empty or self.read.pairs
            ),
            where=tuple(self.read.where),
            periods=tuple(
                f"{'not ' * (mark in self.read.excluded)}in {period_name(mark.text)}"
                for mark in (*self.read.periods, *self.read.excluded)
            )
            + tuple(f"{self.over.names[one]} {sign} {self.over.names[two]}" for one, sign, two in self.read.pairs),
            empty=tuple(self.read.empty),
            alternatives=tuple(self.read.alternatives),
            lacking=tuple(self.read.lacking),
            has_none=any(mark.text in self.read.has_no for mark in self.marks if mark.role in EXCLUDING),
            language=self.language,
        )
        for number, mark in enumerate(self.marks):
            if mark not in self.used and self._takes(query, number, mark):
                self.used.add(mark)
        query.columns = list(dict.fromkeys(query.columns))
        if not query.columns and query.operations & {"sum", "average", "median", "highest", "lowest"}:
            query.columns = self.read.compared[:1]
        two = of_two(self.marks, operation_words(self.language)["most rows"])
        if two and query.group is None and not query.operations - _COMPARING:
            query.versus, query.operations = (two[1], two[2], two[3]), set()
            self.used |= {*two}
            return query
        group_apart(query, self.read.apart)
        with_all(query, self.read.together)
        if query.operations & {"highest", "lowest"} and not query.subjects and query.group is None:
            query.group = next(iter(self.read.alternatives), None)
        return query

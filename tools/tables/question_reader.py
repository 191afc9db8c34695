"""`QuestionReader`: what a question computes, beside the conditions that a `ConditionReader` has read."""

from collections.abc import Sequence

from .columns import Columns
from .condition_reader import EXCLUDING, RANKS, ConditionReader
from .one_by_one import group_apart, with_all
from .question_words import Mark
from .row_sizes import most_rows, ranks_rows
from .table_query import Query
from .table_words import COMPARISONS, operation_words, period_name

_LIMITING = ("not", "empty", *COMPARISONS)
"""Roles of words that say nothing alone."""


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

    def query(self) -> Query:
        """The query of the marks; those that are part of it become used."""
        query = Query(
            self.read.rows_asked_for(),
            self.over,
            [],
            conditional=bool(self.read.where or self.read.periods or self.read.excluded or self.read.empty),
            where=tuple(self.read.where),
            periods=tuple(
                f"{'not ' * (mark in self.read.excluded)}in {period_name(mark.text)}"
                for mark in (*self.read.periods, *self.read.excluded)
            ),
            empty=tuple(self.read.empty),
            alternatives=tuple(self.read.alternatives),
            lacking=tuple(self.read.lacking),
            has_none=any(mark.text in self.read.has_no for mark in self.marks if mark.role in EXCLUDING),
            language=self.language,
        )
        for number, mark in enumerate(self.marks):
            if mark in self.used:
                continue
            before, after = self.read.near(number, -1), self.read.near(number, 1)
            if mark.role == "column":
                query.columns.append(mark.column)
                if before and before.role == "per" and query.group is not None:
                    continue
                if before and before.role == "per" and not {"sort", "top", "bottom"} & query.operations:
                    query.group = query.columns.pop()
            elif mark.role == "number":
                behind = (
                    self.read.near(number, 2) if after and after.role == "column" else None
                )  # "the 3 prices highest"
                ranked = any(m and m.role in RANKS for m in (before, after, behind)) or self._counts_best(after)
                if not mark.text.isdigit() or not ranked:
                    continue
                query.limit = int(mark.text)
            elif mark.role in _LIMITING or (mark.role == "per" and not self._divides(after, query)):
                continue
            elif mark.role not in ("people", "per"):
                query.operations.add(mark.role)
                counted = after is not None and after.role == "people" and after.start == mark.end
                query.counts_best = query.counts_best or (mark.role in ("highest", "lowest") and counted)
                query.counts_best |= most_rows(mark, self.words, self.table.label, self.language)
                dated = after is not None and after.role == "column" and self.over.is_dated(after.column)
                in_time = dated or mark.text in operation_words(self.language)["in time"]
                query.sized |= ranks_rows(mark, self.words, self.table.label)
                query.in_time = query.in_time or (mark.role in ("highest", "lowest") and in_time)
            self.used.add(mark)
        query.columns = list(dict.fromkeys(query.columns))
        if not query.columns and query.operations & {"sum", "average", "median", "highest", "lowest"}:
            query.columns = self.read.compared[:1]
        group_apart(query, self.read.apart)
        with_all(query, self.read.together)
        if query.operations & {"highest", "lowest"} and not query.subjects and query.group is None:
            query.group = next(iter(self.read.alternatives), None)
        return query

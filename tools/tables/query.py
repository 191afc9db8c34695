"""`read_query`: what a question asks of a table, as a `Query`: conditions, columns, an operation. Every word counts."""

from collections.abc import Sequence
from itertools import pairwise

from ..wording.wording import wording
from .columns import Columns
from .conditions import kept, sizes_of
from .days import with_days
from .first_rows import sort_key, take_first, with_yes_columns
from .folding import fold
from .follow_up import FOLLOWED, followed
from .question_words import Mark, mark_words, measure_column, question_language, words_of
from .table_query import Query, not_understood
from .table_words import months_between, operation_words, period_name

_RANKS = ("top", "bottom", "highest", "lowest")
_EXCLUDING = ("not", "!=", "empty")
"""Roles of words before what is left out: "except June", "without June"."""


def read_query(question: str, over: Columns) -> Query:
    """The query of a question. Raises `ExpertError` where it has a word that is not used."""
    table = over.sample(question)
    question = followed(question, table, language := question_language(question.partition(FOLLOWED)[0], table))
    marks, left = mark_words(question, table, language)
    if left:
        raise not_understood(table, left)
    marks = with_yes_columns(with_days(marks), table)
    reader = _Reader(marks, table, over, language, words_of(question, table, language))
    reader.read_ranges()
    reader.read_empty()
    reader.read_comparisons()
    reader.read_values()
    query = reader.query()
    query.calculate()
    query.yes_or_no = query.conditional and query.asks_yes_or_no(question)
    if unused := query.contradiction(question) or [mark.text for mark in marks if mark not in reader.used]:
        typed = {mark.role: mark.text for mark in marks}
        raise not_understood(table, [typed.get(word, word) for word in unused])
    query.key = sort_key(query, marks)
    take_first(query, marks)
    return query


class _Reader:
    def __init__(
        self, marks: Sequence[Mark], table: Columns, over: Columns, language: str, words: Sequence[str]
    ) -> None:
        """`table`: rows that hold the values of the question; `over`: what it is computed over."""
        self.marks, self.table, self.over, self.language, self.words = marks, table, over, language, words
        self.used: set[Mark] = set()
        self.where: list[str] = []
        self.periods: list[Mark] = []
        self.excluded: list[Mark] = []
        """Periods that it leaves out: "except June"."""
        self.compared: list[int] = []
        self.empty: list[int] = []
        self.apart: int | None = None
        """The column of values that are asked about one by one: "in Munich and in Hamburg"."""
        self.alternatives: list[int] = []
        """Columns of which it names several values: "North or South"."""

    def _near(self, number: int, step: int) -> Mark | None:
        return self.marks[number + step] if 0 <= number + step < len(self.marks) else None

    def read_empty(self) -> None:
        """`no salary`, `without a phone`, `salary missing`: rows without a value in a column."""
        for number, mark in enumerate(self.marks):
            near = (self._near(number, 1), self._near(number, -1)) if mark.role == "empty" else ()
            if near and near[0] and near[0].role in ("value", "period") and near[0].start == mark.end:
                continue  # "without returns"
            if column := next((m for m in near if m and m.role == "column" and m not in self.used), None):
                self.empty.append(column.column)
                self.used |= {mark, column}

    def read_ranges(self) -> None:
        """`from March to June`, `between March and June`: dates, or names of months in a column of these."""
        to = {fold(word) for word in wording(self.language).ranges["to"] if word != "、"}
        for number, first in enumerate(self.marks):
            between = self._near(number, -1)
            follows = [m for m in self.marks[number + 1 : number + 3] if m.role != "<="][:1]
            last = follows[0] if follows else first
            joined = " ".join(self.words[first.end : last.start])
            opened = between and between.end == first.start and between.role in (">=", "between")
            if not {first.role, last.role} <= {"value", "period"} or first.column != last.column or last is first:
                continue
            if joined not in to and not (joined == "and" and opened and between and between.role == "between"):
                continue
            before = self._near(number, -2 if opened else -1)
            if before and before.role in _EXCLUDING:
                raise not_understood(self.table, [before.text])  # no condition says "outside of a range"
            name = self.table.names[first.column]
            if self.table.is_dated(first.column):
                self.where += [f"{name} >= {self._bound(first)}", f"{name} <= {self._bound(last)}"]
            elif cells := months_between(self.table.known(first.column).cells, first.text, last.text, self.language):
                self.where.append(f"{name} = {' or '.join(cells)}")
            else:
                continue
            self.compared.append(first.column)
            self.used |= {first, last, *(m for m in self.marks if first.end <= m.start < last.start)}
            self.used |= {between} if opened and between else set()

    def read_comparisons(self) -> None:
        """`price above 2`, `above 2 units`, `between 1 and 5`."""
        for number, mark in enumerate(self.marks):
            after = [m for m in self.marks[number + 1 : number + 3] if m.role in ("number", "value", "period")]
            comparing = mark not in self.used and mark.role in (">", ">=", "<", "<=", "between")
            if not comparing or len(after) < 1 + (mark.role == "between"):
                continue
            before, behind = self._near(number, -1), self._near(number, 2)
            bounds = after[:2] if mark.role == "between" else after[:1]
            signs = (">=", "<=") if mark.role == "between" else (mark.role,)
            if bounds[0].role == "number":
                beside = [m for m in (before, behind) if m and self._is_measure(m)]
                if behind in beside and before and before.end < mark.start and behind.start == bounds[-1].end:
                    beside = [behind]  # "rooms that have more than 1 guests"
                if not beside and before and before.role == "people":
                    beside = self._age_of(before)
            else:  # a date: of its own column, whatever is beside it
                beside = [bounds[0]]
            if not beside:
                continue
            column = beside[0]
            name = self.table.names[column.column]
            texts = [self._bound(m) for m in bounds]
            self.where += [f"{name} {sign} {text}" for sign, text in zip(signs, texts, strict=True)]
            self.compared.append(column.column)
            self.used |= {mark, column, *bounds}
            verb = before if before and before.role == "column" and before.column == column.column else None
            opened = self._near(number, -2)
            if (
                verb and opened and opened.role in ("count", "people") and opened.end <= verb.start
            ):  # "how many members joined after", "who joined after"
                self.used.add(verb)

    def _bound(self, mark: Mark) -> str:
        """What a condition compares with; a month without a year is of the only year in its column."""
        if mark.role != "period" or not mark.text.startswith("-"):
            return mark.text.strip("-") if mark.role == "period" else mark.text
        years = {str(size)[:4] for size in sizes_of(self.over, mark.column).values() if size}
        if len(years) != 1:
            raise not_understood(self.table, [period_name(mark.text, self.language)])
        return f"{years.pop()}-{mark.text.strip('-')}"

    def _age_of(self, people: Mark) -> list[Mark]:
        """`people over 30` compares their age, where the table has it."""
        age = measure_column(self.table, ("age",))
        return [] if age is None else [Mark("column", people.start, people.end, people.text, age)]

    def _is_measure(self, mark: Mark) -> bool:
        return mark.role == "column" and mark not in self.used and self.over.is_numeric(mark.column)

    def read_values(self) -> None:
        """`in North`, `region North`, `not from North`, `order 1001`, `in March`."""
        chosen: dict[tuple[int, str], list[Mark]] = {}
        excluded: set[Mark] = set()
        for number, mark in enumerate(self.marks):
            before, after = self._near(number, -1), self._near(number, 1)
            if mark in self.used or mark.role not in ("value", "number", "period"):
                continue
            beside = [m for m in (before, after) if m and m.role == "column" and m not in self.used]
            if mark.role == "number":
                if not (before and before in beside and before.end == mark.start):
                    continue
                chosen.setdefault((before.column, "="), []).append(mark)
                self.used |= {mark, before}
                continue
            earlier = next((m for m in self.marks[:number][::-1] if m.role != "people"), None)
            chained = bool(earlier and earlier in excluded and self._joined(earlier, mark))  # "except June and July"
            negation = earlier if earlier and (chained or earlier.role in _EXCLUDING) else None
            excluded |= {mark} if negation else set()
            self.used |= {mark, *(m for m in beside if m.column == mark.column and len(self.marks) > 2)}
            self.used |= {negation} if negation else set()
            if mark.role == "period" and negation:
                self.excluded.append(mark)
            elif mark.role == "period":
                self.periods.append(mark)
            else:
                chosen.setdefault((mark.column, "!=" if negation else "="), []).append(mark)
        for (column, sign), marks in chosen.items():
            self.alternatives += [column] if len(marks) > 1 else []
            self.apart = column if sign == "=" and self._each_apart(marks) else self.apart
            self.where += self._written(column, sign, marks)

    def _each_apart(self, marks: Sequence[Mark]) -> bool:
        """Whether several values are asked about one by one: "in Munich and in Hamburg", "North and South, each"."""
        if any(mark.role == "per" and self._near(n, 1) is None for n, mark in enumerate(self.marks)):
            return len(marks) > 1
        ands = wording(self.language).clauses["and"]
        repeated = [self.words[second.start - 1] for second in marks[1:] if self.words[second.start - 2] in ands]
        return len(repeated) > 0 and {*repeated} == {self.words[marks[0].start - 1]}

    def _joined(self, first: Mark, second: Mark) -> bool:
        """Whether nothing or only "and" or "or" is between two marks about the same column."""
        clauses, between = wording(self.language).clauses, " ".join(self.words[first.end : second.start])
        return first.column == second.column and between in ("", *clauses["and"], *clauses["or"])

    def _written(self, column: int, sign: str, marks: Sequence[Mark]) -> list[str]:
        cells = {fold(cell) for cell in self.table.known(column).cells}
        name = self.table.names[column]
        if all(fold(mark.text) in cells or mark.role == "number" for mark in marks):
            joined = " or ".join(mark.text for mark in marks)
            return [f"{name} {sign} {joined}"] if sign == "=" else [f"{name} != {mark.text}" for mark in marks]
        return [f"{name} {'contains' if sign == '=' else 'not contains'} {mark.text}" for mark in marks]

    def _rows_asked_for(self) -> Columns:
        """The rows within the conditions, periods and empty cells that the question names."""
        left_out = [f"{self.table.names[mark.column]} != {period_name(mark.text)}" for mark in self.excluded]
        rows = kept(self.over, [*self.where, *left_out])
        for monthly in (True, False):  # in any of the months, and in any of the years
            alike = [mark for mark in self.periods if mark.text.startswith("-") is monthly]
            if len(alike) > 1 and any(mark.role in _RANKS for mark in self.marks):  # "which had more, April or May?"
                raise not_understood(self.table, [period_name(mark.text, self.language) for mark in alike])
            if len(alike) > 1 and self._alternates():  # "in the North in January and in the South in February"
                raise not_understood(self.table, [period_name(mark.text, self.language) for mark in alike])
            rows = rows.within(alike[0].column, *(mark.text for mark in alike)) if alike else rows
        for column in self.empty:
            rows = rows.without_value(column)
        return rows

    def _alternates(self) -> bool:
        """Whether several values each have a period of their own."""
        roles = [mark.role for mark in self.marks if mark in self.used and mark.role in ("value", "period")]
        return len(roles) > 3 and all(first != second for first, second in pairwise(roles))

    def _counts_best(self, after: Mark | None) -> bool:
        """Whether a number before `after` says how many are asked for: "which 2 regions sold most"."""
        named = after is not None and after.role == "column" and not self.over.is_numeric(after.column)
        return named and any(mark.role in _RANKS for mark in self.marks)

    def _group_apart(self, query: Query) -> None:
        """Group by the column of which each value is asked about by itself; plain numbers are added up."""
        if self.apart is not None and query.group is None and (query.operations - {"people"} or query.measures):
            query.group, query.apart = self.apart, True
            query.operations |= set() if query.operations - {"people", "per"} else {"sum"}

    def query(self) -> Query:
        """The query of the marks; those that are part of it become used."""
        query = Query(
            self._rows_asked_for(),
            self.over,
            [],
            conditional=bool(self.where or self.periods or self.excluded or self.empty),
            where=tuple(self.where),
            periods=tuple(
                f"{'not ' * (mark in self.excluded)}in {period_name(mark.text)}"
                for mark in (*self.periods, *self.excluded)
            ),
            empty=tuple(self.empty),
            alternatives=tuple(self.alternatives),
            language=self.language,
        )
        for number, mark in enumerate(self.marks):
            if mark in self.used:
                continue
            before, after = self._near(number, -1), self._near(number, 1)
            if mark.role == "column":
                query.columns.append(mark.column)
                if before and before.role == "per" and query.group is not None:
                    continue
                if before and before.role == "per" and not {"sort", "top", "bottom"} & query.operations:
                    query.group = query.columns.pop()
            elif mark.role == "number":
                ranked = any(m and m.role in _RANKS for m in (before, after)) or self._counts_best(after)
                if not mark.text.isdigit() or not ranked:
                    continue
                query.limit = int(mark.text)
            elif mark.role in ("not", "empty", ">", ">=", "<", "<=", "between", "!="):
                continue
            elif mark.role == "people" or (mark.role == "per" and not (after and after.role == "column")):
                pass
            else:
                query.operations.add(mark.role)
                counted = after is not None and after.role == "people" and after.start == mark.end
                query.counts_best = query.counts_best or (mark.role in ("highest", "lowest") and counted)
                dated = after is not None and after.role == "column" and self.over.is_dated(after.column)
                in_time = dated or mark.text in operation_words(self.language)["in time"]
                query.in_time = query.in_time or (mark.role in ("highest", "lowest") and in_time)
            self.used.add(mark)
        query.columns = list(dict.fromkeys(query.columns))
        if not query.columns and query.operations & {"sum", "average", "median", "highest", "lowest"}:
            query.columns = self.compared[:1]
        self._group_apart(query)
        if query.operations & {"highest", "lowest"} and not query.subjects and query.group is None:
            query.group = next(iter(self.alternatives), None)
        return query

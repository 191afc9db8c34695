"""`ConditionReader`: which marks of a question are part of which condition on the rows of a table."""

from collections.abc import Sequence

from ..wording.wording import wording
from .bounds import age_of, between_both, bound_of, nothing_in, written
from .codes import is_year
from .columns import Columns
from .conditions import kept, unlike
from .folding import fold
from .identifiers import is_numbering
from .marks import RANKS, Mark
from .one_by_one import joined_by_and, one_by_one
from .own_bounds import OwnBound, measures_rows, own_bound
from .ranges import alternates, joined, joins
from .table_query import not_understood
from .table_words import TEXTS, operation_words, period_name

EXCLUDING = ("not", "!=", "empty")
"""Roles of words before what is left out: "except June", "without June"."""


class ConditionReader:
    """The conditions of one question, read one kind after another; their marks become used."""

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
        self.pairs: list[tuple[int, str, int]] = []
        """Columns that are compared with each other."""
        self.empty: list[int] = []
        self.apart: int | None = None
        self.together: list[str] = []
        self.lacking: list[str] = []
        self.nouns: dict[Mark, Mark] = {}
        """Columns that tell the rows apart behind a word for "has no": "no orders that are open"."""
        known = operation_words(language)
        self.has_no = known["has no"]
        self._lacking = known["has no"] | known["without"]
        self._left_out = known["column left out"]
        self.alternatives: list[int] = []
        """Columns of which it names several values: "North or South"."""

    def all(self) -> None:
        """Reads each kind of condition."""
        self.read_ranges()
        self.read_empty()
        self.read_comparisons()
        self.read_values()
        self.read_texts()

    def near(self, number: int, step: int) -> Mark | None:
        return self.marks[number + step] if 0 <= number + step < len(self.marks) else None

    def read_empty(self) -> None:
        """`no salary`, `without a phone`, `salary missing`: rows without a value in a column."""
        for number, mark in enumerate(self.marks):
            lacks, after = mark.text in self._lacking, self.near(number, 1)
            if mark.role != "empty" and not (mark.role == "not" and lacks):  # "keinen Preis"
                continue
            behind, far = after is not None and self._follows(mark, after), self.near(number, 2)
            if after and behind and after.role in ("value", "period"):
                continue  # "without returns", "without the cancelled ones"
            near = [after if behind else None] if lacks else [after, self.near(number, -1)]
            column = next((m for m in near if m and m.role == "column" and m not in self.used), None)
            if column and {mark.text, *self.words[mark.end : column.start][:1]} <= self._left_out:
                continue  # "without the price": it asks for no rows that lack one
            if column and lacks and far and far.role in ("value", "period") and self._tells_apart(column.column):
                self.nouns[column] = mark  # "no orders that are open"
            elif column and (zero := nothing_in(self.over, column.column)):
                if mark.text in self.has_no and self._subjects():
                    raise not_understood(self.table, [mark.text])  # "which towns had no rain": of all their rows?
                self.where.append(zero)
                self.used |= {mark, column}
            elif column:
                self.empty.append(column.column)
                self.lacking += [self.table.names[column.column]] if mark.text in self.has_no else []
                self.used |= {mark, column}

    def _subjects(self) -> list[Mark]:
        return [m for m in self.marks if m.role == "column" and not self._tells_apart(m.column)]

    def _tells_apart(self, column: int) -> bool:
        return self.over.different(column) == self.over.count

    def _follows(self, mark: Mark, other: Mark) -> bool:
        """Whether nothing but articles stands between two marks."""
        articles = wording(self.language).clauses.get("article", ())
        return other.start >= mark.end and all(
            word in map(fold, articles) for word in self.words[mark.end : other.start]
        )

    def read_ranges(self) -> None:
        """`from March to June`, `between March and June`: dates, or names of months in a column of these."""
        for number, first in enumerate(self.marks):
            between = self.near(number, -1)
            follows = [m for m in self.marks[number + 1 : number + 3] if m.role != "<="][:1]
            last = follows[0] if follows else first
            if not {first.role, last.role} <= {"value", "period"} or first.column != last.column or last is first:
                continue
            found, opened = joins(first, last, between, self.words, self.language)
            if not found:
                continue
            before = self.near(number, -2 if opened else -1)
            if before and before.role in EXCLUDING:
                raise not_understood(self.table, [before.text])  # no condition says "outside of a range"
            if not (limits := between_both(first, last, self.table, self.over, self.language)):
                continue
            self.where += limits
            self.compared.append(first.column)
            self.used |= {first, last, *(m for m in self.marks if first.end <= m.start < last.start)}
            self.used |= {between} if opened and between else set()

    def read_comparisons(self) -> None:
        """`price above 2`, `above 2 units`, `between 1 and 5`."""
        for number, mark in enumerate(self.marks):
            if mark not in self.used and (own := own_bound(self.marks, number, self.over)):
                self._add_own(mark.role, own)
                continue
            after = [m for m in self.marks[number + 1 : number + 3] if m.role in ("number", "value", "period")]
            comparing = mark not in self.used and mark.role in (">", ">=", "<", "<=", "between")
            if not comparing or len(after) < 1 + (mark.role == "between"):
                continue
            before, behind = self.near(number, -1), self.near(number, 2)
            bounds = after[:2] if mark.role == "between" else after[:1]
            signs = (">=", "<=") if mark.role == "between" else (mark.role,)
            if bounds[0].role == "number":
                beside = [m for m in (before, behind) if m and self._is_measure(m)]
                if behind in beside and before and before.end < mark.start and behind.start == bounds[-1].end:
                    beside = [behind]  # "rooms that have more than 1 guests"
                if not beside and before and before.role == "people":
                    beside = age_of(before, self.table)
            elif bounds[0].role == "value" and not self.over.is_dated(bounds[0].column):
                continue  # "more than Tom"
            else:  # a date: of its own column, whatever is beside it
                beside = [bounds[0]]
            if not beside:
                continue
            column = beside[0]
            name = self.table.names[column.column]
            texts = [bound_of(m, self.table, self.over, self.language) for m in bounds]
            self.where += [f"{name} {sign} {text}" for sign, text in zip(signs, texts, strict=True)]
            self.compared.append(column.column)
            self.used |= {mark, column, *bounds}
            verb = before if before and before.role == "column" and before.column == column.column else None
            opened = self.near(number, -2)
            if verb and opened and opened.role in ("count", "people"):  # "how many members joined after"
                self.used.add(verb)

    def _add_own(self, sign: str, own: OwnBound) -> None:
        if own.other is None:
            self.where.append(f"{self.table.names[own.column]} {sign} {own.text}")
        else:
            self.pairs.append((own.column, sign, own.other))
        self.compared.append(own.column)
        self.used |= {*own.used}

    def read_texts(self) -> None:
        """`whose name starts with M`, `notes that contain "train"`."""
        for mark in (each for each in self.marks if each.role in TEXTS):
            self.where.append(f"{self.table.names[mark.column]} {mark.role} {mark.text}")
            self.used.add(mark)

    def _is_measure(self, mark: Mark) -> bool:
        if mark.role != "column" or mark in self.used or not self.over.is_numeric(mark.column):
            return False
        own = is_numbering(self.over, mark, self.words, self.language)
        return own or measures_rows(mark, self.over) or is_year(self.over, mark.column)

    def read_values(self) -> None:
        """`in North`, `region North`, `not from North`, `order 1001`, `in March`."""
        chosen: dict[tuple[int, str], list[Mark]] = {}
        excluded: set[Mark] = set()
        for number, mark in enumerate(self.marks):
            before, after = self.near(number, -1), self.near(number, 1)
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
            chained = bool(earlier and earlier in excluded and self._chained(earlier, mark))  # "except June and July"
            noun = earlier if earlier in self.nouns else None
            earlier = self.nouns[noun] if noun else earlier
            negation = earlier if earlier and (chained or earlier.role in EXCLUDING) else None
            excluded |= {mark} if negation else set()
            self.lacking += self._lacks(mark, negation) if negation else []
            self.used |= {mark, *(m for m in beside if m.column == mark.column and len(self.marks) > 2)}
            self.used |= {m for m in (negation, noun) if m}
            if mark.role == "period" and negation:
                self.excluded.append(mark)
            elif mark.role == "period":
                self.periods.append(mark)
            else:
                chosen.setdefault((mark.column, "!=" if negation else "="), []).append(mark)
        for (column, sign), marks in chosen.items():
            self.alternatives += [column] if len(marks) > 1 else []
            if sign == "=" and one_by_one(marks, self.marks, self.words, self.language):
                self.apart = column
            self.where += written(self.table, column, sign, marks, self.language)
            self.together = self.together or (joined_by_and(marks, self.words, self.language) if sign == "=" else [])

    def _chained(self, earlier: Mark, mark: Mark) -> bool:
        """Whether a negation before one value is of the next as well: "except June and July", "neither open nor paid"."""
        nor = {*self.words[earlier.end : mark.start]} & operation_words(self.language)["nor"]
        return bool(nor) or joined(earlier, mark, self.words, self.language)

    def _lacks(self, mark: Mark, negation: Mark) -> list[str]:
        """The condition on rows that are not there: "no open orders", "does not have anyone from Oslo"."""
        known = self._lacking | (operation_words(self.language)["does not"] if self._subjects() else frozenset())
        text = period_name(mark.text) if mark.role == "period" else mark.text
        return [f"{self.table.names[mark.column]} = {text}"] if negation.text in known else []

    def rows_asked_for(self) -> Columns:
        """The rows within the conditions, periods and empty cells that the question names."""
        left_out = [f"{self.table.names[mark.column]} != {period_name(mark.text)}" for mark in self.excluded]
        rows = kept(self.over, [*self.where, *left_out])
        for monthly in (True, False):  # in any of the months, and in any of the years
            alike = [mark for mark in self.periods if mark.text.startswith("-") is monthly]
            if len(alike) > 1 and any(mark.role in RANKS for mark in self.marks):  # "which had more, April or May?"
                raise not_understood(self.table, [period_name(mark.text, self.language) for mark in alike])
            if len(alike) > 1 and alternates(
                m for m in self.marks if m in self.used
            ):  # "in the North in January and in the South in February"
                raise not_understood(self.table, [period_name(mark.text, self.language) for mark in alike])
            rows = rows.within(alike[0].column, *(mark.text for mark in alike)) if alike else rows
        for column in self.empty:
            rows = rows.without_value(column)
        for first, sign, second in self.pairs:
            rows = rows.without(unlike(rows, first, sign, second))
        return rows

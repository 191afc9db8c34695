"""`Query`: which rows of a table a question is about, which columns, and what to do with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ...graph.errors import ExpertError
from ..wording.wording import UNSPACED
from .cell_numbers import is_durations
from .codes import counts_rows, is_code
from .columns import Columns
from .folding import fold
from .marks import Mark
from .table_words import operation_words

_RANKED = frozenset(("highest", "lowest", "top", "bottom"))
_SHARED = frozenset(("share", "sum", "count", "people", "rows"))
"""Operations of a question for a share; without "sum" it is one of the rows."""


@dataclass(frozen=True)
class Every:
    """Whether every row of a group fulfils a condition."""

    rows: Columns
    """The group."""
    failing: tuple[Columns, ...]
    """Those of its rows that do not, in parts."""
    condition: str
    of: tuple[str, ...]
    """The conditions of the group."""


@dataclass
class Query:
    """Which rows, which columns, and what to do with them."""

    table: Columns
    """Only the rows that satisfy the conditions."""
    whole: Columns
    """All rows: they tell which columns hold numbers."""
    columns: list[int]
    """The columns that the question names beside its conditions, in order."""
    conditional: bool = False
    """Some condition chose the rows."""
    group: int | None = None
    limit: int | None = None
    operations: set[str] = field(default_factory=set)
    counts_best: bool = False
    """The most and least are numbers of rows: "which city has the fewest people?"."""
    versus: tuple[Mark, Mark, Mark] | None = None
    """Two cells of a column that it compares, and the word for more or less."""
    frequent: bool = False
    """The most and least are numbers of rows of the column that it names: "the most common status"."""
    nth: int = 1
    """The place in the order from the highest or lowest: 2 for "the second highest"."""
    key: int | None = None
    """The column to sort by, where the question names it behind "by"."""
    ranks_rows: bool = False
    """Single rows are ranked, and no sums: "the two lowest units"."""
    every: Every | None = None
    """It asks for yes or no about every row: "are all orders paid?"."""
    yes_or_no: bool = False
    """Whether there are such rows: "is the Brightwater invoice paid?"."""
    exists: bool = False
    """It asks whether there is any: "is anyone on leave?"."""
    asks_who: bool = False
    """Whether it begins by asking for a person, who is a row."""
    in_time: bool = False
    """The highest and lowest are the latest and earliest."""
    sized: bool = False
    """They are sizes of single rows: "the smallest open order"."""
    lacking: tuple[str, ...] = ()
    """The conditions, without their negation, of what is not to be had at all: "which customers have no open order"."""
    has_none: bool = False
    """Whether it says so with a verb or "no", which is about who has them, and not with "without", which may leave out."""
    alternatives: tuple[int, ...] = ()
    """The columns of which it names several values: "North or South"."""
    with_each: dict[str, list[str]] = field(default_factory=dict)
    """Of several values joined by "and", each with its subjects, where no subject has them all."""
    apart: bool = False
    """Each value of the group is asked about by itself: "in Munich and in Hamburg"."""
    language: str = "en"
    """That of the question, in which it is answered."""
    where: tuple[str, ...] = ()
    """The conditions on columns that chose the rows, as `conditions` writes them."""
    periods: tuple[str, ...] = ()
    """The months and years that chose the rows, as words: "in June", "not in June"."""
    empty: tuple[int, ...] = ()
    """The columns that are empty in the rows."""

    @property
    def measures(self) -> list[int]:
        """The named columns that hold numbers; where none is named, the only column that does; of the latest a date."""
        table = self.whole
        dates = [n for n in range(len(table.names)) if table.is_dated(n)]
        if self.in_time and dates:
            return [n for n in self.columns if n in dates] or (dates if len(dates) == 1 else [])
        counted = "count" in self.operations and not self.operations & {"sum", "average", "median"}
        if named := [n for n in self.columns if table.is_numeric(n) and not (counted and counts_rows(table, n))]:
            several = len(named) > 1 and self.operations & _RANKED
            keys = {n for n in named if several and (is_code(table, n) or (n == 0 and is_code(table, n) is None))}
            return [n for n in named if n not in keys] or named
        numeric = [n for n in range(len(table.names)) if table.is_numeric(n)]
        if counted and any(column in numeric for column in self.columns):
            return []
        if len(numeric) > 1 and (self.sized or ("sum" in self.operations and not self.operations & _RANKED)):
            # the numbers of orders are not what the orders come to
            numeric = [n for n in numeric if is_code(table, n) is False]
        return numeric if len(numeric) == 1 and self.spoiled is None else []

    @property
    def spoiled(self) -> int | None:
        """The named column that the question would calculate with, but that is no column of numbers; None for none."""
        table, wanted = self.whole, self.operations
        others = [n for n in self.columns if not table.is_numeric(n) and not table.is_dated(n)]
        ranked = wanted & {"highest", "lowest", "top", "bottom"}
        if "distinct" in wanted or (self.in_time and any(map(table.is_dated, range(len(table.names))))):
            return None
        if wanted & {"sum", "average", "median"} and not ranked:
            every = len(others) == len(self.columns)
            return next((n for n in others if every or table.looks_numeric(n)), None)
        last = [n for n in others if n == self.columns[-1] or len(others) == len(self.columns)]
        if wanted & {"count", "sort"} and not ranked:
            timed = [n for n in last if "sort" not in wanted and is_durations(table.known(n).cells)]  # "how many hours"
            return next((n for n in last if n in timed or table.is_mostly_numeric(n)), None)
        grouped = self.group is not None and wanted != {"count"}
        return next((n for n in last if table.looks_numeric(n)), None) if ranked or self.limit or grouped else None

    @property
    def missing(self) -> dict[int, dict[str, int]]:
        """The cells without a value of each column that is calculated with, as written, and in how many rows each is."""
        calculating = {"sum", "average", "median", "highest", "lowest", "top", "bottom"}
        calculated = self.operations & calculating or self.group is not None
        counts = "count" in self.operations and not self.operations & calculating
        counted = [n for n in self.columns if n in self.measures] if "count" in self.operations else []
        columns = self.measures if calculated and not counts and not self.counts_best else counted
        cells = {n: self.table.missing(n) for n in columns}
        return {n: found for n, found in cells.items() if found}

    @property
    def subjects(self) -> list[int]:
        """The other named columns."""
        keys = len(self.columns) > 1 and self.operations & _RANKED
        measures = self.measures if keys else ()
        return [n for n in self.columns if not self.whole.is_numeric(n) or (measures and n not in measures)]

    def calculate(self) -> None:
        """Add up where it asks for no other calculation: "work out the revenue of South"."""
        if "calculate" in self.operations:
            self.operations.remove("calculate")
            self.operations |= {"sum"} if not self.operations and self.group is None and self.measures else set()
        if "share" in self.operations and any(is_code(self.whole, n) for n in self.columns):
            self.columns = [n for n in self.columns if not is_code(self.whole, n)]
            self.operations.add("rows")
        if "share" in self.operations and set(self.columns) & set(self.measures):
            self.operations.add("sum")

    @property
    def adds_what_is_counted(self) -> bool:
        """Whether "how many" is about the numbers of a column and no codes: "how many hours did Ann work" adds hours."""
        counted = set(self.columns).intersection(self.measures)
        others = self.operations - {"count", "people"} or self.subjects or self.limit
        return (
            "count" in self.operations
            and bool(counted)
            and not others
            and not any(is_code(self.whole, n) for n in counted)
        )

    @property
    def expression(self) -> str:
        """What is computed, from the typed parts: `sum of amount where city = Bergen`."""
        names = self.table.names
        if self.every:
            return f"every row{' where ' * bool(self.every.of)}{' and '.join(self.every.of)} has {self.every.condition}"
        done = self.operations - {"people", "rows", "per"}
        if self.versus:
            done = {"difference"}
        doing = " and ".join(sorted(done - {"count"} | {"sum"} if self.adds_what_is_counted else done)) or "rows"
        counts = done == {"count"} or "share" in done or self.frequent
        what = " and ".join(names[column] for column in (self.columns or self.measures[: not counts]))
        by = f" by {names[self.group]}" if self.group is not None else ""
        limits = [*self.where, *self.periods, *(f"{names[n]} is empty" for n in self.empty)]
        where = f" where {' and '.join(limits)}" if limits else ""
        return f"{doing}{f' of {what}' if what else ''}{by}{where}"

    def asks_yes_or_no(self, question: str) -> bool:
        """Whether a question with these operations begins, or in Chinese and Japanese ends, as one for yes or no."""
        known = operation_words(self.language)["yes or no"]
        if self.language in UNSPACED:  # its word may end any question
            return not self.operations - {"rows", "people"} and any(word in fold(question) for word in known)
        return fold(question).partition(" ")[0].strip("¿") in known

    def contradiction(self, question: str) -> list[str]:
        """Operations that do not go together, as words; empty where all take effect."""
        extremes, totals = self.operations & {"highest", "lowest"}, self.operations & {"sum", "average", "median"}
        ranked = extremes or self.limit or self.operations & {"top", "bottom"}
        grouped = self.group is not None or bool(self.subjects)
        limits = (*self.where, *self.periods, *self.empty)
        shared = len(limits) == 1 and not grouped and not self.operations - _SHARED and len(self.operations) > 1
        if "share" in self.operations and not shared:
            return ["share"]
        if extremes and "count" in self.operations and fold(question).split()[2:3] in (["more"], ["fewer"], ["less"]):
            return question.split()[2:3]  # how many more one has than another
        if self.nth > 1 and (len(extremes) != 1 or totals or self.limit):
            return ["nth"]
        if ("difference" in self.operations) != (len(extremes) > 1):
            return sorted(extremes) if len(extremes) > 1 else ["difference"]
        if len(totals) > 1:
            return sorted(totals)
        if ranked and totals - {"sum"} and not grouped:
            return sorted(totals)
        if ranked and "rows" in self.operations and grouped and not any(map(self.whole.is_numeric, self.columns)):
            return ["rows"]
        return question.split()[:1] if self.yes_or_no and self.operations - {"rows", "people"} else []


def not_understood(table: Columns, words: Sequence[str]) -> ExpertError:
    """The refusal of a question with words that have no meaning for the table."""
    named = ", ".join(f"“{word}”" for word in words)
    return ExpertError(
        f"I do not understand {named} in a question about {table.label}",
        hint=f"I count, add, sort and look up by the names of its columns: {', '.join(table.names)}",
    )


def expressions(queries: Sequence[Query]) -> str:
    """What was computed, in one line."""
    return "; ".join(query.expression for query in queries)


def no_condition(table: Columns) -> ExpertError:
    """The refusal of a question that would have every row for its answer."""
    return ExpertError(
        f"the question sets no condition on the rows of {table.label} and asks for no calculation",
        hint=f"Its columns are {', '.join(table.names)}.",
    )

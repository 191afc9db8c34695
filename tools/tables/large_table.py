"""`LargeTable`: a table of millions of rows in DuckDB, within 500 MB; counted, added and compared as a small one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from ...graph.caveats import lacks
from ...graph.errors import ExpertError, input_error
from .cell_numbers import is_missing
from .columns import Columns, Facts, Row, Sum
from .condition import NEGATED, Condition
from .conditions import check_comparable, periods_of, size_of, unsure_dates
from .folding import MARKS
from .large_cells import MOST_CELLS, LargeCells
from .large_totals import numbered, suspect_rows
from .marks import MAX_PHRASE
from .question_words import question_words
from .table import Table

SAMPLED = 200
"""Rows of the sample from the beginning, and of each column's values that the question names."""
_COMPARISONS = (">", ">=", "<", "<=")


@dataclass(frozen=True)
class LargeTable(Columns):
    """Rows of the table `t`, those that satisfy conditions; each call is a query."""

    cells: LargeCells
    label: str
    names: tuple[str, ...]
    decimal_comma: bool
    is_text: bool = False
    where: tuple[str, ...] = ()
    """Conditions in SQL."""
    given: tuple[object, ...] = ()
    """Their parameters, `$1` and on."""

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query with `{where}` in it."""
        return self.cells.rows(sql.replace("{where}", self._conditions), self.given)

    @property
    def _conditions(self) -> str:
        return f"WHERE {' AND '.join(self.where)}" if self.where else ""

    def _texts(self, sql: str) -> list[tuple[str, ...]]:
        return [tuple("" if cell is None else str(cell) for cell in row) for row in self._rows(sql)]

    # -- rows -------------------------------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """How many rows it has."""
        return int(self._rows("SELECT count(*) FROM t {where}")[0][0])

    def first(self, limit: int) -> Sequence[Row]:
        """The first rows."""
        return self._texts(f"SELECT * FROM t {{where}} ORDER BY rowid LIMIT {limit}")

    def last(self, limit: int) -> Sequence[Row]:
        """The last rows, in order."""
        return self._texts(f"SELECT * FROM t {{where}} ORDER BY rowid DESC LIMIT {limit}")[::-1]

    def facts(self, column: int) -> Facts:
        """The different cells of a column that are no plain numbers, and how many rows have one."""
        known = self.cells.whole(column)
        return self.cells.facts(column, self.where, self.given) if self.where else known

    def distinct(self, column: int, limit: int) -> Sequence[str]:
        """The first different cells of a column."""
        sql = f"SELECT {_first(column)} FROM t {{where}} GROUP BY {_same(column)} ORDER BY min(rowid) LIMIT {limit}"
        return [cell for (cell,) in self._texts(sql)]

    def different(self, column: int) -> int:
        """How many different cells a column has."""
        return int(self._rows(f"SELECT count(DISTINCT {_same(column)}) FROM t {{where}}")[0][0])

    def sums(self, column: int, by: int | None = None, *, median: bool = False) -> dict[str, Sum]:
        """The numbers of a column, added for each cell of another; without one under the empty name."""
        number, key = self.cells.number(column), "''" if by is None else _first(by)
        same = "()" if by is None else _same(by)
        middle = f"median({number})" if median else "NULL"
        sql = (
            f"SELECT {key}, sum({number}), count({number}), max({self.cells.places(column)}), {middle} FROM t {{where}}"
            f" GROUP BY {same} HAVING count({number}) > 0 ORDER BY min(rowid) LIMIT {MOST_CELLS + 1}"
        )
        return {
            str(name): Sum(total.quantize(Decimal(1).scaleb(-(places or 0))), many, places or 0, half and _short(half))
            for name, total, many, places, half in self._few(self._rows(sql), by)
        }

    def counts(self, by: int) -> dict[str, int]:
        """In how many rows each cell of a column is."""
        sql = (
            f"SELECT {_first(by)}, count(*) FROM t {{where}} GROUP BY {_same(by)} ORDER BY min(rowid)"
            f" LIMIT {MOST_CELLS + 1}"
        )
        return {str(name): many for name, many in self._few(self._rows(sql), by)}

    def _few(self, rows: list[tuple[Any, ...]], by: int | None) -> list[tuple[Any, ...]]:
        if len(rows) > MOST_CELLS:
            raise ExpertError(
                f"column {self.names[by or 0]} of {self.label} has more than {MOST_CELLS:,} different cells",
                hint="Filter it first.",
            )
        return rows

    def extremes(self, column: int, *, most: bool, limit: int) -> Sequence[Row]:
        """The rows with the highest or the lowest number or date."""
        size = self.cells.size(column)
        best = self._rows(f"SELECT {'max' if most else 'min'}({size}) FROM t {{where}}")[0][0]
        table = self._with(f"{size} = {{}}", best)
        return table.first(limit)

    def in_order(self, column: int, *, falling: bool, limit: int) -> Sequence[Row]:
        """The rows by their number, date or text in a column; those without a value last."""
        return self._texts(f"SELECT * FROM t {{where}} ORDER BY {self._order(column, falling)} LIMIT {limit}")

    def _order(self, column: int, falling: bool) -> str:
        sized = self.is_numeric(column) or self.is_dated(column)
        key = self.cells.size(column) if sized else f"nullif(fold(c{column}), '')"
        return f"{key} {'DESC' if falling else 'ASC'} NULLS LAST, rowid"

    def write(self, path: Path, by: int | None = None, *, falling: bool = False) -> None:
        """Write the rows as CSV, in the order of a column."""
        names = ", ".join(f'c{n} AS "{name.replace(chr(34), chr(34) * 2)}"' for n, name in enumerate(self.names))
        order = "rowid" if by is None else self._order(by, falling)
        self._rows(f"CREATE TEMP TABLE kept AS SELECT * FROM t {{where}} ORDER BY {order}")
        mark = ";" if self.decimal_comma else ","
        self.cells.rows(f"COPY (SELECT {names} FROM kept) TO '{path}' (HEADER, DELIMITER '{mark}')")
        self.cells.rows("DROP TABLE kept")

    # -- parts ------------------------------------------------------------------------------------------------------

    def _with(self, condition: str, *values: object) -> "LargeTable":
        """The rows that satisfy a condition too; `{}` in it stands for each of the values in turn."""
        for number in range(len(self.given) + 1, len(self.given) + len(values) + 1):
            condition = condition.replace("{}", f"${number}", 1)
        return replace(self, where=(*self.where, condition), given=(*self.given, *values))

    def matching(self, condition: Condition, columns: Sequence[int]) -> "LargeTable":
        """The rows that satisfy a condition in one of the columns; one that negates, in all of them."""
        negated = condition.operator in NEGATED
        operator = condition.operator.removeprefix("not ").replace("!=", "=")
        values = list[object]()
        parts = [self._test(column, operator, condition, values) for column in columns]
        joined = f"coalesce({' OR '.join(parts)}, false)"
        return self._with(f"NOT {joined}" if negated else joined, *values)

    def _test(self, column: int, operator: str, condition: Condition, values: list[object]) -> str:
        value = condition.value.strip(MARKS)
        size = self._size(value)
        if operator in _COMPARISONS:
            if size is None:
                raise input_error(f"“{condition}” compares, but “{value}” is neither a number nor a date")
            check_comparable(self, column, size)
            values.append(size)
            return f"{self._compared(column, size)} {operator} {{}}"
        if operator == "=":
            values += [condition.unaccented, [*condition.spelt]]
            tests = [f"list_contains({{}}, fold(c{column}))", f"list_contains({{}}, spelt(c{column}))"]
            if size is not None and self._has_sizes(column, size):
                values.append(size)
                tests.append(f"{self._compared(column, size)} = {{}}")
            for period in periods_of(self, condition, column):
                values.append(period)
                tests.append(self._within(column, period))
            return f"({' OR '.join(tests)})"
        function = {"contains": "contains", "starts with": "starts_with", "ends with": "ends_with"}[operator]
        values += [*condition.spelt] or condition.unaccented
        return f"{function}({'spelt' if condition.spelt else 'fold'}(c{column}), {{}})"

    def _has_sizes(self, column: int, size: Decimal | str) -> bool:
        known = self.cells.whole(column)
        plain = isinstance(size, Decimal) and known.numbers > 0
        return known.complete and (plain or any(type(self._size(cell)) is type(size) for cell in known.cells))

    def _size(self, cell: str) -> Decimal | str | None:
        return size_of(cell, self.decimal_comma)

    def _compared(self, column: int, size: Decimal | str) -> str:
        """A column as numbers, or as dates that are as exact as another."""
        if isinstance(size, Decimal):
            return self.cells.number(column)
        return f"substr({self.cells.date(column)}, 1, {len(size)})"

    def within(self, column: int, *periods: str) -> "LargeTable":
        """The rows with a date in one of some periods, as `period_of` writes them."""
        if not self.cells.is_dated(column):
            raise input_error(f"column {self.names[column]} of {self.label} holds other cells than dates")
        if read := unsure_dates(self, column):
            lacks(read)
        return self._with(f"({' OR '.join(self._within(column, each) for each in periods)})", *periods)

    def _within(self, column: int, period: str) -> str:
        return f"starts_with(substr({self.cells.date(column)} || '-', {5 if period.startswith('-') else 1}), {{}})"

    def without_value(self, column: int) -> "LargeTable":
        """The rows where a column is empty or says that there is no value."""
        gone = [cell for cell in self.cells.whole(column).cells if is_missing(cell)]
        return self._with(f"list_contains({{}}, coalesce(c{column}, ''))", gone)

    def without(self, numbers: Sequence[int]) -> "LargeTable":
        """The rows but those of some numbers."""
        return self._with("rowid NOT IN (SELECT unnest({}::BIGINT[]))", list(numbers))

    def part(self, begin: int, end: int) -> "LargeTable":
        """The rows from one number to before another."""
        return self._with("rowid >= {} AND rowid < {}", begin, end)

    def suspects(self, words: str) -> dict[int, Row]:
        """The last row, those in which a folded cell is one of some words, and those without a text that others have."""
        columns = range(len(self.names))
        return suspect_rows(self.cells, words, [n for n in columns if not self.is_numeric(n) and not self.is_dated(n)])

    def at(self, numbers: Sequence[int]) -> dict[int, Row]:
        """The rows of some numbers."""
        return numbered(
            self.cells.rows("SELECT rowid, * FROM t WHERE rowid IN (SELECT unnest($1::BIGINT[]))", [list(numbers)])
        )

    def sample(self, question: str) -> Table:
        """The first rows, and those with a cell that words of the question name."""
        words = question_words(question)
        runs = {" ".join(words[at : at + size]) for at in range(len(words)) for size in range(1, MAX_PHRASE + 1)}
        first = self._sampled(self.first(SAMPLED))
        texts = [n for n in range(len(self.names)) if not first.is_numeric(n) and not first.is_dated(n)]
        found = [self._with(f"list_contains({{}}, fold(c{n}))", sorted(runs)).first(SAMPLED) for n in texts]
        return self._sampled([*first.cells, *(row for rows in found for row in rows)])

    def _sampled(self, rows: Sequence[Row]) -> Table:
        return Table(self.label, self.names, tuple(dict.fromkeys(map(tuple, rows))), self.decimal_comma)


def _same(column: int) -> str:
    """The cells of a column as groups, in SQL: without case and spaces around."""
    return f"lower(trim(coalesce(c{column}, '')))"


def _first(column: int) -> str:
    """The cell that is written first in a group, in SQL."""
    return f"trim(coalesce(arg_min(c{column}, rowid), ''))"


def _short(number: Decimal) -> Decimal:
    """Without zeros at the end."""
    return Decimal(f"{number.normalize():f}")

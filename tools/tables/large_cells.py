"""`LargeCells`: what the cells of a table in DuckDB say as numbers and dates, in SQL; `opened` reads such a table.

Plain numbers are read by DuckDB. Of a column's other cells the different ones are read by the functions that read a small
table, once, and looked up: `12 EUR`, `n/a`, `3.4.2026`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ...graph.call import Material
from ...graph.errors import input_error
from ...graph.resource import MOST_TEXT
from ..media.csv_records import MEDIA_TYPES, delimiter_of, read_records
from ..media.rows import distinct_names
from .cell_numbers import is_missing
from .columns import Facts
from .conditions import size_of
from .table import has_decimal_commas
from .written_dates import is_date

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "500MB"
START = 256 * 1024
"""Bytes in which the names of the columns stand."""
MOST_CELLS = 20_000
"""Different cells of a column that are no plain numbers, up to which it may be a column of numbers or dates."""
_PLACES = 9
"""Decimal places of a number in DuckDB."""


class LargeCells:
    """The columns of the table `t`: `c0`, `c1`, ... of text; `d0`, ... hold what the odd cells of a column say."""

    def __init__(self, engine: "DuckDBPyConnection", label: str, names: tuple[str, ...], decimal_comma: bool) -> None:
        self.engine, self.label, self.names, self.decimal_comma = engine, label, names, decimal_comma
        self._read: dict[int, Facts] = {}

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.engine.execute(sql, list(values)).fetchall()

    def facts(self, column: int, where: Sequence[str] = (), values: Sequence[object] = ()) -> Facts:
        """The different cells of a column that are no plain numbers, and how many rows have one; of some rows."""
        plain = self.plain(column)
        odd = " AND ".join((*where, f"{plain} IS NULL"))
        some = f"SELECT coalesce(c{column}, ''), count(*) FROM t WHERE {odd} GROUP BY 1 ORDER BY min(rowid)"
        found = {str(text): many for text, many in self.rows(f"{some} LIMIT {MOST_CELLS + 1}", values)}
        only = f"WHERE {' AND '.join(where)}" if where else ""
        numbers = self.rows(f"SELECT count({plain}) FROM t {only}", values)[0][0]
        return Facts(found, int(numbers), len(found) <= MOST_CELLS)

    def whole(self, column: int) -> Facts:
        """The facts of all rows; what the odd cells say is a table of DuckDB from then on."""
        if column not in self._read:
            self._read[column] = known = self.facts(column)
            read = [(cell, size_of(cell, self.decimal_comma)) for cell in known.cells]
            sized = [(cell, size) for cell, size in read if size is not None]
            numbers = [size if isinstance(size, Decimal) else None for _, size in sized]
            self.engine.execute(
                f"CREATE TABLE d{column} AS SELECT unnest($1::VARCHAR[]) AS cell,"
                f" unnest($2::DECIMAL(38, {_PLACES})[]) AS n, unnest($3::VARCHAR[]) AS day, unnest($4::INT[]) AS places",
                [
                    [cell for cell, _ in sized],
                    numbers,
                    [size if isinstance(size, str) else None for _, size in sized],
                    [None if number is None else places_of(number) for number in numbers],
                ],
            )
        return self._read[column]

    def is_dated(self, column: int) -> bool:
        """Whether all cells of a column that are not missing are dates."""
        known = self.whole(column)
        filled = [cell for cell in known.cells if not is_missing(cell)]
        return bool(filled) and known.complete and not known.numbers and all(map(is_date, filled))

    def plain(self, column: int) -> str:
        """A column as numbers where they are written plainly, in SQL; else NULL."""
        text, (group, mark) = f"trim(c{column})", ("[.]", ",") if self.decimal_comma else (",", "[.]")
        form = rf"[-+]?(\d{{1,20}}|\d{{1,3}}({group}\d{{3}}){{1,6}})({mark}\d{{1,{_PLACES}}})?"
        digits = f"replace(replace({text}, '.', ''), ',', '.')" if self.decimal_comma else f"replace({text}, ',', '')"
        return f"CASE WHEN regexp_full_match({text}, '{form}') THEN TRY_CAST({digits} AS DECIMAL(38, {_PLACES})) END"

    def number(self, column: int) -> str:
        """A column as numbers, in SQL. Raises `ExpertError` where too many of its cells are none."""
        if not self.whole(column).complete:
            raise input_error(f"column {self.names[column]} of {self.label} holds too many texts to be numbers")
        return f"coalesce({self.plain(column)}, {self._looked_up(column, 'n')})"

    def date(self, column: int) -> str:
        """A column as dates `year-month-day`, in SQL."""
        self.whole(column)
        return self._looked_up(column, "day")

    def size(self, column: int) -> str:
        """A column as that by which it is compared: dates, else numbers."""
        return self.date(column) if self.is_dated(column) else self.number(column)

    def places(self, column: int) -> str:
        """The decimal places of each number of a column, in SQL."""
        mark = "," if self.decimal_comma else "[.]"
        plain = f"length(regexp_extract(trim(c{column}), '^[-+0-9.,]*{mark}(\\d+)$', 1))"
        return f"coalesce({self._looked_up(column, 'places')}, {plain})"

    def _looked_up(self, column: int, what: str) -> str:
        return f"(SELECT d.{what} FROM d{column} d WHERE d.cell = c{column})"


def places_of(number: Decimal) -> int:
    """How many decimal places a number is written with."""
    return max(0, -int(number.as_tuple().exponent))


def is_large(material: Material) -> bool:
    """Whether a table is computed by DuckDB: its text is longer than any that is read whole."""
    about = material.resource
    return about.kind == "table" and about.media_type in MEDIA_TYPES and about.size > MOST_TEXT


@contextmanager
def opened(material: Material, scratch: Path) -> Iterator[LargeCells]:
    """The cells of delimited text in UTF-8. Raises `ExpertError` (input fault)."""
    import duckdb

    material.check()
    label = material.resource.label
    with material.path.open("rb") as file:
        start = file.read(START).decode("utf-8", "ignore")
    names = tuple(distinct_names(next(read_records(start, label, material.resource.media_type), [])))
    head = start.splitlines()[:50]
    skipped = next((n for n, line in enumerate(head) if all(name in line for name in names)), 0) + 1
    delimiter = head[0][4] if head[0].lower().startswith("sep=") else delimiter_of(start, material.resource.media_type)
    columns = "{" + ", ".join(f"'c{n}': 'VARCHAR'" for n in range(len(names))) + "}"
    try:
        with duckdb.connect(
            str(scratch / f"{uuid4().hex}.db"), config={"memory_limit": MEMORY, "threads": 2}
        ) as engine:
            engine.execute("SET allowed_directories = $1", [[str(scratch), str(material.path.parent)]])
            engine.execute("SET temp_directory = $1", [str(scratch)])
            engine.execute("SET enable_external_access = false")
            engine.execute("CREATE MACRO fold(x) AS lower(strip_accents(trim(x)))")
            engine.execute("CREATE MACRO spelt(x) AS lower(nfc_normalize(trim(x)))")
            engine.execute(
                f"CREATE TABLE t AS SELECT * FROM read_csv($1, columns = {columns}, header = false, skip = {skipped},"
                " delim = $2, quote = '\"', escape = '\"', null_padding = true, auto_detect = false, strict_mode = false)",
                [str(material.path), delimiter],
            )
            first = [
                [str(cell or "") for cell in row] for row in engine.execute("SELECT * FROM t LIMIT 500").fetchall()
            ]
            yield LargeCells(engine, label, names, has_decimal_commas(start, first))
    except duckdb.Error as error:
        raise input_error(f"{label} can't be read as a table: {str(error).partition(chr(10))[0]}") from error

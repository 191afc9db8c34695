"""`answer_about_large`, `count_large`: questions about tables of millions of rows, computed by DuckDB within 500 MB.

The table is read once, as text, into a database file in the scratch folder of the call; DuckDB may open nothing else. A
question is read over a sample that holds every row that its words could mean, so that it is understood as over the whole;
what is computed comes from the typed `Query` only: conditions, columns, an operation.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...graph.call import Material
from ...graph.errors import ExpertError, input_error
from ...graph.resource import MOST_TEXT
from ..media.csv_records import MEDIA_TYPES, delimiter_of, read_records
from .calculation import MAX_ROWS, rounded_like
from .conditions import ANY, Condition, condition_of, size_of
from .folding import fold
from .query import read_query
from .question_words import MAX_PHRASE, question_words
from .table import Table, has_decimal_commas
from .table_query import Query

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "500MB"
START = 256 * 1024
"""Bytes in which the names of the columns stand."""
SAMPLED = 200
"""Rows of the sample from the beginning, and of each column's values that the question names."""
_COMPARISONS = (">", ">=", "<", "<=")
_DONE = "count, add, average, and find the highest and lowest"


def is_large(material: Material) -> bool:
    """Whether a table is computed by DuckDB: its text is longer than any that is read whole."""
    about = material.resource
    return about.kind == "table" and about.media_type in MEDIA_TYPES and about.size > MOST_TEXT


class LargeTable:
    """A table in DuckDB: columns `c0`, `c1`, ... of text."""

    def __init__(self, engine: "DuckDBPyConnection", label: str, names: tuple[str, ...], decimal_comma: bool) -> None:
        self._engine, self.label, self.names, self.decimal_comma = engine, label, names, decimal_comma

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query over the table `t`."""
        return self._engine.execute(sql, list(values)).fetchall()

    def sample(self, question: str) -> Table:
        """The first rows, and those with a cell that words of the question name."""
        words = question_words(question)
        runs = {" ".join(words[at : at + size]) for at in range(len(words)) for size in range(1, MAX_PHRASE + 1)}
        first = self._sampled(self.rows(f"SELECT * FROM t LIMIT {SAMPLED}"))
        texts = [n for n in range(len(self.names)) if not first.is_numeric(n) and not first.is_dated(n)]
        found = [self.rows(f"SELECT * FROM t WHERE fold(c{n}) IN $1 LIMIT {SAMPLED}", [sorted(runs)]) for n in texts]
        return self._sampled([*first.cells, *(row for rows in found for row in rows)])

    def _sampled(self, rows: Sequence[Sequence[object]]) -> Table:
        cells = dict.fromkeys(tuple("" if cell is None else str(cell) for cell in row) for row in rows)
        return Table(self.label, self.names, tuple(cells), self.decimal_comma)

    def number(self, column: int) -> str:
        """A column as numbers, in SQL. Raises `ExpertError` where a cell that is not empty is none."""
        text = f"trim(c{column})"
        plain = f"replace(replace({text}, '.', ''), ',', '.')" if self.decimal_comma else f"replace({text}, ',', '')"
        number = f"TRY_CAST({plain} AS DECIMAL(38, 9))"
        other = self.rows(f"SELECT {text} FROM t WHERE {number} IS NULL AND {text} <> '' LIMIT 1")
        if other:
            raise input_error(f"column {self.names[column]} of {self.label} holds “{other[0][0]}”, which is no number")
        return number

    def written(self, column: int, number: Decimal) -> str:
        """A sum of a column's numbers, with as many places as they have."""
        mark = "," if self.decimal_comma else r"\."
        places = self.rows(f"SELECT max(length(regexp_extract(c{column}, '{mark}(\\d+)\\s*$', 1))) FROM t")[0][0] or 0
        text = f"{number.quantize(Decimal(1).scaleb(-places)):f}"
        return text.replace(".", ",") if self.decimal_comma else text


@contextmanager
def opened(material: Material, scratch: Path) -> Iterator[LargeTable]:
    """A table of delimited text in UTF-8. Raises `ExpertError` (input fault)."""
    import duckdb

    material.check()
    label = material.resource.label
    with material.path.open("rb") as file:
        start = file.read(START).decode("utf-8", "ignore")
    names = tuple(next(read_records(start, label, material.resource.media_type), ()))
    head = start.splitlines()[:50]
    skipped = next((n for n, line in enumerate(head) if all(name in line for name in names)), 0) + 1
    delimiter = head[0][4] if head[0].lower().startswith("sep=") else delimiter_of(start, material.resource.media_type)
    columns = "{" + ", ".join(f"'c{n}': 'VARCHAR'" for n in range(len(names))) + "}"
    try:
        with duckdb.connect(str(scratch / "table.db"), config={"memory_limit": MEMORY, "threads": 2}) as engine:
            engine.execute("SET allowed_directories = $1", [[str(scratch), str(material.path.parent)]])
            engine.execute("SET temp_directory = $1", [str(scratch)])
            engine.execute("SET enable_external_access = false")
            engine.execute("CREATE MACRO fold(x) AS lower(strip_accents(trim(x)))")
            engine.execute(
                f"CREATE TABLE t AS SELECT * FROM read_csv($1, columns = {columns}, header = false, skip = {skipped},"
                " delim = $2, quote = '\"', escape = '\"', null_padding = true, auto_detect = false, strict_mode = false)",
                [str(material.path), delimiter],
            )
            first = [
                [str(cell or "") for cell in row] for row in engine.execute("SELECT * FROM t LIMIT 500").fetchall()
            ]
            yield LargeTable(engine, label, names, has_decimal_commas(start, first))
    except duckdb.Error as error:
        raise input_error(f"{label} can't be read as a table: {str(error).partition(chr(10))[0]}") from error


def count_large(table: LargeTable, where: Sequence[str]) -> int:
    """How many rows satisfy all conditions. Raises `ExpertError` (input fault) for a value that is nowhere, as `kept`."""
    conditions = [condition_of(text) for text in where]
    number = _count(table, conditions)
    for condition in conditions if not number else ():
        if condition.operator == "=" and not _count(table, [condition]):
            raise input_error(
                f"“{condition.value}” is nowhere in {table.label}", hint=f"Its columns are {', '.join(table.names)}."
            )
    return number


def _count(table: LargeTable, conditions: Sequence[Condition]) -> int:
    where, values = _where(table, conditions)
    return int(table.rows(f"SELECT count(*) FROM t {where}", values)[0][0])


def answer_about_large(table: LargeTable, question: str) -> tuple[str, Query]:
    """The answer, and the query that was computed. Raises `ExpertError` for other questions than those of `_DONE`."""
    query = read_query(question, table.sample(question))
    if query.periods or query.empty or query.yes_or_no or query.limit or "sort" in query.operations:
        raise _too_many(table)
    where = _where(table, [condition_of(text) for text in query.where])
    wanted = query.operations
    subjects = [column for column in query.subjects if column not in query.measures[:1]]
    subjects += [] if query.group is None else [query.group]
    if wanted & {"highest", "lowest"} and query.measures:
        return (_best_group if subjects else _extreme)(table, query, where, *subjects[:1]), query
    if query.group is not None:
        return _groups(table, query, where), query
    if wanted & {"sum", "average"} and query.measures:
        return "\n".join(_total(table, query, column, where) for column in query.measures), query
    if "count" in wanted and not query.subjects:
        return str(table.rows(f"SELECT count(*) FROM t {where[0]}", where[1])[0][0]), query
    raise _too_many(table)


def _too_many(table: LargeTable) -> ExpertError:
    return ExpertError(
        f"{table.label} is too large for this question", hint=f"Of large tables I {_DONE}; filter it first."
    )


def _written(table: LargeTable, number: Decimal) -> str:
    plain = f"{number.normalize() + 0:f}"
    return plain.replace(".", ",") if table.decimal_comma else plain


def _total(table: LargeTable, query: Query, column: int, where: tuple[str, list[object]]) -> str:
    number = table.number(column)
    total, many = table.rows(f"SELECT sum({number}), count({number}) FROM t {where[0]}", where[1])[0]
    if not many:
        return f"no row of {table.label} fits"
    name = f"{table.names[column]}: " if len(query.measures) > 1 else ""
    averaged = "average" in query.operations
    return name + (_written(table, rounded_like(total / many, [])) if averaged else table.written(column, total))


def _extreme(table: LargeTable, query: Query, where: tuple[str, list[object]]) -> str:
    number, measure = table.number(query.measures[0]), query.measures[0]
    best = "max" if "highest" in query.operations else "min"
    rows = table.rows(
        f"SELECT * FROM t {where[0]} {'AND' if where[0] else 'WHERE'} {number} = (SELECT {best}({number}) FROM t {where[0]})"
        f" LIMIT {MAX_ROWS}",
        where[1],
    )
    shown = Table(table.label, table.names, (), table.decimal_comma)
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    return "\n".join(f"{row[measure]} ({shown.row_text(row)})" for row in cells) or f"no row of {table.label} fits"


def _best_group(table: LargeTable, query: Query, where: tuple[str, list[object]], by: int) -> str:
    number, averaged = table.number(query.measures[0]), "average" in query.operations
    computed = f"sum({number}) / count({number})" if averaged else f"sum({number})"
    best = "max" if "highest" in query.operations else "min"
    found = table.rows(
        f"WITH g AS (SELECT c{by} AS k, {computed} AS n FROM t {where[0]} GROUP BY 1)"
        f" SELECT k, n FROM g WHERE n = (SELECT {best}(n) FROM g) LIMIT {MAX_ROWS}",
        where[1],
    )
    if not found:
        return f"no row of {table.label} fits"
    what = "on average" if averaged else "in all its rows together"
    return f"{' and '.join(name for name, _ in found)}, with {_shown(table, query, found[0][1])} {what}"


def _groups(table: LargeTable, query: Query, where: tuple[str, list[object]]) -> str:
    averaged = "average" in query.operations
    if "count" in query.operations and not query.measures:
        computed = "count(*)"
    elif query.measures:
        number = table.number(query.measures[0])
        computed = f"sum({number}) / count({number})" if averaged else f"sum({number})"
    else:
        raise _too_many(table)
    found = table.rows(
        f"SELECT c{query.group}, {computed} FROM t {where[0]} GROUP BY 1 ORDER BY min(rowid) LIMIT {MAX_ROWS + 1}",
        where[1],
    )
    if len(found) > MAX_ROWS:
        raise _too_many(table)
    return "; ".join(f"{name} {_shown(table, query, value)}" for name, value in found)


def _shown(table: LargeTable, query: Query, value: object) -> str:
    number = Decimal(str(value))
    if "average" in query.operations:
        return _written(table, rounded_like(number, []))
    return table.written(query.measures[0], number) if query.measures else str(value)


def _where(table: LargeTable, conditions: Sequence[Condition]) -> tuple[str, list[object]]:
    """Conditions as SQL with its values."""
    values: list[object] = []
    parts = [_condition(table, condition, values) for condition in conditions]
    return (f"WHERE {' AND '.join(parts)}" if parts else ""), values


def _condition(table: LargeTable, condition: Condition, values: list[object]) -> str:
    shown = Table(table.label, table.names, (), table.decimal_comma)
    columns = range(len(table.names)) if condition.column == ANY else [shown.column_or_error(condition.column)]
    negated = condition.operator == "!=" or condition.operator.startswith("not ")
    operator = condition.operator.removeprefix("not ").replace("!=", "=")
    parts = [_test(table, column, operator, condition.value, values) for column in columns]
    joined = f"({' OR '.join(parts)})"
    return f"NOT coalesce({joined}, false)" if negated else joined


def _test(table: LargeTable, column: int, operator: str, value: str, values: list[object]) -> str:
    def given(each: object) -> str:
        values.append(each)
        return f"${len(values)}"

    size = size_of(value, Table(table.label, table.names, (), table.decimal_comma))
    if operator in _COMPARISONS:
        if not isinstance(size, Decimal):
            raise input_error(
                f"“{value}” is no number; dates of so large a table are not compared", hint="Filter it first."
            )
        return f"{table.number(column)} {operator} {given(size)}"
    if operator == "=":
        options = [fold(part) for part in (value, *value.split(" or "), *value.split("|"))]
        return f"list_contains({given(list(dict.fromkeys(options)))}, fold(c{column}))"
    function = {"contains": "contains", "starts with": "starts_with", "ends with": "ends_with"}[operator]
    return f"{function}(fold(c{column}), {given(fold(value))})"

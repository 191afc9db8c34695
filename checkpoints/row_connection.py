"""`RowConnection`: the SQLite connection that jobs of `Database` get: rows in and out as dictionaries, and savepoints.

Three statements on the standard library. sqlite-utils makes the tables (`migrations.py`); it is not imported to read or
write a row, as it takes longer to import (0.19 s of CPU, with NumPy) than `hugginggpt runs` takes altogether.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from sqlite3 import Connection
from typing import Any

from .redacting_connection import RedactingConnection


class RowConnection(RedactingConnection):
    """A connection whose transactions are opened and committed by its owner."""

    def query(self, sql: str, values: Any = ()) -> Iterator[dict[str, Any]]:
        """The rows of a SELECT, by column name."""
        found = self.execute(sql, values)
        names = [column[0] for column in found.description]
        return (dict(zip(names, row, strict=True)) for row in found)

    def insert(self, table: str, row: Mapping[str, Any], *, ignore: bool = False) -> bool:
        """Insert a row; with `ignore`, leave the one that has its key as it is. Returns whether it was inserted."""
        sql = f"INSERT {'OR IGNORE ' * ignore}INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"
        return self.execute(sql, tuple(row.values())).rowcount > 0

    def table_names(self) -> set[str]:
        """LangGraph's tables are made by the first run, ours when the database is opened."""
        return {name for (name,) in self.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Roll back what the body wrote if it raises; the transaction goes on."""
        self._control("SAVEPOINT job")
        try:
            yield
        except BaseException:
            if self.in_transaction:  # some errors (a full disk) end the whole transaction
                self._control("ROLLBACK TO job")
                self._control("RELEASE job")
            raise
        self._control("RELEASE job")

    def _control(self, sql: str) -> None:
        """Execute a statement that has no values, so that none is to be redacted."""
        Connection.execute(self, sql)

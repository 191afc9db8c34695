"""A connection to SQLite that writes no secret: rows of ours and LangGraph's checkpoints pass here, and nowhere else."""

from collections.abc import Iterable, Mapping, Sequence
from sqlite3 import Connection, Cursor
from typing import Any, Self

from ..graph.redactor import Redactor


class CleanConnection(Connection):
    """Every value of a statement goes through the redactors, texts and serialized states alike: none gets longer."""

    redactors: Sequence[Redactor] = ()

    def cursor(self, factory: Any = None) -> Any:  # always ours, whichever is asked for
        """All that `execute` of a connection does goes through a cursor."""
        return super().cursor(_CleanCursor)

    def clean(self, values: Any) -> Any:
        """The values of one statement."""
        if isinstance(values, Mapping):
            return {name: self._clean(value) for name, value in values.items()}
        return [self._clean(value) for value in values]

    def _clean(self, value: Any) -> Any:
        if isinstance(value, str | bytes):
            for redact in self.redactors:
                value = redact.value(value)
        return value


class _CleanCursor(Cursor):
    connection: CleanConnection

    def execute(self, sql: str, values: Any = (), /) -> Self:
        return super().execute(sql, self.connection.clean(values))

    def executemany(self, sql: str, rows: Iterable[Any], /) -> Self:
        return super().executemany(sql, map(self.connection.clean, rows))

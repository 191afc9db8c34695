"""`RedactingConnection`: SQLite's, with every value redacted before it is written, in rows and checkpoints."""

from collections.abc import Iterable, Mapping
from sqlite3 import Connection, Cursor
from typing import Any, Self, cast

from ..graph.redactor import Redactor
from .known_states import KnownStates


class Redacted(bytes):
    """Bytes in which there is no secret, as they are written: compressed ones that were redacted before, and hashes."""


class Redactors:
    """The redactors of all openers of a connection, counted; equal ones are applied once."""

    def __init__(self) -> None:
        self._added: list[Redactor] = []
        self.distinct: tuple[Redactor, ...] = ()

    def add(self, redact: Redactor) -> None:
        """Apply `redact` from now on."""
        self._added.append(redact)
        self.distinct = tuple(dict.fromkeys(self._added))

    def remove(self, redact: Redactor) -> None:
        """Stop applying it, unless another opener has added it too."""
        self._added.remove(redact)
        self.distinct = tuple(dict.fromkeys(self._added))


class RedactingConnection(Connection):
    """Every value of a statement goes through the redactors, texts and bytes but `Redacted`; none gets longer."""

    redactors = Redactors()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = KnownStates()
        """States that were written before; see `state_parts.py`."""

    def cursor(self, factory: Any = None) -> Any:  # always a `_RedactingCursor`, whatever the caller passes
        """The cursor that every statement goes through."""
        return super().cursor(_RedactingCursor)

    def execute(self, sql: str, values: Any = (), /) -> Cursor:
        """Execute a statement. The library's method would make a cursor of its own, which redacts nothing."""
        return cast(Cursor, self.cursor().execute(sql, values))

    def executemany(self, sql: str, rows: Iterable[Any], /) -> Cursor:
        """Execute a statement for each row."""
        return cast(Cursor, self.cursor().executemany(sql, rows))

    def redact(self, values: Any) -> Any:
        """The values of one statement, redacted."""
        if not values:
            return values
        if isinstance(values, Mapping):
            return {name: self._redact(value) for name, value in values.items()}
        return [self._redact(value) for value in values]

    def _redact(self, value: Any) -> Any:
        if isinstance(value, str):
            for redact in self.redactors.distinct:
                value = redact.text(value)
        elif isinstance(value, bytes) and not isinstance(value, Redacted):
            for redact in self.redactors.distinct:
                value = redact.data(value)
        return value


class _RedactingCursor(Cursor):
    connection: RedactingConnection

    def execute(self, sql: str, values: Any = (), /) -> Self:
        return super().execute(sql, self.connection.redact(values))

    def executemany(self, sql: str, rows: Iterable[Any], /) -> Self:
        return super().executemany(sql, map(self.connection.redact, rows))

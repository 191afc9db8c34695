"""`FORMAT`: the version of our tables in a home's database, and whether a database has it."""

from sqlite3 import Connection
from typing import Final

FORMAT: Final = 11
"""`PRAGMA user_version` after all migrations: a version refuses a home with a higher one than its own."""


def is_current(db: Connection) -> bool:
    """Whether no migration is pending: they record that they ran, and set the format last."""
    found = db.execute("PRAGMA user_version").fetchone()[0]
    return bool(
        found == FORMAT and db.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone()
    )

"""`open_log`, for `--log FILE`: the log of the package in a file, as text or as JSON lines, without secrets."""

import logging
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from ...graph.errors import UsageError
from .printable import clean, json_text


def open_log(named: Path | None) -> None:
    """Append the records of `hugginggpt` to the file that `--log` or HUGGINGGPT_LOG names, if any. Raises `UsageError`."""
    file = named or Path(os.environ.get("HUGGINGGPT_LOG", ""))
    if file == Path():
        return
    level = _choice("HUGGINGGPT_LOG_LEVEL", ("debug", "info", "warning"), "info")
    written_as = _choice("HUGGINGGPT_LOG_FORMAT", ("text", "json"), "json" if file.suffix == ".jsonl" else "text")
    try:
        descriptor = os.open(file.expanduser(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError as error:
        raise UsageError(f"the log {file} can't be written: {error.strerror or error}") from error
    handler = logging.StreamHandler(os.fdopen(descriptor, "w", encoding="utf-8"))
    handler.setFormatter(JsonFormatter() if written_as == "json" else TextFormatter())
    logger = logging.getLogger("hugginggpt")
    logger.addHandler(handler)
    logger.setLevel(level.upper())


def _choice(variable: str, values: tuple[str, ...], default: str) -> str:
    value = os.environ.get(variable, "").strip().lower() or default
    if value not in values:
        raise UsageError(f"{variable} is {value!r}", hint=f"it is one of: {', '.join(values)}")
    return value


class TextFormatter(logging.Formatter):
    """A line for each record; further lines, such as a traceback's, are indented, so that none can pass for a record."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The record without secrets and control characters."""
        return clean(super().format(record)).replace("\n", "\n    ")


class JsonFormatter(logging.Formatter):
    """A JSON object for each record, on one line: `time`, `level`, `logger`, `message`, what its `extra` has
    as `fields`, and the `traceback` of an error."""

    def format(self, record: logging.LogRecord) -> str:
        """The record without secrets."""
        fields: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields |= getattr(record, "fields", {})
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return json_text(fields)

"""`end_with_traces`: LangSmith gets a few seconds for the traces of a command that is done, and then the process ends.

Where its server does not answer, its threads would hold the process for minutes, and its log would fill the terminal.
"""

import logging
import os
import sys

from ...graph.traces import unsent

PATIENCE = 2.5
"""Seconds after the answer."""


class _Complaints(logging.Handler):
    """Keeps what LangSmith's client first failed at, and prints nothing; it warns of other things too."""

    first = ""

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if record.levelno >= logging.ERROR or "ailed to" in message:
            self.first = self.first or message.partition("\n")[0][:160]


_complaints = _Complaints(logging.WARNING)


def hear_langsmith() -> None:
    """Keep what its client logs off the terminal; a log file gets it all the same."""
    logging.getLogger("langsmith").addHandler(_complaints)


def end_with_traces() -> None:
    """Send what is left. What can't be sent is reported in one line, and the process ends at once with its exit code."""
    trees = sys.modules.get("langsmith.run_trees")
    client = getattr(trees, "_CLIENT", None)
    if client is None:
        return
    why = unsent(client, PATIENCE)
    if not why and not _complaints.first:
        return
    sys.stderr.write(f"traces were not all sent to LangSmith: {_complaints.first or why}\n")
    ending = sys.exc_info()[1]
    code = ending.code if isinstance(ending, SystemExit) else int(ending is not None)
    if code is None or isinstance(code, int):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code or 0)

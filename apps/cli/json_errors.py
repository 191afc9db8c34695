"""`print_json_error`: what ends a command, as a JSON object on stdout, for programs that read `--json`."""

import sys

from .printable import json_text


def print_json_error(kind: str, message: str, hint: str, exit_code: int) -> None:
    """One line, beside what stderr says; nothing where `--json` was not given.

    `kind`: the class of the error.
    """
    words = sys.argv[1:]
    if "--json" in words[: words.index("--") if "--" in words else None]:
        fields = {"event": "error", "error": kind, "message": message, "hint": hint, "exit_code": exit_code}
        sys.stdout.write(json_text(fields) + "\n")
        sys.stdout.flush()

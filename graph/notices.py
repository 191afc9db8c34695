"""`notice`: a warning that the user must see, once a process, on stderr or in the application's log.

Every other log record of the package is silent until an application or `--log FILE` adds a handler, as in other libraries.
"""

import logging
import sys
from functools import cache

_log = logging.getLogger("hugginggpt")


@cache
def notice(text: str) -> None:
    """Log a warning, and print it on stderr unless the application has set up logging (the root logger has a handler)."""
    clean = "".join(c if c.isprintable() else "?" for c in text)  # names from outside must not steer a terminal
    _log.warning("%s", clean)
    if sys.stderr and not logging.getLogger().handlers:
        sys.stderr.write(f"{clean}\n")

"""Notices: what the user must know although nothing is refused. A warning in the log `hugginggpt`, once a process.

Without any logging set up, Python prints warnings on stderr, so that every entry point shows them.
"""

import logging
from functools import cache


@cache
def notice(text: str) -> None:
    """Report it, once. What a terminal would obey in it is shown as `?`: it may hold names from outside."""
    logging.getLogger("hugginggpt").warning("%s", "".join(c if c.isprintable() else "?" for c in text))

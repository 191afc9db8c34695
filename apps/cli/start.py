"""`main`: entry point of the `hugginggpt` command; Ctrl-C while it is still imported leaves no traceback."""

from .garbage import collect_seldom
from .interrupts import wait_to_begin
from .streams import open_missing_streams


def main() -> None:
    """Import and call the command."""
    open_missing_streams()
    wait_to_begin()
    collect_seldom()
    from .app import main as command

    command()

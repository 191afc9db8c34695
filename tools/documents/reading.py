"""`Reading`: what a reader makes of a file, a text or a table; `unreadable` is the error of one that can't be read."""

from collections.abc import Sequence
from typing import NamedTuple

from ...graph.errors import ExpertError, input_error
from ...graph.resource import Kind


class Reading(NamedTuple):
    """What a person reads in a file."""

    text: str
    notes: tuple[str, ...] = ()
    """What is not read of it, each a sentence without a full stop."""
    kind: Kind = "text"
    media_type: str = "text/plain"


def unreadable(
    label: str, what: str, why: object = "", hint: str = "Is it whole? Open it, and save it again."
) -> ExpertError:
    """The error of a file that begins as `what` ("a Word document") and can't be read."""
    return input_error(f"{label} can't be read as {what}" + (f": {why}" if str(why) else ""), hint=hint)


def as_accepted(changes: int) -> tuple[str, ...]:
    """A note where changes of a document wait to be accepted or rejected; they are read as if accepted."""
    return (f"its tracked changes ({changes}) are read as if they were accepted",) if changes else ()


def joined(blocks: Sequence[str]) -> str:
    """Blocks of text, a blank line between them; empty ones are left out."""
    return "\n\n".join(block.strip("\n") for block in blocks if block.strip())

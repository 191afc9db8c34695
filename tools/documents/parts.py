"""`numbered`, `parts_of`: what a file consists of (appointments, e-mails, slides), each below a line that numbers it."""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

from .reading import joined

Noun = Literal["Appointment", "Chapter", "Contact", "E-mail", "Sheet", "Slide", "Task"]
_HEADING = re.compile(rf"^({'|'.join(get_args(Noun))}) (\d+) of (\d+)(?:: (.*))?$", re.MULTILINE)


class Part(NamedTuple):
    """A part of a file, as it is read."""

    noun: str
    number: int
    """From 1."""
    title: str
    """As its heading gives it; may be empty."""
    text: str
    """Without its heading."""


def numbered(noun: Noun, parts: Sequence[tuple[str, str]]) -> str:
    """The titles and texts of parts below lines like `Slide 2 of 4: Weather`."""
    return joined(
        [
            f"{noun} {number} of {len(parts)}{f': {title}' if title else ''}\n{text}"
            for number, (title, text) in enumerate(parts, start=1)
        ]
    )


def parts_of(text: str) -> list[Part]:
    """The parts in order; none where the lines that number them are not there, or do not fit each other."""
    found = list(_HEADING.finditer(text))
    if not found or {(match[1], int(match[3])) for match in found} != {(found[0][1], len(found))}:
        return []
    if [int(match[2]) for match in found] != list(range(1, len(found) + 1)):
        return []
    ends = [*(match.start() for match in found[1:]), len(text)]
    return [
        Part(match[1], int(match[2]), match[4] or "", text[match.end() : end].strip())
        for match, end in zip(found, ends, strict=True)
    ]


def without_headings(text: str) -> str:
    """A text without the lines that number its parts; titles stay."""
    return _HEADING.sub(lambda match: match[4] or "", text) if parts_of(text) else text

"""`noun_of`: what a file consists of, appointments or slides; `counts_mails`: whether words count e-mails."""

import re
from collections.abc import Iterable

from ...graph.mentions import kind_of_name

_E_MAILS = r"(?:e-?mails?|mails?|messages?)(?! address)"
MAILS = {"application/mbox", "message/rfc822", "application/vnd.ms-outlook"}
"""Files that consist of e-mails."""
SUBTITLES = frozenset(("application/x-subrip", "text/vtt", "text/x-ssa"))
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
_NOUNS = {
    **dict.fromkeys(MAILS, "E-mail"),
    "text/calendar": "Appointment",
    "text/vcard": "Contact",
    "application/epub+zip": "Chapter",
    **dict.fromkeys((f"{_OFFICE}.presentationml.presentation", f"{_OPEN}.presentation"), "Slide"),
    **dict.fromkeys((f"{_OFFICE}.spreadsheetml.sheet", f"{_OPEN}.spreadsheet", "application/vnd.ms-excel"), "Sheet"),
}
"""What the files of a type consist of, as `documents/parts.py` names it."""
_ASKED = re.compile(r"(?:how many|number of|count)(?: of)?(?: all)?(?: the| my| our)? ")
_ABOUT_ALL = re.compile(
    r"(?:[\s,?.!\ue010-\ue0ff]|\b(?:are|is|there|in|of|do|does|have|has|contain|contains|and|the|these|this|files?"
    r"|mailbox|together|altogether|all|total)\b)*"
)
"""Words behind the e-mails that choose none of them."""


def type_by_name(media_type: str, name: str) -> str:
    """The type of a file as its name gives it, where what was read of it is plain text."""
    return kind_of_name(name)[1] if media_type.startswith("text/") and name else media_type


def noun_of(media_type: str) -> str:
    """What a file of a type consists of: `Slide`; empty for others."""
    return _NOUNS.get(media_type, "")


def counts_mails(words: str, media_types: Iterable[str]) -> bool:
    """Whether `words` count all e-mails of files that are mailboxes or e-mails."""
    asked, types = _ASKED.search(words), {*media_types}
    counted = re.compile(rf"{_E_MAILS}\b").match(words, asked.end()) if asked else None
    return bool(types and types <= MAILS and counted and _ABOUT_ALL.fullmatch(words, counted.end()))

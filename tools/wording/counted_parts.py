"""`uncounted_parts`: why what a file consists of is not counted: no expert counts e-mails, appointments or slides."""

import re
from collections.abc import Iterable

_E_MAILS = r"(?:e-?mails?|mails?|messages?)(?! address)"
_PARTS = {
    "application/mbox": ("e-mails", re.compile(rf"{_E_MAILS}\b")),
    "message/rfc822": ("e-mails", re.compile(rf"{_E_MAILS}\b")),
    "text/calendar": ("appointments", re.compile(r"(?:appointments?|events?|meetings?|entries|dates)\b")),
    "text/vcard": ("contacts", re.compile(r"(?:contacts?|people|persons?|entries|cards?)\b")),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("slides", re.compile(r"slides?\b")),
}
"""The parts of which a file of a type consists, and the English words for them."""
_ASKED = re.compile(r"(?:how many|number of|count)(?: of)?(?: all)?(?: the| my| our)? ")


def uncounted_parts(words: str, media_types: Iterable[str]) -> str | None:
    """The reason, where `words` count the parts of files that all have one of the types."""
    asked, types = _ASKED.search(words), {*media_types}
    name, counted = _PARTS.get(types.pop(), ("", None)) if len(types) == 1 else ("", None)
    if asked and counted and counted.match(words, asked.end()):
        return f"no expert here counts the {name} of a file; I can read them"
    return None

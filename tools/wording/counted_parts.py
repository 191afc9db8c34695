"""`uncounted_parts`: why what a file consists of is not counted: appointments or slides; `counts_mails`: e-mails are."""

import re
from collections.abc import Iterable

from ...graph.mentions import kind_of_name

_E_MAILS = r"(?:e-?mails?|mails?|messages?)(?! address)"
MAILS = {"application/mbox", "message/rfc822", "application/vnd.ms-outlook"}
"""Files that consist of e-mails."""
_PARTS = {
    "text/calendar": ("appointments", re.compile(r"(?:appointments?|events?|meetings?|entries|dates)\b")),
    "text/vcard": ("contacts", re.compile(r"(?:contacts?|people|persons?|entries|cards?)\b")),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("slides", re.compile(r"slides?\b")),
}
"""The parts of which a file of a type consists, and the English words for them."""
_ASKED = re.compile(r"(?:how many|number of|count)(?: of)?(?: all)?(?: the| my| our)? ")
_ABOUT_ALL = re.compile(
    r"(?:[\s,?.!\ue010-\ue0ff]|\b(?:are|is|there|in|of|do|does|have|has|contain|contains|and|the|these|this|files?"
    r"|mailbox|together|altogether|all|total)\b)*"
)
"""Words behind the e-mails that choose none of them."""


def type_by_name(media_type: str, name: str) -> str:
    """The type of a file as its name gives it, where what was read of it is plain text."""
    return kind_of_name(name)[1] if media_type.startswith("text/") and name else media_type


def uncounted_parts(words: str, media_types: Iterable[str]) -> str | None:
    """The reason, where `words` count the parts of files that all have one of the types; e-mails are, if all are."""
    asked, types = _ASKED.search(words), {*media_types}
    if (
        asked
        and types
        and types <= MAILS
        and re.match(_E_MAILS, words[asked.end() :])
        and not counts_mails(words, types)
    ):
        return "I count all e-mails of a file and no choice of them; I can read them"
    name, counted = _PARTS.get(types.pop(), ("", None)) if len(types) == 1 else ("", None)
    if asked and counted and counted.match(words, asked.end()):
        return f"no expert here counts the {name} of a file; I can read them"
    return None


def counts_mails(words: str, media_types: Iterable[str]) -> bool:
    """Whether `words` count all e-mails of files that are mailboxes or e-mails."""
    asked, types = _ASKED.search(words), {*media_types}
    counted = re.compile(rf"{_E_MAILS}\b").match(words, asked.end()) if asked else None
    return bool(types and types <= MAILS and counted and _ABOUT_ALL.fullmatch(words, counted.end()))

"""`of_mails`: what the e-mails of a mailbox answer: how many, which, from whom, to whom, what is attached."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from email.utils import getaddresses, parsedate_to_datetime
from typing import NamedTuple

from ...graph.errors import ExpertError
from ..documents.parts import Part
from .asked import Asked, says

MOST_NAMED = 12
_HEADER = re.compile(r"(Subject|From|To|Cc|Date|Attachments): (.*)")
_MAIL = frozenset(
    ("count", "list", "who", "most", "wrote", "received", "copied", "attachments", "subject", "when", "first", "last")
)


class Mail(NamedTuple):
    """One e-mail."""

    headers: dict[str, str]
    text: str
    """All of it."""

    @property
    def day(self) -> date | None:
        """The day in its own time zone; None where it is not given, or damaged."""
        try:
            return parsedate_to_datetime(self.headers.get("Date", "")).date()
        except (ValueError, TypeError):
            return None

    @property
    def senders(self) -> list[str]:
        """Names and addresses."""
        return [
            f"{name} <{address}>" if name else address for name, address in getaddresses([self.headers.get("From", "")])
        ]

    @property
    def subject(self) -> str:
        """What it is about, as its header says."""
        return self.headers.get("Subject", "(no subject)")

    @property
    def attachments(self) -> list[str]:
        """The names of its files."""
        return [name for name in self.headers.get("Attachments", "").split(", ") if name]

    @property
    def line(self) -> str:
        """What it is, in a line."""
        return f"{self.subject} (from {', '.join(self.senders)}, {self.headers.get('Date', 'no date')})"


def mail(part: Part) -> Mail | None:
    """The e-mail that a part is; None for one that has no header."""
    headers = dict[str, str]()
    for line in part.text.splitlines():
        match = _HEADER.fullmatch(line)
        if match is None:
            break
        headers[match[1]] = match[2]
    return Mail(headers, part.text) if headers.keys() & {"Subject", "From", "Date"} else None


def of_mails(asked: Asked, known: Sequence[Mail], label: str) -> str | None:
    """The answer; None for a question that the text of the e-mails may answer. Raises `ExpertError`."""
    marks = asked.marks
    if not marks & _MAIL or marks - _MAIL or set(asked.nouns) - {"E-mail"}:
        return None
    by_header = marks & {"wrote", "received", "copied", "attachments", "subject"} or asked.nouns or asked.sender
    if not by_header or (marks & {"when"} and not marks & {"wrote", "received"} and not asked.nouns):
        return None
    sender, words = asked.sender, asked.words
    if "wrote" in marks and "who" not in marks and not sender and words:  # “When did Carla write?”
        senders = [word for word in words if any(says(each.headers.get("From", ""), [word]) for each in known)]
        sender, words = tuple(senders), tuple(word for word in words if word not in senders)
    if "attachments" in marks and words and not asked.nouns:
        return None  # what an attachment says
    found = [each for each in known if _fits(each, sender, asked.receiver, words)]
    if asked.period:
        undated = [each for each in found if each.day is None]
        if undated:
            raise ExpertError(f"an e-mail of {label} has no date that can be read: {undated[0].line}", input_fault=True)
        found = [each for each in found if each.day and asked.period.holds(each.day)]
    if words and not found:
        return None if "count" not in marks else _no_word(label, words)
    if sender and not found and "count" in marks and not asked.period:
        senders = list(dict.fromkeys(name for each in known for name in each.senders))
        return f"0 (none is from “{' '.join(sender)}”; they are from {', '.join(senders[:MOST_NAMED])})"
    if marks & {"first", "last"} and found:
        dated = sorted(
            (each for each in found if each.day), key=lambda each: parsedate_to_datetime(each.headers["Date"])
        )
        found = dated[:1] if "first" in marks else dated[-1:]
    return _said(asked, found, label)


def _no_word(label: str, words: Sequence[str]) -> str:
    raise ExpertError(f"no e-mail of {label} has the words “{' '.join(words)}”", hint="Ask for others.")


def _fits(each: Mail, sender: Sequence[str], receiver: Sequence[str], words: Sequence[str]) -> bool:
    to = f"{each.headers.get('To', '')}, {each.headers.get('Cc', '')}"
    return says(each.headers.get("From", ""), sender) and says(to, receiver) and says(each.text, words)


def _said(asked: Asked, found: Sequence[Mail], label: str) -> str:
    marks = asked.marks
    if "attachments" in marks and asked.nouns and "count" in marks:  # “how many mails have attachments”
        return _counted([each for each in found if each.attachments])
    if "attachments" in marks:
        return _attached(marks, found, label)
    if "most" in marks:
        many = Counter(sender for each in found for sender in each.senders)
        best = max(many.values(), default=0)
        return ", ".join(f"{name} ({best})" for name, number in many.items() if number == best) or f"none in {label}"
    if "count" in marks:
        return _counted(found)
    if not found:
        return f"none: no such e-mail is in {label}"
    if "copied" in marks:
        return _each(found, [each.headers.get("Cc", "(no one is in copy)") for each in found])
    if "received" in marks and not marks & {"when", "subject", "first", "last"}:
        return _each(found, [", ".join(filter(None, (e.headers.get("To"), e.headers.get("Cc")))) for e in found])
    if "who" in marks:
        return ", ".join(dict.fromkeys(sender for each in found for sender in each.senders))
    return _of_each(asked, found)


def _of_each(asked: Asked, found: Sequence[Mail]) -> str:
    """What is asked of each e-mail: when it was sent, its subject, its text; else what it is."""
    if "when" in asked.marks:
        return _each(found, [each.headers.get("Date", "(no date)") for each in found])
    if "subject" in asked.marks:
        return "\n".join(each.subject for each in found)
    if "wrote" in asked.marks and not asked.nouns:  # “What does Bo write?”
        return "\n\n".join(each.text for each in found)
    return "\n".join(each.line for each in found)


def _attached(marks: frozenset[str], found: Sequence[Mail], label: str) -> str:
    names = [(name, each) for each in found for name in each.attachments]
    if "count" in marks:
        return f"{len(names)}" + (f" ({', '.join(name for name, _ in names[:MOST_NAMED])})" if names else "")
    if not names:
        return f"none: no such e-mail of {label} has attachments"
    if len(found) == 1:
        return ", ".join(name for name, _ in names)
    return "\n".join(f"{name} ({each.line})" for name, each in names)


def _each(found: Sequence[Mail], values: Sequence[str]) -> str:
    if len(found) == 1:
        return values[0]
    return "\n".join(f"{value} ({each.subject})" for each, value in zip(found, values, strict=True))


def _counted(found: Sequence[Mail]) -> str:
    subjects = "; ".join(each.subject for each in found[:MOST_NAMED])
    return f"{len(found)}" + (f" ({subjects}{' ...' if len(found) > MOST_NAMED else ''})" if found else "")

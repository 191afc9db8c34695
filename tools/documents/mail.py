"""`mail_text`, `mailbox_text`: e-mails as one reads them: sender, subject, date, text; by the standard library."""

import re
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from mailbox import mbox
from pathlib import Path

from ...graph.errors import input_too_large
from .attachments import read_attachment
from .html import html_text
from .parts import numbered
from .reading import Reading, joined, unreadable

_SHOWN = ("Subject", "From", "To", "Cc", "Date")
_WORD = re.compile(r"[^\W_]+")
_SAME, _STUB = 0.2, 15
"""The share of words by which two halves of a message may differ; the own words of a half that says nothing."""
MOST_MESSAGES = 1_000
MOST_ATTACHMENTS = 100
"""Of one file that are read."""
DEEPEST = 5
"""Messages within messages."""


def mail_text(path: Path, label: str) -> Reading:
    """One e-mail with its attachments, as far as these have a text."""
    return message_text(BytesParser(policy=policy.default).parsebytes(path.read_bytes()), path.parent, label)


def message_text(message: EmailMessage, folder: Path, label: str) -> Reading:
    """A message with its attachments; `folder`: where a file may be written for their readers."""
    mail = _Mail(folder)
    return _checked(mail.text_of(message), mail, label)


def mailbox_text(path: Path, label: str) -> Reading:
    """All e-mails of an mbox file, in order."""
    box = mbox(path, create=False)
    if len(box) > MOST_MESSAGES:
        raise input_too_large(
            f"{label} holds {len(box):,} e-mails; {MOST_MESSAGES:,} are read at most", hint="Cut it into parts."
        )
    mail = _Mail(path.parent)
    read = (BytesParser(policy=policy.default).parsebytes(box.get_bytes(key)) for key in iter(box.keys()))
    return _checked(numbered("E-mail", [("", mail.text_of(message)) for message in read]), mail, label)


def _checked(text: str, mail: "_Mail", label: str) -> Reading:
    if not text.strip():
        raise unreadable(label, "an e-mail", "it has neither a header nor a text")
    unread = (f"its attachments are not read: {', '.join(mail.unread)}",) if mail.unread else ()
    return Reading(text, (*unread, *mail.notes))


class _Mail:
    """Reads messages; what of them is not read is kept for all of a file."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._left = folder, MOST_ATTACHMENTS
        self.unread, self.notes = list[str](), list[str]()

    def text_of(self, message: EmailMessage, depth: int = 0) -> str:
        """Header, text and attachments of a message."""
        head = [f"{name}: {' '.join(value.split())}" for name in _SHOWN if (value := _header(message, name))]
        text = _fuller(*(_content(half) if (half := message.get_body((kind,))) else "" for kind in ("plain", "html")))
        blocks, names = list[str](), list[str]()
        for part in message.iter_attachments() if message.is_multipart() else ():
            if part.get_content_type() == "message/rfc822" and depth < DEEPEST:
                blocks.append(f"Attached e-mail:\n{self.text_of(part.get_content(), depth + 1)}")
            elif part.get_content_disposition() == "attachment" or part.get_filename():
                names.append(name := part.get_filename() or part.get_content_type())
                blocks += self._attachment(part, name)
        head += [f"Attachments: {', '.join(names)}"] if names else []
        return joined(["\n".join(head), text, *blocks])

    def _attachment(self, part: MIMEPart, name: str) -> list[str]:
        payload = part.get_payload(decode=True)
        self._left -= 1
        found = read_attachment(payload, name, self._folder) if isinstance(payload, bytes) and self._left >= 0 else None
        if found is None:
            self.unread.append(name)
            return []
        self.notes += [f"{name}: {note}" for note in found.notes]
        return [f"Attachment {name}:\n\n{found.text}"]


def _fuller(plain: str, page: str) -> str:
    """The plain half of a message; the page where the plain half says less, as "View this mail in a browser" does.

    Both where each says much that the other does not.
    """
    said, shown = ({*_WORD.findall(half.lower())} for half in (plain, page))
    if len(shown - said) <= len(shown) * _SAME:
        return plain
    return page if len(said - shown) <= _STUB else joined([page, plain])


def _header(message: EmailMessage, name: str) -> str:
    try:
        return ", ".join(map(str, message.get_all(name, ())))
    except (ValueError, IndexError, AttributeError, TypeError):  # malformed, as in spam
        return ""


def _content(part: MIMEPart) -> str:
    try:
        text = part.get_content()
    except (LookupError, ValueError):  # an encoding that Python does not know, or broken base64
        payload = part.get_payload(decode=True)
        text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    text = text.replace("\r\n", "\n") if isinstance(text, str) else ""
    return html_text(text) if part.get_content_type() == "text/html" else text

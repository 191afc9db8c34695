"""`mail_text`, `mailbox_text`: e-mails as one reads them: sender, subject, date, text; by the standard library."""

from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from mailbox import mbox
from pathlib import Path

from ...graph.errors import input_too_large
from .html import html_text
from .reading import Reading, joined, unreadable

_SHOWN = ("Subject", "From", "To", "Cc", "Date")
MOST_MESSAGES = 1_000
DEEPEST = 5
"""Messages within messages."""


def mail_text(path: Path, label: str) -> Reading:
    """One e-mail."""
    text, attached = _message(BytesParser(policy=policy.default).parsebytes(path.read_bytes()))
    return _checked(text, attached, label)


def mailbox_text(path: Path, label: str) -> Reading:
    """All e-mails of an mbox file, in order."""
    box = mbox(path, create=False)
    if len(box) > MOST_MESSAGES:
        raise input_too_large(
            f"{label} holds {len(box):,} e-mails; {MOST_MESSAGES:,} are read at most", hint="Cut it into parts."
        )
    texts, attached = [], list[str]()
    for number, key in enumerate(box.keys(), start=1):
        text, files = _message(BytesParser(policy=policy.default).parsebytes(box.get_bytes(key)))
        texts.append(f"E-mail {number} of {len(box)}\n{text}")
        attached += files
    return _checked(joined(texts), attached, label)


def _checked(text: str, attached: list[str], label: str) -> Reading:
    if not text.strip():
        raise unreadable(label, "an e-mail", "it has neither a header nor a text")
    files = ", ".join(attached)
    return Reading(text, (f"its attachments are not read: {files}",) if files else ())


def _message(message: EmailMessage, depth: int = 0) -> tuple[str, list[str]]:
    """The text of a message, and the names of its attachments."""
    head = [f"{name}: {' '.join(value.split())}" for name in _SHOWN if (value := _header(message, name))]
    body = message.get_body(("plain", "html"))
    text = _content(body) if body else ""
    if body is not None and not text.strip() and (other := message.get_body(("html",))) is not None:
        text = _content(other)
    blocks, attached = list[str](), list[str]()
    for part in message.iter_attachments() if message.is_multipart() else ():
        if part.get_content_type() == "message/rfc822" and depth < DEEPEST:
            inner, files = _message(part.get_content(), depth + 1)
            blocks.append(f"Attached e-mail:\n{inner}")
            attached += files
        elif part.get_content_disposition() == "attachment" or part.get_filename():
            attached.append(part.get_filename() or part.get_content_type())
    head += [f"Attachments: {', '.join(attached)}"] if attached else []
    return joined(["\n".join(head), text, *blocks]), attached


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

"""`outlook_text`: an e-mail as Outlook saves it (MSG, by python-oxmsg), made into a MIME message and read as one."""

from collections.abc import Iterator
from contextlib import suppress
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from struct import error as StructError
from typing import Any

from .mail import message_text
from .reading import Reading, unreadable

_WHAT = "an Outlook e-mail"
MOST_BYTES = 100_000_000


def outlook_text(path: Path, label: str) -> Reading:
    """Sender, recipients, subject, date, text and attachments."""
    from oxmsg import Message

    if path.stat().st_size > MOST_BYTES:
        raise unreadable(label, _WHAT, f"it has more than {MOST_BYTES:,} bytes", "Save it without its attachments.")
    try:
        source: Any = Message.load(str(path))
        message = _as_mime(source)
        whole = [*_attached(source, message)]
    except (OSError, ValueError, LookupError, AssertionError, TypeError, AttributeError, StructError) as error:
        raise unreadable(label, _WHAT, str(error) or "a part of it is damaged") from None
    found = message_text(message, path.parent, label)
    missing = (f"e-mails that are attached to it are not read: {', '.join(whole)}",) if whole else ()
    return found._replace(notes=(*missing, *found.notes))


def _as_mime(source: Any) -> EmailMessage:
    message = EmailMessage()
    people = [f"{each.name} <{each.email_address}>".strip() for each in source.recipients]
    date = source.sent_date
    heads = (
        ("Subject", source.subject),
        ("From", source.sender or ""),
        ("To", ", ".join(people)),
        ("Date", format_datetime(date) if date else source.message_headers.get("Date", "")),
    )
    for name, value in heads:
        if line := " ".join(str(value).replace("\0", "").split()):
            message[name] = line
    plain, html = source.body, source.html_body
    if plain and plain.strip():
        message.set_content(plain.replace("\0", ""))
    elif html:
        message.set_content(html.replace("\0", ""), subtype="html")
    elif source.properties.binary_prop_value(_PACKED_RTF) is not None:
        raise ValueError("its text is packed as RTF only")
    return message


_PACKED_RTF = 0x1009
"""The property PidTagRtfCompressed (MS-OXPROPS, 2.944)."""


def _attached(source: Any, message: EmailMessage) -> Iterator[str]:
    """Attach the files; the names of attached e-mails, which are no files."""
    for number, each in enumerate(source.attachments, start=1):
        name = each.file_name or f"attachment {number}"
        data = each.file_bytes if each.attached_by_value else None
        if data is None:
            yield name
            continue
        main, _, kind = (each.mime_type or "application/octet-stream").partition("/")
        if main not in ("text", "image", "audio", "video", "application"):
            main, kind = "application", "octet-stream"
        with suppress(ValueError):
            message.add_attachment(data, maintype=main, subtype=kind or "octet-stream", filename=name)

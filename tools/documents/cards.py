"""`cards_text`: calendars (ics) and contacts (vcf) in words, by vobject; their property names say what the lines mean."""

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from .encodings import decoded
from .parts import numbered
from .reading import Reading, joined, unreadable
from .repeats import repeats

_NAMES = {
    "SUMMARY": "Event", "DTSTART": "Begins", "DTEND": "Ends", "DUE": "Due", "DURATION": "Lasts", "LOCATION": "Place",
    "DESCRIPTION": "", "ORGANIZER": "Organizer", "ATTENDEE": "With", "RRULE": "Repeats", "STATUS": "Status",
    "EXDATE": "Except", "RECURRENCE-ID": "Instead of",
    "COMMENT": "", "CONTACT": "Contact", "URL": "URL", "CATEGORIES": "Categories", "COMPLETED": "Completed",
    "FN": "Name", "ORG": "Organization", "TITLE": "Title", "ROLE": "Role", "TEL": "Telephone", "EMAIL": "E-mail",
    "ADR": "Address", "BDAY": "Birthday", "NOTE": "", "NICKNAME": "Nickname", "X-WR-CALNAME": "Calendar",
}  # fmt: skip
"""The properties that are read, as words (empty: a text that needs none); the others are for programs."""
_NOT_READ = re.compile(
    r"^BEGIN:VTIMEZONE\s+(?:(?!BEGIN:|END:).*\n)*END:VTIMEZONE\s*\n"
    r"|^(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY|ATTACH)\b[;:].*\n(?:[ \t].*\n)*",
    re.MULTILINE | re.IGNORECASE,
)
"""Time zones without rules, and data of other programs, which is often damaged: vobject decodes it, and fails."""


def cards_text(path: Path, label: str) -> Reading:
    """The events and contacts of a file, a block each."""
    import vobject

    read = decoded(path.read_bytes())
    if read is None:
        raise unreadable(label, "a calendar or contact", "it is no text")
    try:
        components = list(vobject.readComponents(_NOT_READ.sub("", read.text), allowQP=True))
        blocks = [block for component in components for block in _blocks(component)]
    except (vobject.base.VObjectError, ValueError, IndexError, KeyError, AttributeError, TypeError) as error:
        raise unreadable(label, "a calendar or contact", str(error) or "a line is damaged") from None
    if not blocks:
        raise unreadable(label, "a calendar or contact", "it holds no event and no contact")
    events = [block for block in blocks if block.is_event]
    others = [block.text for block in blocks if not block.is_event]
    if all(block.is_contact for block in blocks):
        return Reading(numbered("Contact", [("", text) for text in _with_names(others)]))
    if blocks and all(block.of == "VTODO" for block in blocks):
        return Reading(numbered("Task", [("", text) for text in others]))
    return Reading(joined([*others, *([numbered("Appointment", [("", e.text) for e in events])] if events else [])]))


class _Block(NamedTuple):
    """The lines of a component."""

    text: str
    of: str

    @property
    def is_event(self) -> bool:
        return self.of == "VEVENT"

    @property
    def is_contact(self) -> bool:
        return self.of == "VCARD"


def _blocks(component: Any) -> list[_Block]:
    """The own lines of a component, then its inner ones."""
    lines, inner = list[str](), list[_Block]()
    for child in component.getChildren():
        if hasattr(child, "getChildren") and child.name not in ("N", "ADR", "ORG") and hasattr(child, "contents"):
            if child.name not in ("VTIMEZONE", "VALARM", "STANDARD", "DAYLIGHT"):
                inner += _blocks(child)
        elif (name := _NAMES.get(child.name)) is not None and (value := _value(child.value, _zone(child))):
            if child.name == "DTEND" and type(child.value) is date:  # the first day after it (RFC 5545, 3.6.1)
                value = _value(child.value - timedelta(days=1))
            if child.name == "RRULE":
                value = repeats(value)
            kinds = ", ".join(kind.lower() for kind in child.params.get("TYPE", ()) if kind.isalpha())
            lines.append(f"{name} ({kinds}): {value}" if kinds else f"{name}: {value}" if name else value)
    name = getattr(component, "name", "")
    if name == "VTODO":
        lines = _task(lines)
    if name == "VEVENT":  # in one line: what, and when
        lines = _event(_with_end(component, lines))
    return [_Block("\n".join(lines), name), *inner] if lines else inner


def _task(lines: list[str]) -> list[str]:
    """What is to be done, and until when, in one line."""
    named = dict(line.split(": ", 1) for line in lines if ": " in line)
    due, status = named.get("Due", ""), named.get("Status", "").lower()
    head = ", ".join(filter(None, (f"due {due}" if due else "", status)))
    rest = [line for line in lines if not line.startswith(("Event: ", "Due: ", "Status: "))]
    return [": ".join(filter(None, (named.get("Event", ""), head))), *rest] if "Event" in named else lines


def _with_end(event: Any, lines: list[str]) -> list[str]:
    """The lines of an event that says how long it lasts, and not its end."""
    lasts = getattr(event, "duration", None)
    if lasts is None or hasattr(event, "dtend"):
        return lines
    begins = event.dtstart
    whole_days = type(begins.value) is date and lasts.value.days > 0  # the last of them
    ends = f"Ends: {_value(begins.value + lasts.value - timedelta(days=whole_days), _zone(begins))}"
    return [*(line for line in lines if not line.startswith("Lasts: ")), ends]


def _zone(line: Any) -> str:
    """The name of the time zone that a line gives."""
    names = line.params.get("X-VOBJ-ORIGINAL-TZID") or line.params.get("TZID") or [""]
    return str(names[0]).lstrip("/")


def _with_names(blocks: list[str]) -> list[str]:
    """Of several contacts each line says whose it is: `Telephone of Bo Ek (work): ...`."""
    names = [next((line[6:] for line in block.split("\n") if line.startswith("Name: ")), "") for block in blocks]
    if sum(map(bool, names)) < 2:
        return blocks
    return ["\n".join(_of(line, name) for line in block.split("\n")) for block, name in zip(blocks, names, strict=True)]


def _of(line: str, name: str) -> str:
    label, colon, value = line.partition(": ")
    what, bracket, kind = label.partition(" (")
    return f"{what} of {name}{bracket}{kind}: {value}" if name and colon and label != "Name" else line


def _event(lines: list[str]) -> list[str]:
    """What, and when: cancelled, moved and repeated events say so in the same line, which an answer quotes."""
    named = dict(line.split(": ", 1) for line in lines if ": " in line)
    begins, ends = named.get("Begins", ""), named.get("Ends", "")
    day, _, hour = ends.partition(", ")
    until = hour if hour and begins.startswith(f"{day}, ") else ends if ends != begins else ""
    zone = re.search(r"\d( \D[\w/+-]*)$", until)
    apart = ", ".join(line.removeprefix("Except: ") for line in lines if line.startswith("Except: "))
    when = (
        "cancelled" if named.get("Status", "").upper() == "CANCELLED" else "",
        begins.removesuffix(zone[1]) if zone else begins,
        until and f"ends {until}",
        named.get("Repeats", "") and f"repeated {named['Repeats']}",
        apart and f"except {apart}",
        named.get("Instead of", "") and f"instead of {named['Instead of']}",
    )
    head = named.get("Event", ""), ", ".join(filter(None, when))
    shown = ("Event: ", "Begins: ", "Ends: ", "Status: CANCELLED", "Repeats: ", "Except: ", "Instead of: ")
    rest = [line for line in lines if not line.startswith(shown)]
    return [": ".join(part for part in head if part), *rest] if any(head) else lines


def _value(value: Any, zone: str = "") -> str:
    match value:
        case datetime():
            zone = zone or getattr(value.tzinfo, "zone", None) or value.tzname() or ""
            return f"{value:%Y-%m-%d} ({value:%A}), {value:%H:%M} {zone}".strip()
        case date():
            return f"{value:%Y-%m-%d} ({value:%A})"
        case timedelta():
            return str(value)
        case list():
            return ", ".join(filter(None, (_value(each, zone) for each in value)))
    if hasattr(value, "street"):
        parts = (value.street, value.extended, value.city, value.region, value.code, value.country)
        return ", ".join(part for part in map(_value, parts) if part)
    return str(value).removeprefix("mailto:").removeprefix("MAILTO:").strip()

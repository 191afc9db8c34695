"""`answer_of_parts`: what a question about the parts of a file gets: appointments, e-mails, slides, chapters, contacts."""

import re
from collections.abc import Sequence
from datetime import date

from ...graph.errors import ExpertError, input_error
from ..documents.parts import Part, parts_of
from ..wording.asked_apart import FOLLOWED
from .appointments import appointments
from .asked import Asked, read_asked, says
from .calendar_answers import of_calendar
from .mail_answers import mail, of_mails

MOST_NAMED = 20
_ONE_MAIL = re.compile(r"(?:Subject|From|To|Date): .*\n(?:(?:Subject|From|To|Cc|Date|Attachments): .*(?:\n|\Z))+")
_NAMED = frozenset(("count", "list", "title", "notes", "who"))


def answer_of_parts(text: str, question: str, label: str, today: date, code: str) -> str | None:
    """The answer of the parts of a text, to a question in the language `code`.

    None where it has no parts, or the question is about something else in it. A question behind another is about the same.

    Raises `ExpertError` for what it asks of the parts and they can't tell.
    """
    parts = parts_of(text)
    if not parts and _ONE_MAIL.match(text):
        parts = [Part("E-mail", 1, "", text)]
    first, _, last = question.rpartition(FOLLOWED)
    if not parts or (asked := read_asked(last, parts[0].noun, today, code)) is None:
        return None
    if first and (before := read_asked(first, parts[0].noun, today, code)):
        asked = asked.about_those_of(before)
    if parts[0].noun == "Appointment":
        known = appointments(parts)
        return of_calendar(asked, known, label, today) if known is not None else None
    if parts[0].noun == "E-mail" and asked.number is None:
        mails = [mail(part) for part in parts]
        return of_mails(asked, [each for each in mails if each], label) if None not in mails else None
    return _of_numbered(asked, parts, label)


def _of_numbered(asked: Asked, parts: Sequence[Part], label: str) -> str | None:
    noun = parts[0].noun
    plural = noun.lower() if len(parts) == 1 else f"{noun.lower()}s"
    if asked.number is not None:
        if not 1 <= asked.number <= len(parts):
            raise input_error(f"{label} has {len(parts)} {plural}, and no {noun.lower()} {asked.number}")
        if asked.words or asked.period:
            return None
        return _of_one(asked, parts[asked.number - 1], label)
    if noun not in asked.nouns or set(asked.nouns) != {noun} or asked.marks - _NAMED or asked.period:
        return None
    found = [part for part in parts if says(f"{part.title} {part.text}", asked.words)]
    if asked.words and not found:
        if "count" in asked.marks:
            words = " ".join(asked.words)
            raise ExpertError(f"no {noun.lower()} of {label} has the words “{words}”", hint="Ask for others.")
        return None
    if "count" in asked.marks:
        return f"{len(found)}{_names(found) if asked.words or any(part.title for part in found) else ''}"
    if "notes" in asked.marks or not (asked.marks & {"list", "title"}):
        return None
    titled = [part for part in found if asked.words and says(part.title, asked.words)] or found
    return "\n".join(_line(part) for part in titled) if titled else None


def _of_one(asked: Asked, part: Part, label: str) -> str:
    name = f"{part.noun.lower()} {part.number} of {label}"
    if "title" in asked.marks:
        if not part.title:
            raise input_error(f"{name} has no title")
        return part.title
    if "notes" in asked.marks:
        spoken = part.text.partition("Speaker notes: ")[2]
        if not spoken:
            raise input_error(f"{name} has no notes")
        return spoken
    return "\n".join(filter(None, (part.title, part.text)))


def _line(part: Part) -> str:
    first = part.title or part.text.partition("\n")[0]
    return f"{part.noun} {part.number}: {first}" if first else f"{part.noun} {part.number}"


def _names(found: Sequence[Part]) -> str:
    named = "; ".join(part.title or f"{part.noun.lower()} {part.number}" for part in found[:MOST_NAMED])
    return f" ({named}{' ...' if len(found) > MOST_NAMED else ''})" if found else ""

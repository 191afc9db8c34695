"""`named_sheet`: the sheet of a workbook that a question names: "on sheet Costs", "in the Income sheet"."""

import re

from ...graph.errors import input_error
from ..documents.parts import Part, parts_of

_NOUN = r"(?:work)?sheets?|tabs?|tabellenbl[aä]tt(?:er)?|blatt|feuilles?|onglets?|hojas?|planilhas?|folhas?|abas?"
_LEAD = r"(?:\b(?:on|in|of|from|im|auf|von|dans|de|en|na|no|da)\s+)?(?:\b(?:the|my|dem|der|la|l[ea]|a|o)\s+)?"


def named_sheet(text: str, question: str) -> tuple[Part, str] | None:
    """The sheet, and the question without its name; None where it names none.

    Raises `ExpertError` (input fault) for several sheets, and for one that is not there.
    """
    sheets = [part for part in parts_of(text) if part.noun == "Sheet"]
    found = [(part, match) for part in sheets if (match := _naming(part).search(question))]
    if len(found) > 1:
        raise input_error(
            f"the question names the sheets {', '.join(part.title for part, _ in found)}", hint="Ask about one."
        )
    if found:
        part, match = found[0]
        return part, f"{question[: match.start()]} {question[match.end() :]}".strip()
    other = (
        re.search(r"\b(?:on|in|of|from) (?:the )?(?:sheet|worksheet|tab) [“\"']?([\w-]+)", question) if sheets else None
    )
    if other:
        titles = ", ".join(part.title for part in sheets)
        raise input_error(f"there is no sheet “{other[1]}”; the sheets are {titles}")
    return None


def _naming(part: Part) -> re.Pattern[str]:
    title = rf"[“\"'«]?{re.escape(part.title)}[”\"'»]?"
    number = rf"(?:{_NOUN})\s+{part.number}(?!\d)"
    return re.compile(rf"{_LEAD}(?:(?:{_NOUN})\s+{title}(?!\w)|(?<!\w){title}\s+(?:{_NOUN})\b|{number})", re.IGNORECASE)

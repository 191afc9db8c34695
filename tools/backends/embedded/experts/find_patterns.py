"""token-classification, as far as form alone tells: dates, times, money, percentages, numbers, e-mails, URLs, phones.

Not covered: names of people, places and organisations; parts of speech.
"""

import json
from collections.abc import Sequence

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from .....graph.task import Task
from ..entity_patterns import Found, find
from ..goal_words import asks, goal
from ..registry import expert

FORMAL = (
    r"dates?\b|days?\b|time|when\b|deadline|money|amounts?\b|price|cost|sums?\b|total|currenc|e-?mail|urls?\b|links?\b"
    r"|web ?(?:site|address)|addresses\b|numbers?\b|figures?\b|percent|phone|telephone|fecha|datum|daten\b|importe"
    r"|betrag|montant"
)
NAMES = (
    r"named? entit|entit|people|person|names?\b|places?\b|cit(?:y|ies)|countr|location|organi[sz]ation|compan"
    r"|part.of.speech"
    r"|pos\b|verbs?\b|nouns?\b|ner\b|brand|disease|drug|gene"
)

_BY_NAME: dict[str, str] = {
    "DATE": r"dates?\b|days?\b|when\b|deadline|fecha|datum|daten\b",
    "TIME": r"times?\b|when\b|deadline|hours?\b",
    "MONEY": r"money|amounts?\b|prices?\b|costs?\b|sums?\b|totals?\b|currenc|importe|betrag|montant",
    "PERCENT": r"percent",
    "EMAIL": r"e-?mail",
    "URL": r"urls?\b|links?\b|web ?(?:site|address)",
    "PHONE": r"phone|telephone",
}
_AT_LARGE = r"(?<!phone )(?<!telephone )(?:numbers?|figures?)\b|(?<!mail )(?<!web )addresses\b|entit"
"""What asks for more than one of these kinds."""


def accepts(task: Task) -> str | None:
    """Only what is told by its form."""
    asked = goal(task)
    if not asked or (asks(asked, FORMAL) and not asks(asked, NAMES)):
        return None
    return "it finds dates, times, amounts, numbers, e-mails and URLs by form; names of people or places need a model"


@expert(
    "token-classification",
    name="patterns",
    description="finds dates, times, money, numbers, e-mails, URLs and phones by their form; no names of any kind",
    library="dateparser",
    requires=("dateparser",),
    accepts=accepts,
    partial=True,
)
def find_patterns(call: Call) -> Sequence[Artifact]:
    """`{"entity_group", "word", "score", "start", "end"}` for each, in order; the score is 1, they are no guesses."""
    text = call.text("text")
    if not text.strip():
        raise ExpertError("there is no text to look through", input_fault=True)
    wanted = _wanted(goal(call.task))
    rows = [
        {"entity_group": found.group, "word": found.word, "score": 1.0, "start": found.start, "end": found.end}
        for found in find(text, _is_true)
        if not wanted or found.group in wanted
    ]
    return [Artifact(output="labels", kind="labels", media_type="application/json", text=json.dumps(rows))]


def _wanted(asked: str) -> set[str]:
    """The kinds that the goal names; none when it names none or asks at large."""
    if asks(asked, _AT_LARGE):
        return set()
    return {kind for kind, words in _BY_NAME.items() if asks(asked, words)}


def _is_true(found: Found) -> bool:
    """Whether dateparser, which knows the months of 200 languages, reads a date as one (`3 pommes 1999` is none)."""
    import dateparser

    if found.group != "DATE":
        return True
    word = found.word.lower()
    return dateparser.parse(word.removesuffix("s") if word.endswith("days") else word) is not None

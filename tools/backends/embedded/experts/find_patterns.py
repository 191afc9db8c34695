"""token-classification by form alone: dates, times, money, percentages, numbers, e-mails, URLs, phones."""

import json
from collections.abc import Sequence

from .....graph.call import Artifact, Call
from .....graph.errors import input_error
from ..entity_patterns import Entity, find_entities
from ..goal_words import goal_filter, goal_text, has_word
from ..registry import expert

FORMAL = (
    r"dates?\b|days?\b|time|when\b|deadline|money|amounts?\b|price|cost|sums?\b|total|currenc|e-?mail|urls?\b|links?\b"
    r"|ibans?\b|accounts?\b|mobile|web ?(?:site|address)|addresses\b|numbers?\b|figures?\b|percent|phone|telephone"
    r"|fecha|datum|daten\b|importe"
    r"|betrag|montant"
)
NAMES = (
    r"named? entit|entit|people|person|names?\b|places?\b|cit(?:y|ies)|countr|location|organi[sz]ation|compan"
    r"|part.of.speech|pos\b|verbs?\b|nouns?\b|ner\b|brand|disease|drug|gene"
)

_BY_NAME: dict[str, str] = {
    "DATE": r"dates?\b|days?\b|when\b|deadline|fecha|datum|daten\b",
    "TIME": r"times?\b|when\b|deadline|hours?\b",
    "MONEY": r"money|amounts?\b|prices?\b|costs?\b|sums?\b|totals?\b|currenc|importe|betrag|montant",
    "PERCENT": r"percent",
    "EMAIL": r"e-?mail",
    "URL": r"urls?\b|links?\b|web ?(?:site|address)",
    "PHONE": r"(?:tele)?phone|tel\b|mobile",
    "IBAN": r"ibans?\b|bank account|account numbers?",
}
_GENERAL = r"(?<!phone )(?<!account )(?<!mobile )(?:numbers?|figures?)\b|(?<!mail )(?<!web )addresses\b|entit"
"""Words that ask for more than one of these kinds."""

ONLY_FORMAL = (
    "it finds dates, times, amounts, numbers, e-mails and URLs by form; names of people or places need a model"
)


@expert(
    "token-classification",
    name="patterns",
    description="finds dates, times, money, numbers, e-mails, URLs and phones by their form; no names of any kind",
    library="dateparser",
    requires=("dateparser",),
    accepts=goal_filter(FORMAL, ONLY_FORMAL, unless=NAMES, or_no_goal=True),
    partial=True,
)
def find_patterns(call: Call) -> Sequence[Artifact]:
    """`{"entity_group", "word", "score", "start", "end"}` for each, in order; the score is always 1."""
    text = call.text("text")
    if not text.strip():
        raise input_error("there is no text to search")
    named = str(call.task.parameters.get("look_for", "")).lower()  # the goal names what is left out as well
    groups = _named_groups(named) or _named_groups(goal_text(call.task))
    rows = [
        {"entity_group": found.group, "word": found.word, "score": 1.0, "start": found.start, "end": found.end}
        for found in find_entities(text, _is_plausible)
        if not groups or found.group in groups
    ]
    return [Artifact(output="labels", kind="labels", media_type="application/json", text=json.dumps(rows))]


def _named_groups(goal: str) -> set[str]:
    """The groups that the goal names; an empty set, for all, where it names none or several at once."""
    if has_word(goal, _GENERAL):
        return set()
    return {kind for kind, words in _BY_NAME.items() if has_word(goal, words)}


def _is_plausible(found: Entity) -> bool:
    """Whether dateparser, which knows the months of 200 languages, accepts a date as one (`3 pommes 1999` is no date)."""
    import dateparser

    if found.group != "DATE":
        return True
    word = found.word.lower()
    return dateparser.parse(word.removesuffix("s") if word.endswith("days") else word) is not None

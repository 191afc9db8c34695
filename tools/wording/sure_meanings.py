"""`sure_meaning`: what words ask for by their form, whatever they are near to: of chosen rows, of labels in a list."""

from collections.abc import Sequence

from ...graph.resource import Kind
from .choices import choices_behind_colon
from .clause_words import ClauseWords
from .details import reads_results
from .nearest import Match, nearest
from .row_conditions import counts_rows

OF_TEXT = ("translation", "summarization", "text-to-speech")
"""Meanings that make something of a text, of which lines may be chosen before."""
OF_ROWS = ("count/rows", "filter/rows", "table-question-answering")
"""Meanings of a clause about chosen rows."""
_OFFERED, _OFFERS, _LIKE = ("zero-shot-classification",), 0.2, 0.5
"""What a list behind a colon offers labels for, the score from which it does, and that of words that are like examples."""


def sure_meaning(
    own: ClauseWords, words: ClauseWords, named: Sequence[Kind], at_hand: Sequence[Kind], given: int
) -> Match | None:
    """The meaning of the words; `own`: those without a condition on rows, `given`: how many kinds are no results."""
    code = words.language.code
    if own is not words and "table" not in at_hand:
        return _of_rows(own, code)
    if "text" in at_hand[given:] and reads_results(words.text, code):
        return Match("", "text-to-speech", 0.0)
    offered = nearest(words.text, code, among=_OFFERED, most=1) if choices_behind_colon(words.text, code) else []
    return offered[0] if offered and named and offered[0].score >= _OFFERS else None


def _of_rows(words: ClauseWords, code: str) -> Match:
    """What is asked of chosen rows: to count or to show them, or what is made of their text."""
    made = nearest(words.text, code, among=OF_TEXT, most=1)
    rows = "count/rows" if counts_rows(words.text, code) else "filter/rows"
    of_text = words.is_aloud or words.languages[0] or (made and made[0].score >= _LIKE)
    if rows == "count/rows" or not made or not of_text:
        made = nearest(words.text, code, among=(rows,), most=1)
    return made[0] if made else Match("", rows, 0.0)

"""`AnswerBound`: the end of reading an answer that is too long, or repeats itself without an end."""

from ...graph.usage import Stage
from ..repetition import endless_repetition
from .endings import EndlessAnswer
from .json_answers import MAX_CHARACTERS
from .thoughts import ThoughtFilter

MAX_ANSWER = 1_000_000
"""Characters of one answer: no model writes as much, and reading a plan of 50 MB takes more than a minute."""
_JSON_STAGES: tuple[Stage, ...] = ("plan", "choose")
"""Whose answers are JSON, of which more than `MAX_CHARACTERS` is refused anyway."""
_KEPT = 6_000
"""Characters of the end of an answer that are searched for repetition, after each thousand."""
_EVERY = 1_000
_MANY = 100
"""Times that an answer in words repeats the same: a list of equal results is shorter."""


class AnswerBound:
    """Receives an answer piece by piece; raises `EndlessAnswer`, which ends the stream and so the writing."""

    def __init__(self, model: str, stage: Stage, *, thinking: bool = False) -> None:
        """`thinking`: the answer begins within thoughts, whose beginning is in the prompt."""
        self._model = model
        self._bounded = stage in _JSON_STAGES
        self._thoughts = ThoughtFilter(thinking=thinking)
        self._length = self._visible = self._unsearched = 0
        self._end = ""

    def add(self, piece: str) -> None:
        """Count the next piece; thoughts count for the whole length only."""
        self._length += len(piece)
        if self._length > MAX_ANSWER:
            raise self._error(f"answers with more than {MAX_ANSWER:,} characters")
        shown = self._thoughts.feed(piece)
        self._visible += len(shown)
        if self._bounded and self._visible > MAX_CHARACTERS:
            raise self._error(f"writes more than {MAX_CHARACTERS:,} characters where a short JSON was asked for")
        self._end = (self._end + shown)[-_KEPT:]
        self._unsearched += len(shown)
        if self._unsearched >= _EVERY:
            self._unsearched = 0
            if (unit := endless_repetition(self._end)) and (self._bounded or self._end.count(unit) >= _MANY):
                raise self._error(f"repeats itself without an end ({unit[:80]!r})")

    def _error(self, what: str) -> EndlessAnswer:
        return EndlessAnswer(f"{self._model} {what}", hint="Choose another model.")

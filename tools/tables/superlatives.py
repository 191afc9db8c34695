"""`check_superlative`: a superlative is not of a column that it can't be about: "who has been here longest" of salaries."""

from collections.abc import Sequence

from ..wording.asked_apart import asks_for
from ..wording.nearest import words_pattern
from ..wording.wording import LANGUAGES, wording
from .folding import fold, singulars
from .marks import RANKS, Mark
from .measure_words import measure_words
from .table_query import Query, not_understood
from .table_words import operation_words

_BIRTH = (
    "birth",
    "born",
    "dob",
    "geburt",
    "geboren",
    "naissance",
    "nacimiento",
    "nascimento",
    "生年",
    "誕生",
    "出生",
    "生日",
)
"""Parts of the names of columns by which a person is old."""


def check_superlative(query: Query, marks: Sequence[Mark], question: str) -> None:
    """Raises `ExpertError` where no column is named, and the only one that could be meant is of another kind.

    "Longest" and "works least" are not said of money; the oldest person has the earliest date only of birth.
    """
    code, measures, known = query.language, query.measures, operation_words(query.language)
    best = [mark.text for mark in marks if mark.role in RANKS and mark.text in known["best"]]
    if best and any(_better_low(query.whole.names[column]) for column in measures):
        raise not_understood(query.whole, best)  # the best grade, price or time may be the lowest
    if len(measures) != 1 or measures[0] in query.columns:
        return
    name = fold(query.whole.names[measures[0]])
    of_age = known["in time"].intersection(measure_words(code))
    kinds = {fold(column) for listed in measure_words(code).values() for _, columns in listed for column in columns}
    ranked = [mark.text for mark in marks if mark.role in ("highest", "lowest")]
    person = asks_for("person", question, code) and query.whole.is_dated(measures[0])
    aged = of_age.intersection(ranked) if person and not any(map(name.__contains__, _BIRTH)) else ()
    listed = words_pattern(tuple(known["of time"]), wording(code)) if ranked and name in kinds else None
    timed = listed.search(fold(question)) if listed else None
    if aged or timed:
        raise not_understood(query.whole, [*aged] or [timed.group() if timed else ""])


def _better_low(name: str) -> bool:
    """Whether less may be better of what a column is called: a grade, a time, a place, a price."""
    words = singulars(name).split()[-1:]
    return any({*words} & {singulars(each) for each in operation_words(code)["better low"]} for code in LANGUAGES)

"""`without_totals`: a table without its rows of totals, subtotals and means, which say again what other rows say."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import TypeVar

from ...graph.caveats import caveat
from ...graph.errors import ExpertError, input_error
from ..wording.receipts import paid_words
from ..wording.wording import LANGUAGES, UNSPACED, wording
from .cell_numbers import is_missing
from .columns import Columns, Row
from .folding import fold, singulars

T = TypeVar("T", bound=Columns)
MAX_SHOWN = 10
"""Rows of totals that are named."""
MOST_CLOSING = 12
"""Rows at the end of a table that are looked at for payments below a total."""
LARGE, MOST_CHECKED, TRIED = 100_000, 300, 20
"""Rows of a large table; rows that may be totals, each of which is added up; as many tell whether more are such rows."""


def without_totals(table: T) -> tuple[T, str]:
    """The rows that are no totals, and the rows of totals as a text; the table itself, and nothing, where it has none.

    A row of totals is labelled so in its only text (`Total`, `Subtotal`). Or its numbers are the sums or means of the rows
    above it, since the last such row or from the beginning, and its label begins or ends with a word for them (`North
    Total`, `Average`), or it has nothing where all others have texts. So are the last rows from the first row of totals
    on, where they are labelled as totals, taxes and payments: `Subtotal`, `VAT`, `Total`, `Cash`, `Change`.
    """
    totals, _ = _divided(table)
    if not totals or len(totals) == table.count:
        return table, ""
    return table.without(list(totals)), _shown(table, totals)


def body(table: T) -> T:
    """The rows that are no totals; what is left out is said."""
    rows, totals = without_totals(table)
    if totals:
        caveat(f"without the row of totals of {table.label}: {totals}")
    _, doubtful = _divided(table)
    if doubtful:
        caveat(f"rows of {table.label} are called totals, but are not the sums of others: {_shown(table, doubtful)}")
    return rows


def doubt(table: Columns) -> ExpertError | None:
    """The refusal to calculate with rows that are called totals and do not add up; None where there are none."""
    _, doubtful = _divided(table)
    if not doubtful:
        return None
    return input_error(
        f"{table.label} has rows that are called totals, but are not the sums of the rows above them:"
        f" {_shown(table, doubtful)}",
        hint="Correct or remove them, so that nothing is counted twice.",
    )


def is_rate(table: Columns, column: int) -> bool:
    """Whether the sum of a column says nothing: percentages, and prices of one unit ("unit price")."""
    name = table.names[column]
    unit = any(f" {word} " in f" {singulars(name)} " for word in map(singulars, _words("unit")))
    return unit or fold(name) in _words("unit") or {*table.units(column)} == {"%"}


def check_rates(table: Columns, columns: Sequence[int], question: str) -> None:
    """Raises `ExpertError` for a sum over percentages, or over prices of one unit that the question does not name so."""
    for column in columns:
        name, shares = table.names[column], {*table.units(column)} == {"%"}
        if is_rate(table, column) and (shares or fold(name) not in fold(question)):
            what = "holds percentages" if shares else "is a price of one unit"
            raise input_error(
                f"column {name} of {table.label} {what}, and the sum of it is no total",
                hint=f"The columns are {', '.join(table.names)}: name the one to add.",
            )


def _shown(table: Columns, rows: Mapping[int, Row]) -> str:
    more = f"; ... ({len(rows)})" if len(rows) > MAX_SHOWN else ""
    return "; ".join(table.row_text(row) for row in list(rows.values())[:MAX_SHOWN]) + more


@cache
def _words(kind: str) -> frozenset[str]:
    """The words of totals that say so by themselves (`exact`), or where the numbers add up (`summed`); of all languages."""
    return frozenset(fold(word) for code in LANGUAGES for word in wording(code).section("totals")[kind])


@cache
def _labels(*kinds: str) -> re.Pattern[str]:
    """Labels, as `fold` leaves them, that begin or end with a word of totals."""
    known = {fold(word): code for kind in kinds for word, code in _listed(kind)}
    spaced = "|".join(re.escape(word).replace(r"\ ", " ") for word, code in known.items() if code not in UNSPACED)
    joined = "|".join(re.escape(word) for word, code in known.items() if code in UNSPACED)
    return re.compile(rf"(?:{spaced})(?:[^a-z0-9].*)?|.*[^a-z0-9](?:{spaced})|(?:{joined}).*|.*(?:{joined})")


def _listed(kind: str) -> list[tuple[str, str]]:
    """The words of a kind with their languages; `paid` are the taxes and payments of receipts."""
    if kind == "paid":
        return paid_words()
    return [(word, code) for code in LANGUAGES for word in wording(code).section("totals")[kind]]


@cache
def _paid() -> re.Pattern[str]:
    """A label of taxes or payments alone, with or without a rate: `VAT 20%`."""
    known = "|".join(re.escape(fold(word)) for word, _ in paid_words())
    return re.compile(rf"(?:{known})[\W\d]*")


def closes(line: str) -> bool:
    """Whether a line below items is none of them: a total, a tax or a payment."""
    label = _label(line)
    return _labels("exact").fullmatch(label) is not None or _paid().fullmatch(label) is not None


def _label(cell: str) -> str:
    return fold(cell).rstrip(": ")


def _texts(table: Columns, row: Row) -> list[str]:
    return [cell for cell in row if not is_missing(cell) and table.number(cell) is None]


def _is_exact(table: Columns, row: Row) -> bool:
    """Whether the only text of a row is a word for a total."""
    texts = _texts(table, row)
    return len(texts) == 1 and len(row) > 1 and _label(texts[0]) in _words("exact")


def _divided(table: Columns) -> tuple[dict[int, Row], dict[int, Row]]:
    """The rows of totals by number, and those that are called so and do not add up."""
    if table.count < 2 or table.is_text:
        return {}, {}
    pattern = _labels("exact", "summed")
    found = table.suspects(pattern.pattern)
    named = {n: row for n, row in found.items() if any(pattern.fullmatch(_label(cell)) for cell in row)}
    blank = _without_texts(table, found, named)
    named, blank = _few(table, named, blank)
    totals, doubtful = _walked(table, named, blank)
    if set(blank) - set(totals):  # rows with an empty cell are rows like others
        totals, doubtful = _walked(table, named, {})
    closing = _closing(table)
    return {**totals, **closing}, {n: row for n, row in doubtful.items() if n not in closing}


def _closing(table: Columns) -> dict[int, Row]:
    """The last rows from the first row of totals on, where all of them are totals, taxes and payments; by number."""
    rows, pattern, found = table.last(MOST_CLOSING), _labels("exact", "paid"), dict[int, Row]()
    for number, row in zip(range(table.count - 1, -1, -1), reversed(rows), strict=False):
        texts = _texts(table, row)
        if len(texts) != 1 or not pattern.fullmatch(_label(texts[0])):
            break
        found[number] = row
    first = next((n for n in sorted(found) if _is_exact(table, found[n])), None)
    paid = {n: row for n, row in sorted(found.items()) if first is not None and n >= first}
    return paid if len(paid) > 1 else {}


Rows = dict[int, Row]


def _few(table: Columns, named: Rows, blank: Rows) -> tuple[Rows, Rows]:
    """What may be totals of a large table, where they are few enough to be added up, or the first are rows like others.

    Raises `ExpertError` where the first are totals, and too many follow.
    """
    unsure = sorted(n for n in {**named, **blank} if n in blank or not _is_exact(table, named[n]))
    if table.count < LARGE or len(unsure) <= MOST_CHECKED:
        return named, blank
    exact = {n: row for n, row in named.items() if _is_exact(table, row)}
    trial = {n: row for n, row in {**named, **blank}.items() if n <= unsure[TRIED]}
    found, _ = _walked(
        table, {n: row for n, row in trial.items() if n in named}, {n: trial[n] for n in trial if n in blank}
    )
    if set(found) - set(exact):
        first = table.row_text(next(row for n, row in found.items() if n not in exact))
        raise input_error(
            f"{table.label} has {len(unsure):,} rows that may be totals of the rows above them, e.g. {first};"
            f" at most {MOST_CHECKED} are added up",
            hint="Remove them, or call each of them “Total”.",
        )
    return exact, {}


def _without_texts(table: Columns, found: Mapping[int, Row], named: Mapping[int, Row]) -> dict[int, Row]:
    """The rows that have nothing where all others have a text, and no text of their own, unless their group's name."""
    for column in range(len(table.names)):
        empty = {n: row for n, row in found.items() if is_missing(row[column])}
        all_found = sum(table.missing(column).values()) <= len(empty)  # some are not known in a large table
        blank = {n: row for n, row in empty.items() if n not in named}
        if not blank or not all_found or table.is_numeric(column):
            continue
        above = table.at([n - 1 for n in blank if n])
        if all(n - 1 in above and set(_texts(table, row)) <= set(above[n - 1]) for n, row in blank.items()):
            return blank
    return {}


def _walked(
    table: Columns, named: Mapping[int, Row], blank: Mapping[int, Row]
) -> tuple[dict[int, Row], dict[int, Row]]:
    totals, doubtful, begin = dict[int, Row](), dict[int, Row](), 0
    for number, row in sorted({**named, **blank}.items()):
        above = (table.part(begin, number), table.part(0, number).without(list(totals)))
        texts = _texts(table, row)
        called = len(texts) == 1 and _labels("exact").fullmatch(_label(texts[0])) is not None
        least = 1 if called else 2
        if _is_exact(table, row) or any(_adds_up(rows, row, least, mean=number in named) for rows in above):
            totals[number] = row
            begin = number + 1
        elif called and any(table.number(cell) is not None for cell in row):
            doubtful[number] = row
    return totals, doubtful


def _adds_up(rows: Columns, total: Row, least: int, *, mean: bool) -> bool:
    """Whether the numbers of a row are the sums of other rows', of so many at least; or their means."""
    numbers = {n: value for n, cell in enumerate(total) if (value := rows.number(cell)) is not None}
    if rows.count < least or not any(numbers.values()):
        return False
    for column, number in numbers.items():
        found = rows.sums(column).get("")
        if not found:
            return False
        places = Decimal(1).scaleb(min(0, int(number.as_tuple().exponent)))
        means = mean and (found.total / found.numbers).quantize(places) == number
        if found.total != number and not means:
            return False
    return True

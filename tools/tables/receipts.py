"""`answer_in_receipt`: what the items of a receipt, an invoice or a price list answer: its lines that end in a price.

The lines from the first total on (taxes, payments, change) are no items. Totals that it states are left to its text.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations

from ...graph.caveats import lacks
from ...graph.errors import ExpertError
from ..wording.receipts import in_plain_words, receipt_words
from .calculation import answer_about
from .query import read_query
from .question_words import question_language
from .table import Table
from .total_row import closes

MIN_ITEMS, MIN_LISTED = 2, 3
"""Items of a receipt, which has a total below them; of a list of prices without one."""
_PRICED, _AFTER_QUANTITY = (
    re.compile(
        r"(?P<item>.*[^\W\d_].*?)[\s.:·…_]*(?<![\d.,/-])(?P<price>"
        rf"[€$£¥₹]?\s?-?\d{{1,3}}(?:[{marks}]?\d{{3}})*[.,]\d{{2}}"
        r"|[¥￥]\s?-?\d{1,3}(?:,?\d{3})*|-?\d{1,3}(?:,?\d{3})*円)\s*(?:[A-Z*]|[€$£¥₹]|EUR|USD|GBP|CHF)?"
    )
    for marks in ("., ", ".,")
)
"""A line with a price; and one where a number before the price is how many: `Ladder 1 120.00`, not 1,120.00."""
MOST_LESS = 12
"""Amounts above a total that may be taken off for it."""
_QUANTITY = re.compile(r"(?:[\d.,\sx×*@€$£]|kg|st|pcs?|ea)*", re.IGNORECASE)
_LEADING = re.compile(r"^(\d+(?:\s?[x×*])?)\s+(.*)")
"""How many, before the name of an item, which would look like a number: `2 x Tea` becomes `Tea (2 x)`."""
_RANKS = frozenset(("highest", "lowest", "top", "bottom", "count", "average", "median", "sort"))


def answer_in_receipt(text: str, label: str, question: str) -> str:
    """The answer of the items, in a line or a few; empty for a page without items, and for any other question."""
    names = Table(label, ("item", "price"), ())
    code = question_language(question, names)
    words = receipt_words(code)
    items = items_of(text, label, (words["item"], words["price"]))
    if items is None:
        return ""
    asked = in_plain_words(question, code)
    try:
        query = read_query(asked, items)
        return answer_about(items, asked) if query.operations & _RANKS and "sum" not in query.operations else ""
    except ExpertError:
        return ""


def items_of(text: str, label: str, names: tuple[str, str]) -> Table | None:
    """The items with their prices as a table of these names; None where the text is no list of priced items.

    Where they do not add up to a total below them, a price was not read, or read wrong, which is said.
    """
    read = [_read(text, label, names, form) for form in (_PRICED, _AFTER_QUANTITY)]
    table, stated = next((each for each in read if each[0].count and _adds_up(*each)), read[0])
    if table.count < (MIN_ITEMS if stated is not None else MIN_LISTED):
        return None
    if not _adds_up(table, stated):
        added = table.written(table.sums(1)[""].total)
        lacks(f"the items read of {label} add up to {added}, which is none of the sums that it states")
    return table


def _read(text: str, label: str, names: tuple[str, str], priced: re.Pattern[str]) -> tuple[Table, list[Decimal] | None]:
    """The items, and the amounts from the first total on; None where there is no total."""
    found, sums, name = list[tuple[str, str]](), list[str](), ""
    for line in map(str.strip, text.splitlines()):
        match = priced.fullmatch(line)
        if sums or (found and closes(match["item"] if match else line)):
            sums += [match["price"].strip()] if match else [""]
        elif match and _QUANTITY.fullmatch(match["item"].strip()):
            found += [(name, match["price"].strip())] if name else []  # the name stands in the line above
        elif match:
            found.append((_LEADING.sub(r"\2 (\1)", match["item"].strip()), match["price"].strip()))
        name = "" if match else line
    table = Table(label, names, tuple(found))
    return table, [number for price in sums if (number := table.number(price)) is not None] if sums else None


def _adds_up(table: Table, stated: Sequence[Decimal] | None) -> bool:
    """Whether items add up to a total: as they are, with all that stands between, or less up to two of it, as savings."""
    if not stated:
        return True
    added = table.sums(1)[""].total
    return any(
        number in (added, added + sum(stated[:n]))
        or any(
            number == added - sum(less) for size in (1, 2) for less in combinations(stated[: min(n, MOST_LESS)], size)
        )
        for n, number in enumerate(stated)
    )

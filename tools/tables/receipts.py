"""`answer_in_receipt`: what the items of a receipt, an invoice or a price list answer: its lines that end in a price.

The lines from the first total on (taxes, payments, change) are no items. Totals that it states are left to its text.
"""

import re

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
_MONEY = r"[€$£¥₹]?\s?-?\d{1,3}(?:[., ]?\d{3})*[.,]\d{2}|[¥￥]\s?-?\d{1,3}(?:,?\d{3})*|-?\d{1,3}(?:,?\d{3})*円"
_PRICED = re.compile(
    rf"(?P<item>.*[^\W\d_].*?)[\s.:·…_]*(?<![\d.,/-])(?P<price>{_MONEY})\s*(?:[A-Z*]|[€$£¥₹]|EUR|USD|GBP|CHF)?"
)
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
    found, sums, name = list[tuple[str, str]](), list[str](), ""
    for line in map(str.strip, text.splitlines()):
        match = _PRICED.fullmatch(line)
        if sums or (found and closes(match["item"] if match else line)):
            sums += [match["price"].strip()] if match else [""]
        elif match and _QUANTITY.fullmatch(match["item"].strip()):
            found += [(name, match["price"].strip())] if name else []  # the name stands in the line above
        elif match:
            found.append((_LEADING.sub(r"\2 (\1)", match["item"].strip()), match["price"].strip()))
        name = "" if match else line
    table = Table(label, names, tuple(found))
    if len(found) < (MIN_ITEMS if sums else MIN_LISTED):
        return None
    stated = [number for price in sums if (number := table.number(price)) is not None]
    added = table.sums(1)[""].total
    if stated and all(number not in (added, added + sum(stated[:n])) for n, number in enumerate(stated)):
        lacks(f"the items read of {label} add up to {table.written(added)}, which is none of the sums that it states")
    return table

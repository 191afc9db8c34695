"""`read_number`, `amounts_in`, `is_missing`, `is_durations`, `unit_of`: what a cell of a table says as a number."""

import re
from collections.abc import Iterable
from decimal import Decimal

from .folding import fold

_GAPS = r"'\u2019\u00a0\u202f "
"""What groups digits, beside points and commas."""
_NUMBER = re.compile(
    rf"(?P<before>[€$£¥₹]|[A-Z]{{3}}(?=\s))?\s*(?P<digits>[-+\u2212]?\d[\d.,{_GAPS}]*?)\s*(?P<minus>[-\u2212])?"
    r"\s*(?P<after>[€$£¥₹%円元]|[A-Z]{3}|[a-zµ]{1,3}[²³]?)?"
)
_AMOUNT = re.compile(r"(?:[€$£¥₹]|\b[A-Z]{3}\s)?\s?-?\d[\d.,' ]*(?:\s?(?:[€$£¥₹%円元]|[A-Z]{3}\b))?")
_BRACKETS = re.compile(r"([^\d()]*)\((.*)\)([^\d()]*)")
"""A negative number as accountants write it: `(300.00)`, `$(300.00)`."""
DATE = re.compile(r"\d{4}-\d{2}(?:-\d{2})?|\d{1,2}\.\d{1,2}\.\d{2,4}|\d{1,2}/\d{1,2}/\d{2,4}")
_MISSING = frozenset(
    ("", "n/a", "na", "n.a.", "#n/a", "nan", "-", "--", "\u2013", "\u2014", "null", "none", "nil", "k.a.", "k. a.",
     "tbd", "tba", "?", "\u2026", "...", "n.d.", "s.o.", "s/d", "n/d", "无", "なし")
)  # fmt: skip
"""Cells that say that there is no value, as `fold` leaves them."""
_LETTERED = re.compile(r"\d+[a-z]")
_DURATION = re.compile(r"(?:\d+ days?, )?\d+(?::\d\d){1,2}(?:\.\d+)?")
_CURRENCIES = {"€": "EUR", "$": "USD", "£": "GBP", "₹": "INR", "円": "JPY", "元": "CNY"}


def is_missing(cell: str) -> bool:
    """Whether a cell is empty or a marker of a missing value: `n/a`, `-`, `TBD`."""
    return cell.strip().casefold() in _MISSING or fold(cell) in _MISSING


def is_durations(cells: Iterable[str]) -> bool:
    """Whether the cells that have a value are hours and minutes: `7:30`, `1 day, 6:00:00`."""
    filled = [cell.strip() for cell in cells if not is_missing(cell)]
    return bool(filled) and all(_DURATION.fullmatch(cell) for cell in filled)


def amounts_in(text: str) -> list[str]:
    """The numbers in a text, each with its unit: `31.50 EUR`; the text itself where it is one."""
    text = text.strip()
    return [text] if read_number(text) is not None else [each.strip(" .,'") for each in _AMOUNT.findall(text)]


def begins_as_number(cell: str) -> bool:
    """Whether a cell begins as a number does: `100 DR`, `€ 12`."""
    return re.match(r"\W*\d", cell) is not None


def unit_of(cell: str) -> str:
    """The unit or the currency of a number in a cell (`EUR` for `€` as well); empty without one, and for other texts."""
    match, _ = _parts(cell)
    written = (match["before"] or match["after"] or "") if match else ""
    return _CURRENCIES.get(written, written)


def _parts(cell: str) -> tuple[re.Match[str] | None, bool]:
    """The parts of a number, and whether it is in brackets; None for other texts."""
    text = cell.strip()
    if DATE.fullmatch(text):
        return None, False
    if brackets := _BRACKETS.fullmatch(text):
        match = _NUMBER.fullmatch("".join(brackets.groups()).strip())
        return (None if match and re.match("[-+\u2212]", match["digits"]) else match), True
    return _NUMBER.fullmatch(text), False


def read_number(cell: str, decimal_comma: bool = False) -> Decimal | None:
    """The number that a text is, if it is one: `1,250.00 EUR`, `12 %`, `-3`, `(300.00)`, `12,50-`."""
    match, negative = _parts(cell)
    if match is None:
        return None
    digits = re.sub(f"[{_GAPS}]", "", match["digits"]).replace("\u2212", "-")
    if (match["minus"] or negative) and digits[0] in "-+":
        return None
    point, comma = digits.rfind("."), digits.rfind(",")
    if point >= 0 and comma >= 0:
        decimal = "," if comma > point else "."
    elif comma >= 0:
        grouped = re.fullmatch(r"[-+]?\d{1,3}(?:,\d{3})+", digits)
        decimal = "." if grouped and not decimal_comma else ","
    else:
        grouped = re.fullmatch(r"[-+]?\d{1,3}(?:\.\d{3})+", digits)
        decimal = "," if grouped and (decimal_comma or digits.count(".") > 1) else "."
    plain = digits.replace("," if decimal == "." else ".", "").replace(",", ".")
    if not re.fullmatch(r"[-+]?\d+(?:\.\d*)?", plain):
        return None
    return -Decimal(plain) if match["minus"] or negative else Decimal(plain)


def are_lettered(cells: Iterable[str]) -> bool:
    """Whether all cells have a number and one of several letters: a class, a seat, a flat. They are no numbers."""
    texts = [cell.strip().lower() for cell in cells]
    return len({text[-1:] for text in texts}) > 1 and all(_LETTERED.fullmatch(text) for text in texts)

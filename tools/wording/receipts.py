"""`receipt_words`: the words of receipts.toml: what is no item of a receipt, and how questions call items and prices."""

import re
import tomllib
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

from ..tables.folding import fold
from .wording import LANGUAGES, UNSPACED


@cache
def receipt_words(code: str) -> dict[str, Any]:
    """The words of a language by the names of their lists."""
    listed: dict[str, Any] = _raw()[code]
    return listed


def paid_words() -> list[tuple[str, str]]:
    """The words of all languages for taxes and payments, and the language of each."""
    return [(word, code) for code in LANGUAGES for word in receipt_words(code)["paid"]]


def in_plain_words(question: str, code: str) -> str:
    """A question without words about the page, and with the names of items and prices for other words for them."""
    words, plain = receipt_words(code), without_page(question, code)
    return _replaced(_replaced(plain, words["things"], words["item"], code), words["costs"], words["price"], code)


def without_page(question: str, code: str) -> str:
    """A question, folded, without what it says of the page itself or of the purchase: "on this receipt"."""
    edge = "" if code in UNSPACED else r"(?<!\w)"
    return " ".join(re.sub(f"{edge}(?:{receipt_words(code)['page']})", " ", fold(question).rstrip(" ?.!")).split())


def _replaced(text: str, words: Collection[str], by: str, code: str) -> str:
    either = "|".join(re.escape(fold(word)) for word in sorted(words, key=len, reverse=True))
    return re.sub(either if code in UNSPACED else rf"\b(?:{either})\b", by, text)


@cache
def _raw() -> dict[str, dict[str, Any]]:
    return tomllib.loads(Path(__file__).with_name("receipts.toml").read_text(encoding="utf-8"))

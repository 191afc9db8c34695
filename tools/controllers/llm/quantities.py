"""Numbers as people write them: what they may stand for, what they follow from, and what can be counted in a text."""

import re
from collections.abc import Collection, Iterable, Iterator
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from ....graph.untrusted_json import read_untrusted_json

_THOUSANDS = re.compile(r"\d{1,3}(?:[.,'\u2019\u00a0\u202f]\d{3})+")


def readings_of(text: str) -> set[Decimal]:
    """What a number as written may stand for: `1.234` is 1234, or 1.234."""
    plain = re.sub(r"['\u2019\u00a0\u202f]", "", text)
    found = set[Decimal]()
    if _THOUSANDS.fullmatch(text):
        found.add(Decimal(re.sub(r"\D", "", text)))
    head, _, tail = plain.replace(",", ".").rpartition(".")
    if "." not in head:
        found.add(Decimal(f"{head}.{tail}" if head else tail))
    else:
        found.add(Decimal(f"{head.replace('.', '')}.{tail}"))
    return found


def follows(readings: Iterable[Decimal], known: Collection[Decimal]) -> bool:
    """Whether a number is one of those known, one of them rounded, or one of them in percent."""
    for number in readings:
        step = Decimal(1).scaleb(min(0, int(number.as_tuple().exponent)))
        for value in known:
            for scaled in (value, value * 100) if value <= 1 else (value,):
                if number == scaled or any(
                    number == scaled.quantize(step, how) for how in (ROUND_HALF_UP, ROUND_DOWN) if scaled < 10**15
                ):
                    return True
    return False


def counts(text: str) -> Iterator[int]:
    """What can be counted in a text: its words, lines and characters; in data its members, and those of each label."""
    if rows := rows_in(text):
        labels = [str(row.get("label")) for row in rows if isinstance(row, dict)]
        yield from {len(rows), *(labels.count(label) for label in labels)}
    else:
        yield from (len(text.split()), len(text.splitlines()), len(text), max(0, len(text.splitlines()) - 1))


def rows_in(text: str) -> list[Any]:
    """The members of a JSON list; none where the text is no such list."""
    try:
        value = read_untrusted_json(text)
    except ValueError:
        return []
    return value if isinstance(value, list) else []

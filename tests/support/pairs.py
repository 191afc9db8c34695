"""A few rows of a table of choices in which every possible pair of values appears."""

import random
from collections.abc import Callable, Sequence
from itertools import combinations, product

Row = tuple[str, ...]


def possible_rows(columns: Sequence[Sequence[str]], possible: Callable[..., bool]) -> list[Row]:
    """The whole product, without the rows that can't be."""
    return [row for row in product(*columns) if possible(*row)]


def pairwise(rows: Sequence[Row], seed: int = 0) -> list[Row]:
    """Rows that cover each pair of values which appears in `rows`: greedy, the same for the same seed."""
    left = {pair for row in rows for pair in _pairs(row)}
    order = list(rows)
    random.Random(seed).shuffle(order)
    chosen = []
    while left:
        best = max(order, key=lambda row: len(left & _pairs(row)))
        chosen.append(best)
        left -= _pairs(best)
    return sorted(chosen)


def _pairs(row: Row) -> set[tuple[tuple[int, str], tuple[int, str]]]:
    return set(combinations(enumerate(row), 2))

"""`with_accents`: a value means the cells with the same accents, else those with others; which it was is said."""

from collections.abc import Sequence
from dataclasses import replace

from ...graph.caveats import caveat, lacks
from .columns import Columns
from .condition import Condition
from .folding import fold, spelt

_MAX_SHOWN = 5


def with_accents(table: Columns, condition: Condition, columns: Sequence[int]) -> Condition:
    """The condition with those options marked that are some cell, accents included; says what accents decided."""
    if condition.operator in (">", ">=", "<", "<="):
        return condition
    positive = condition.operator.removeprefix("not ").replace("!=", "=")
    marked = [option for option in condition.options if any(map(str.isalpha, option))]
    alike = {option: replace(condition, operator=positive, value=option) for option in marked}
    exact = [
        option for option in marked if table.matching(replace(alike[option], spelt=(spelt(option),)), columns).count
    ]
    for option in marked:
        others = _other_cells(table, alike[option], columns, option)
        _say(option, others, exact=option in exact)
    return replace(condition, spelt=tuple(map(spelt, exact)))


def _other_cells(table: Columns, condition: Condition, columns: Sequence[int], option: str) -> list[str]:
    """Cells that are the option only without accents."""
    found = table.matching(condition, columns)
    cells = (cell for column in columns for cell in found.distinct(column, found.count))
    return [cell for cell in dict.fromkeys(cells) if fold(option) in fold(cell) and spelt(option) not in spelt(cell)]


def _say(option: str, others: Sequence[str], *, exact: bool) -> None:
    if not others:
        return
    shown = ", ".join(f"“{cell}”" for cell in others[:_MAX_SHOWN])
    shown += f" and {len(others) - _MAX_SHOWN} more" if len(others) > _MAX_SHOWN else ""
    if exact:
        caveat(f"{shown}, with other accents than “{option}”, was not counted as it")
    elif len(others) > 1:
        lacks(
            f"no cell is “{option}”: {shown}, which differ in accents, were all taken for it; name one as it is written"
        )
    else:
        caveat(f"no cell is “{option}”: {shown} was taken for it")

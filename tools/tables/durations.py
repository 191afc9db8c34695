"""`with_durations`: a table in which a column of hours and minutes (`1:30`, `2:05:50`) is added and compared as such."""

import re
from dataclasses import dataclass
from decimal import Decimal

from ...graph.caveats import lacks
from ...graph.errors import input_error
from .cell_numbers import is_durations, is_missing
from .columns import Columns
from .folding import fold
from .table import Table

_CLOCK = re.compile(
    r"\b(?:starts?|begins?|ends?|leaves?|departs?|departure|arriv\w+|opens?|closes?|opening|closing|from|until|clock|beginn"
    r"|ende|abfahrt|ankunft|depart|arrivee|debut|fin|salida|llegada|inicio|saida|chegada)\b"
)
"""Names of columns whose times are those of a day."""
_LASTING = re.compile(
    r"duration|length|hours|lap|worked|dauer|stunden|duree|heures|duracion|horas|duracao|runtime|elapsed"
)
_PARTS = re.compile(r"(?:(\d+) days?, )?(\d+):(\d\d)(?::(\d\d))?(\.\d+)?")


@dataclass(frozen=True)
class TimedTable(Table):
    """A table whose durations are numbers: of seconds, or of the last of two parts."""

    parts: int = 3
    """2: `1:30`, which may be hours and minutes as well as minutes and seconds."""

    def number(self, cell: str) -> Decimal | None:
        """The number in a cell, of a duration too."""
        match = _PARTS.fullmatch(cell.strip())
        if match is None:
            return super().number(cell)
        days, first, second, third, rest = match.groups()
        size = Decimal(int(first) + 24 * int(days or 0)) * 60 + int(second)
        return (size * 60 + int(third) if third else size) + Decimal(rest or 0)

    def written(self, number: Decimal) -> str:
        """A duration as the table writes them."""
        whole, sign = abs(number), "-" if number < 0 else ""
        rest = f"{whole % 1:f}".lstrip("0").rstrip("0").rstrip(".") if whole % 1 else ""
        first, last = divmod(int(whole), 60)
        if self.parts == 2:
            return f"{sign}{first}:{last:02}{rest}"
        return f"{sign}{first // 60}:{first % 60:02}:{last:02}{rest}"


def with_durations(table: Columns, column: int) -> TimedTable | None:
    """The table with the durations of a column as numbers; None where it has others, or the table is large.

    Raises `ExpertError` (input fault) for `1:30` beside `1:30:00`, of which the parts are unsure.
    """
    cells, name = table.known(column).cells, table.names[column]
    if not isinstance(table, Table) or not is_durations(cells) or _CLOCK.search(fold(name)):
        return None
    filled = [cell.strip() for cell in cells if not is_missing(cell)]
    if any(cell.startswith("0") and len(cell.split(":")[0]) > 1 for cell in filled) and not _LASTING.search(fold(name)):
        lacks(f"{name} of {table.label} may hold times of the day, which were read as durations")
    forms = {len(cell.strip().split(":")) for cell in cells if not is_missing(cell)}
    if len(forms) > 1:
        raise input_error(
            f"column {table.names[column]} of {table.label} has times of two and of three parts, e.g. 1:30 and 1:30:00",
            hint="Write all of them with hours, minutes and seconds.",
        )
    return TimedTable(table.label, table.names, table.cells, table.decimal_comma, table.is_text, forms.pop())

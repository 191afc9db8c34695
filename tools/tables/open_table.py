"""`open_table`: the table of a material, in memory or, a large one, in DuckDB."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...graph.call import Material
from .columns import Columns
from .large_cells import is_large, opened
from .large_table import LargeTable
from .table import read_table


@contextmanager
def open_table(material: Material, scratch: Path) -> Iterator[Columns]:
    """The table of a material, a large one in DuckDB; the lines of a text that is none. Raises `ExpertError`."""
    if not is_large(material):
        yield read_table(material)
        return
    with opened(material, scratch) as cells:
        yield LargeTable(cells, cells.label, cells.names, cells.decimal_comma)

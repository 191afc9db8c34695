"""The table of entry points: each cell is a test that exists, or a letter that the page explains."""

import re

from paths import ROOT

PAGE = (ROOT / "docs" / "entry_points.md").read_text()
ROWS = [line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("|") and "---" not in line]


def test_every_cell_names_a_test_or_an_explained_letter() -> None:
    defined = {
        name for file in (ROOT / "tests").rglob("test_*.py") for name in re.findall(r"def (test_\w+)", file.read_text())
    }
    head, *rows = ROWS
    assert len(rows) >= 9
    for name, *cells in rows:
        assert len(cells) == len(head) - 1, name
        for cell in map(str.strip, cells):
            letter = re.fullmatch(r"[A-Z]", cell)
            assert f"- **{cell}**" in PAGE if letter else cell.strip("`") in defined, f"{name}: {cell}"

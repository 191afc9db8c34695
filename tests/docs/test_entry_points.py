"""The table of entry points: each cell is a test that names it, or a letter that the page explains."""

import re
import subprocess
import sys

from paths import ROOT

PAGE = (ROOT / "docs" / "entry_points.md").read_text()


def test_the_table_is_drawn_from_the_tests_that_name_its_cells() -> None:
    command = [sys.executable, ROOT / "docs" / "entry_points.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stderr, done.returncode) == ("", 0)


def test_every_letter_is_explained() -> None:
    letters = set(re.findall(r"\| ([A-Z]) (?=\|)", PAGE))
    assert all(f"- **{letter}**" in PAGE for letter in letters)

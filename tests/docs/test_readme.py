"""What the README says is so, in both languages, and what is generated is up to date."""

import re
import subprocess
import sys

import pytest

from doc_blocks import blocks
from paths import ROOT

GENERATED = sorted(file.stem for file in (ROOT / "docs").glob("*.py"))


@pytest.mark.parametrize("script", GENERATED)
def test_what_is_generated_from_the_code_is_up_to_date(script: str) -> None:
    check = [sys.executable, str(ROOT / "docs" / f"{script}.py"), "--check"]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_readme_fits_on_two_hundred_lines_of_a_hundred_and_twenty_columns(page: str) -> None:
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 200
    assert [line for line in lines if len(line) > 120] == []


def test_both_readmes_have_the_same_code_and_link_to_the_same_pages() -> None:
    english, chinese = (
        [_without_comments(b.code) for b in blocks() if b.page == page] for page in ("README.md", "README.zh-CN.md")
    )
    assert english == chinese
    links = [
        sorted(set(re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text(encoding="utf-8"))))
        for page in ("README.md", "README.zh-CN.md")
    ]
    assert links[0] == links[1]


@pytest.mark.parametrize("page", sorted({block.page for block in blocks()}))
def test_every_file_that_a_page_links_to_exists(page: str) -> None:
    folder = (ROOT / page).parent
    links = re.findall(r"\]\(([^)#\s]+)", (ROOT / page).read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (folder / link).exists()] == []


def _without_comments(code: str) -> str:
    return re.sub(r"\s+#\s.*", "", code)

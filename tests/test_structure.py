"""The structure that the architecture page promises: no import circle, small files, paths that exist, plain words."""

import ast
import io
import re
import statistics
import tokenize
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

from paths import ROOT

SOURCES = sorted(
    file for top in ("apps", "checkpoints", "graph", "nodes", "tools") for file in (ROOT / top).rglob("*.py")
)
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PRIVATE_WORDS = re.compile(
    r"(?<![a-z])(told|heed|heeds|heeded|mend|mends|mended|nobody|wish|wishes|wished|unheard|unsaid)(?![a-z])",
    re.IGNORECASE,
)
"""Words that once had a meaning of our own here: reported, respected, repaired, no one, requested."""
STORED = {"tools/recording/exchange.py": '"told"'}
"""Names in rows and recordings that stay as they are, and where they are translated."""


def test_no_module_imports_in_a_circle_also_for_types_only() -> None:
    graph = grimp.build_graph("hugginggpt", cache_dir=None)
    TopologicalSorter({m: graph.find_modules_directly_imported_by(m) for m in graph.modules}).prepare()


def test_files_are_read_in_one_sitting() -> None:
    lengths = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in SOURCES}
    assert {name: length for name, length in lengths.items() if length >= 400} == {}
    assert statistics.median(lengths.values()) < 120


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    if page.name in ("log.md", "files.md"):
        pytest.skip("a history names files that are gone; the list of files is generated")
    named = set(
        re.findall(
            r"`((?:apps|checkpoints|docs|graph|nodes|tests|tools|benchmarks|notebooks)/[\w./-]*)`", page.read_text()
        )
    )
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def test_the_walk_of_a_run_names_fifteen_files_at_most() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    walk = page.partition("## One run, followed")[2].partition("\n## ")[0]
    assert 8 <= len(set(re.findall(r"`([a-z_/]+\.py)`", walk))) <= 15


def test_what_the_everyday_command_leaves_out_is_run_by_ci_or_at_night() -> None:
    """And each marker is explained to contributors; `live` costs money, and is run by hand."""
    pytest_ini = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
    left_out = set(re.findall(r"not (\w+)", pytest_ini["addopts"]))
    runs = (ROOT / ".ci" / "run").read_text() + (ROOT / "Makefile").read_text()
    chosen = " ".join(re.findall(r"pytest -m (\w+|\"[^\"]+\")", runs))
    run = set(re.findall(r"\w+", re.sub(r"not \w+", "", chosen)))
    assert left_out - run == {"live"}
    listed = (ROOT / "CONTRIBUTING.md").read_text()
    assert [name for name in left_out if f"| `{name}` |" not in listed] == []
    assert left_out <= {line.partition(":")[0] for line in pytest_ini["markers"]}


def test_names_and_comments_use_no_private_words() -> None:
    found = []
    for file in SOURCES:
        name, source = str(file.relative_to(ROOT)), file.read_text()
        stored = STORED.get(name, "\0")
        found += [
            f"{name}:{line}: {text}"
            for line, text in (_prose(source) if PRIVATE_WORDS.search(source.replace("_", " ")) else ())
            if PRIVATE_WORDS.search(text.replace(stored, ""))
        ]
    assert found == []


def test_the_pages_use_no_private_words() -> None:
    pages = [page for page in PAGES if page.name != "log.md"]  # what a log cites stays as it was called
    found = [
        f"{page.name}: {line}" for page in pages for line in page.read_text().splitlines() if PRIVATE_WORDS.search(line)
    ]
    assert found == []


def _prose(source: str) -> list[tuple[int, str]]:
    """Names, comments and docstrings, each with its line."""
    found = [
        (token.start[0], token.string.replace("_", " "))
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type in (tokenize.NAME, tokenize.COMMENT)
    ]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found.append((node.lineno, node.value.value))
    return found

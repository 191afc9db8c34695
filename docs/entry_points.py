"""Write the table of `docs/entry_points.md`: for each entry point and use the tests that are marked as covering it.

python docs/entry_points.py            writes it
python docs/entry_points.py --check    exit code 1 when it is out of date, or a cell has no test

A test names its cells itself: `@pytest.mark.covers("as_tool in an agent: stream")`.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "entry_points.md"
USES = ("files in", "media out", "stream", "question", "resume after an end by force", "cancel", "errors")
ENTRIES = {
    "command run, chat": "-------",
    "hugginggpt.run, arun": "-------",
    "Session": "-------",
    "graph, asynchronous": "-------",
    "graph, synchronous": "SS---SS",
    "sub-graph": "-------",
    "as_tool in an agent": "-------",
    "as_tool, synchronous": "SS---S-",
    "LangGraph Server": "-------",
    "RemoteGraph": "RR---RR",
}
"""Of each use a letter that the page explains, or `-` for a test."""


def covered() -> Iterator[tuple[str, str]]:
    """Each cell that a test names, and the test."""
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.covers":
                        yield from ((ast.literal_eval(cell), node.name) for cell in mark.args)


def table() -> str:
    """The table. Ends the program where a cell has no test, or a test names none."""
    tests: dict[str, list[str]] = {}
    for cell, test in covered():
        tests.setdefault(cell, []).append(test)
    lines = [f"| | {' | '.join(USES)} |", "|" + "---|" * (len(USES) + 1)]
    for entry, letters in ENTRIES.items():
        cells = []
        for use, letter in zip(USES, letters, strict=True):
            found = tests.pop(f"{entry}: {use}", [])
            if not found and letter == "-":
                sys.exit(f"no test covers {entry}: {use}")
            cells.append(", ".join(f"`{test}`" for test in found) or letter)
        lines.append(f"| {entry} | {' | '.join(cells)} |")
    if tests:
        sys.exit(f"these are no cells: {', '.join(tests)}")
    return "\n".join(lines)


def page() -> str:
    """The page with the table as it is now."""
    text = PAGE.read_text()
    start, end = text.index("| | "), text.rindex("|\n") + 1
    return text[:start] + table() + text[end:]


def main() -> None:
    """Write, or check."""
    if "--check" in sys.argv:
        sys.exit(
            0 if PAGE.read_text() == page() else "docs/entry_points.md is out of date: python docs/entry_points.py"
        )
    PAGE.write_text(page())


if __name__ == "__main__":
    main()

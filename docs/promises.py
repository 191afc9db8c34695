"""Write `docs/promises.md`: what is promised about files, keys, servers and limits, in the words of the tests that hold it.

python docs/promises.py            writes it
python docs/promises.py --check    exit code 1 when it is out of date
"""

import ast
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "promises.md"
HEAD = """# What is promised, and which test holds it

Drawn from the docstrings of `tests/security` by `docs/promises.py`. `pytest -m security` runs them all;
`tests/security/test_fences.py` switches each check off and sees that a row fails without it.
"""


def section(file: Path) -> Iterator[str]:
    """A module's docstring, and a line for each of its tests."""
    module = ast.parse(file.read_text())
    title, _, rest = (ast.get_docstring(module) or file.stem).partition("\n")
    yield f"\n## {title.rstrip('.')}\n"
    if rest.strip():
        yield f"{inspect.cleandoc(rest).strip()}\n"
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            promise = " ".join((ast.get_docstring(node) or "").split())
            if not promise:
                sys.exit(f"{file.name}: {node.name} has no docstring; it is the promise that the page shows")
            yield f"- {promise} (`{file.name}`, `{node.name}`)"


def page() -> str:
    """The whole page."""
    files = sorted((ROOT / "tests" / "security").glob("test_*.py"))
    return HEAD + "\n".join(line for file in files for line in section(file)) + "\n"


def main() -> None:
    """Write, or check."""
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text() == page() else "docs/promises.md is out of date: python docs/promises.py")
    PAGE.write_text(page())


if __name__ == "__main__":
    main()

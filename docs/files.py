"""Write `docs/files.md`: every file of the project with the first sentence of its docstring.

python docs/files.py            writes it
python docs/files.py --check    exit code 1 when it is out of date
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "files.md"
HEAD = """# The files

Drawn by `docs/files.py`: what stands beside a Python file is the first sentence of its docstring. How they work together:
[architecture.md](architecture.md). Tests lie under the same folders in `tests/`, their helpers in `tests/support/`.
"""
NOTES = {
    "docs/log.md": "Experiments and measurements, also those that failed, with numbers.",
    "docs/settings.md": "Every setting with its variable and default (generated).",
    "docs/architecture.md": "One run followed through the code, where what is changed, and a glossary.",
    "docs/controllers.md": "Which controllers there are, and how a model's plan and answer are checked.",
    "docs/budgets.md": "Estimates before anything is spent, approval by amounts, budgets and deadlines.",
    "docs/places.md": "Places where experts run: how they are ranked, local models, your own servers.",
    "docs/python.md": "The Python functions, the tool for agents, Studio, the scripted world for tests.",
    "docs/studio.md": "LangGraph Server for Studio and chat front ends: input, streams, approval, edits.",
    "docs/files.md": "This page.",
    "notebooks/01_one_request.ipynb": "One request, its events, its results.",
    "notebooks/02_controllers.ipynb": "The controllers, with a scripted chat model.",
    "notebooks/03_experts.ipynb": "Experts at their places, with a scripted Hub.",
    ".ci/run": "All checks, as CI runs them.",
    ".github/workflows/checks.yml": "Calls `.ci/run`.",
    ".pre-commit-config.yaml": "Lint and format before each commit.",
    "CHANGELOG.md": "What changed, in users' terms.",
    "CONTRIBUTING.md": "Recipes: where something new goes, and how to check it.",
    "Makefile": "`make check`, `make test`, `make docs`, `make ci`, `make nightly`.",
    "README.md": "What it is, and how to start.",
    "README.zh-CN.md": "The same in Chinese.",
    ".dockerignore": "What an image does not need.",
    "Dockerfile": "LangGraph Server in a container.",
    "compose.yaml": "The container with its volume.",
    "constraints.txt": "The versions that were tested together.",
    "langgraph.json": "For `langgraph dev` and Studio.",
    "pyproject.toml": "Packaging, and the settings of every check.",
    "benchmarks/taskbench_relabelled.jsonl": "Labels of 900 requests of TaskBench by id, by careful readers.",
}
FOLDERS = {
    "benchmarks": "Measurements: plan quality, cost of a language model, scheduling, start-up time.",
    "docs": "Pages for readers, and the scripts that generate some of them.",
    "examples": "Small real media, made by ourselves.",
    "notebooks": "Read with outputs, run in CI.",
}
LEFT_OUT = re.compile(r"__init__\.py$|py\.typed$|^\.gitignore$|^LICENSE$|^tests/|^examples/(?!make)|\.svg$")


def sentence(path: Path) -> str:
    """What a file holds: from `NOTES`, its docstring, the comment that begins it, or its title."""
    name = str(path.relative_to(ROOT))
    if name in NOTES:
        return NOTES[name]
    if path.suffix == ".py":
        return first_sentence(ast.get_docstring(ast.parse(path.read_text())) or "")
    if path.suffix in (".md", ".toml"):
        return next(iter(path.read_text().splitlines()), "").lstrip("# ")
    return ""


def first_sentence(docstring: str) -> str:
    """The first sentence of the first paragraph, on one line."""
    paragraph = " ".join(docstring.split("\n\n", maxsplit=1)[0].split())
    return re.split(r"(?<=\.)\s(?=[A-Z`])", paragraph)[0]


def sections(files: list[str]) -> list[str]:
    """A heading for each folder, and a line for each of its files."""
    lines: list[str] = []
    for folder in sorted({str(Path(name).parent) for name in files}):
        lines += ["", f"## {'The project' if folder == '.' else f'{folder}/'}", ""]
        package = ROOT / folder / "__init__.py"
        about = sentence(package) if package.exists() and folder != "." else FOLDERS.get(folder, "")
        lines += [about, ""] if about else []
        lines += ["| file | what it holds |", "|---|---|"]
        here = sorted(Path(name).name for name in files if str(Path(name).parent) == folder)
        lines += [f"| `{name}` | {sentence(ROOT / folder / name)} |" for name in here]
    return lines


def page() -> str:
    """The whole page, of the files that git tracks."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [name for name in listed.splitlines() if not LEFT_OUT.search(name) and not (ROOT / name).is_symlink()]
    return HEAD + "\n".join(sections(files)) + "\n"


def main() -> None:
    """Write, or check."""
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text() == page() else "docs/files.md is out of date: python docs/files.py")
    PAGE.write_text(page())


if __name__ == "__main__":
    main()

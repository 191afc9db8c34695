"""Write the README's file tree: a line a file, taken from its docstring.

python docs/tree.py            writes it
python docs/tree.py --check    exit code 1 when it is out of date
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"(<!-- tree -->\n```text\n).*?(```)", re.DOTALL)
FOLDERS = {
    "apps": "the doors for people and programs",
    "apps/cli": "all that is typed, and all that is printed",
    "apps/eval": "`hugginggpt eval`: controllers measured",
    "benchmarks": "what it costs, as ratios in one run",
    "checkpoints": "durability",
    "docs": "the log of what was tried, and what draws the README's pictures",
    "examples": "small real media, made by ourselves",
    "graph": "the request as data, and how the stages connect",
    "nodes": "one stage a file: state in, what changed out",
    "notebooks": "read with outputs, run in CI",
    "src/hugginggpt": "the import name; its links lead to the five folders",
    "tests": "each name a promise",
    "tools": "the outside world behind the ports",
    "tools/backends": "where experts run",
    "tools/backends/chat": "a chat model as expert",
    "tools/backends/embedded": "small tools in this package",
    "tools/backends/embedded/experts": "an expert a file, found by its decorator",
    "tools/backends/endpoint": "the user's own servers",
    "tools/backends/hf": "Hugging Face Inference Providers",
    "tools/backends/local": "transformers and diffusers on this machine",
    "tools/backends/local/tasks": "a family of task types a file",
    "tools/backends/task_api": "the Hub's task API: a method for each task type",
    "tools/backends/worker": "processes that can be killed",
    "tools/chat_models": "which one a name means, how it is reached, one question to it",
    "tools/catalog": "which experts exist",
    "tools/net": "how every client of ours connects: addresses judged, answers bounded, proxies chosen",
    "tools/media": "pictures, sound, video and tables at the border to the experts",
    "tools/controllers": "the paper's brain",
    "tools/controllers/rules": "plans by reading, without a model",
    "tools/controllers/llm": "plans by a chat model",
    "tools/scripted": "the scripted world, for tests: ours and yours",
    "tools/recording": "every exchange of a run with the world, in one file",
}
NOTES = {
    "CHANGELOG.md": "what changed, in users' terms",
    "CONTRIBUTING.md": "where something new goes, and how to check it",
    "constraints.txt": "the versions that were tested together",
    "docs/experts.md": "task type by place, and what tests it; drawn by experts.py",
    "benchmarks/taskbench_relabelled.jsonl": "graphs of 900 requests of TaskBench by id, from careful reading",
    "docs/rule_based_controller.md": "how it plans without a model, how well, and what it can't",
    "docs/local_models.md": "which task types models do on this machine, how, and what was not seen",
    "Makefile": "`make test`, `make check`, `make nightly`",
    "docs/promises.md": "what is promised about files, keys, servers and limits; drawn by promises.py",
    "docs/log.md": "what was tried and dropped, with numbers",
    "langgraph.json": "for `langgraph dev` and Studio",
    "pyproject.toml": "packaging, and the settings of every check",
    ".ci/run": "all checks, as CI runs them",
}
LEFT_OUT = re.compile(
    r"__init__\.py$|py\.typed$|^\.gitignore$|^LICENSE$|^README\.md$|^tests/|^examples/(?!make)|\.svg$"
)


def first_line(path: Path) -> str:
    """A file's line: from its docstring, or from `NOTES`."""
    name = str(path.relative_to(ROOT))
    if name.endswith(".toml") and name not in NOTES:
        return next(iter(path.read_text().splitlines()), "").lstrip("# ").rstrip(".")
    if name in NOTES:
        return NOTES[name]
    if path.suffix == ".py":
        line = (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n\n")[0]
        line = " ".join(line.split())
        line = re.sub(r"^[A-Z][\w ]{2,24}: (?=[a-z`])", "", line)
        return re.split(r"(?<=[^.]{12})(?:\. |;)|\.$", line)[0]
    return ""


def tree() -> str:
    """Folders and files, as git tracks them."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    files = sorted({ROOT / name for name in listed if name and not LEFT_OUT.search(name)}, key=lambda f: f.parts)
    files = [file for file in files if not file.is_symlink()]
    lines: list[str] = []
    seen: set[Path] = set()
    tops = sorted(FOLDERS | {str(f.relative_to(ROOT)): "" for f in files if f.parent == ROOT or f.parent.name == ".ci"})
    for name in tops:
        path = ROOT / name
        depth = 1 if "/" in name and not name.startswith((".ci", "src")) else 0
        depth += name.count("/") - 1 if depth else 0
        if path.is_dir():
            lines.append(f"{'    ' * depth}{path.name if depth else name}/".ljust(36) + FOLDERS[name])
            for file in files:
                if file.parent == path and file not in seen:
                    seen.add(file)
                    lines.append(f"{'    ' * (depth + 1)}{file.name}".ljust(36) + first_line(file))
        elif path not in seen:
            seen.add(path)
            lines.append(name.ljust(36) + first_line(path))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def main() -> None:
    """Write, or check."""
    readme = ROOT / "README.md"
    text = readme.read_text()
    drawn = BLOCK.sub(lambda block: block[1] + tree() + block[2], text)
    if "--check" in sys.argv:
        sys.exit(0 if drawn == text else "the README's tree is out of date: python docs/tree.py")
    readme.write_text(drawn)


if __name__ == "__main__":
    main()

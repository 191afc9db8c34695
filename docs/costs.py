"""Draw `docs/costs.md`, `docs/costs.svg` and the table of both READMEs from `docs/costs.json`, the benchmarks' figures.

python docs/costs.py              draws them
python docs/costs.py --measure    measures first (ten minutes), and writes docs/costs.json
python docs/costs.py --check      exit code 1 when page, chart or a README is out of date
"""

import json
import re
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

HERE = Path(__file__).parent
FIGURES, PAGE, CHART = HERE / "costs.json", HERE / "costs.md", HERE / "costs.svg"
BENCHMARKS = ("scheduling", "overhead", "startup", "storage", "embedding")
Figures = dict[str, float]

HEAD = """# What a run costs

Drawn by `docs/costs.py` from `docs/costs.json`; `python docs/costs.py --measure` measures anew. These figures are of a
machine with two cores, measured with real-time priority (`chrt -r 20`) beside other work. Compare the columns: other
machines differ in all of them alike. “Stock” is LangGraph's own SQLite saver, under a bare sub-graph of two empty nodes;
“waves” sends all ready tasks, with a barrier after each wave.

![Cost of ours, of LangGraph's own saver and of plain waves](costs.svg)

"""
REQUIRED = (
    ("makespan / critical path, 20 skewed tasks", "ratio_durable", 1.05, "waves", "ratio_waves"),
    ("time a task, as a share of stock, 100 tasks", "share_100", 0.6, "stock, ms", "stock_100_ms"),
    ("time a task, as a share of stock, 1,000 tasks", "share_1000", 0.6, "stock, ms", "stock_1000_ms"),
    ("KB of database, a small text task", "task_kb", 6.0, "stock", "task_kb_stock"),
    ("KB of database, 100 turns with answers of 20 KB", "turns_kb", 10_000.0, "stock", "turns_kb_stock"),
    ("s of CPU, `runs`", "runs_cpu_s", 0.4, "bare Python", "python_cpu_s"),
    ("s of CPU, `show`", "show_cpu_s", 0.4, "bare Python", "python_cpu_s"),
    ("s of CPU, `tasks`", "tasks_cpu_s", 0.4, "bare Python", "python_cpu_s"),
    ("s to the first line of `run`", "first_line_s", 0.3, "", ""),
    ("s of CPU, whole process with one embedded text task", "text_task_cpu_s", 1.4, "", ""),
    ("s of CPU, whole process with one LLM task", "llm_task_cpu_s", 2.2, "", ""),
    ("s, 40 flat tasks without LLM", "flat_40_s", 0.3, "waves", "waves_40_s"),
    ("s, resume of 1,000 tasks but one, beyond start-up", "resume_1000_s", 0.5, "", ""),
    ("ms of CPU, one task by `tool.invoke`, warm process", "invoke_cpu_ms", 30.0, "", ""),
    ("ms of CPU that it adds to a parent graph", "added_in_parent_cpu_ms", 30.0, "parent alone", "parent_alone_cpu_ms"),
)  # fmt: skip
"""Rows of the first table: what, its figure, the most that it may be, and a figure to compare with."""
BARS = (
    ("CPU ms a task, 100 tasks", (("ours", "overhead_100_cpu_ms"), ("two bare nodes, stock saver", "stock_100_cpu_ms"))),
    ("CPU ms a task, 1,000 tasks", (("ours", "overhead_1000_cpu_ms"), ("two bare nodes, stock saver", "stock_1000_cpu_ms"))),
    ("ms a task, 100 tasks", (("ours", "overhead_100_ms"), ("two bare nodes, stock saver", "stock_100_ms"))),
    ("ms a task, 1,000 tasks", (("ours", "overhead_1000_ms"), ("two bare nodes, stock saver", "stock_1000_ms"))),
    ("makespan / critical path, 20 tasks", (("ours", "ratio_durable"), ("plain waves", "ratio_waves"))),
    ("CPU s, 40 tasks at once", (("ours", "flat_40_cpu_s"), ("plain waves", "waves_40_cpu_s"))),
    (
        "CPU s of a whole process",
        (("runs", "runs_cpu_s"), ("show", "show_cpu_s"), ("tasks", "tasks_cpu_s"), ("one embedded task", "text_task_cpu_s"),
         ("one task with an LLM", "llm_task_cpu_s")),
    ),
)  # fmt: skip
"""Groups of bars: a title, and names with figures."""
IN_READMES = (
    ("ratio_durable:.2f", "ratio_waves:.2f"),
    ("share_100:.2f", "share_1000:.2f"),
    ("resume_100_s:.2f", "resume_1000_s:.2f"),
    ("help_cpu_s:.1f", "runs_cpu_s:.2f", "tasks_cpu_s:.2f"),
    ("text_task_cpu_s:.1f", "llm_task_cpu_s:.1f"),
)
"""The first rows of the READMEs' last table: the figures in the last cell, in order, and their formats."""
WIDTH, LEFT, ROW = 720, 240, 22


def page(figures: Figures) -> str:
    """The page: the chart, what is required, and every figure."""
    required = "".join(_row(figures, *row) for row in REQUIRED)
    rows = "".join(f"| `{name}` | {value:g} |\n" for name, value in figures.items())
    return (
        f"{HEAD}| what | required | ours | met | beside it |\n|---|---|---|---|---|\n{required}\n"
        f"All of them, by the names that the benchmarks explain:\n\n| figure | value |\n|---|---|\n{rows}"
    )


def _row(figures: Figures, what: str, key: str, most: float, beside: str, other: str) -> str:
    ours = figures.get(key)
    measured, met = ("not measured", "") if ours is None else (f"{ours:,g}", "yes" if ours <= most else "**no**")
    compared = f"{beside} {figures[other]:,g}" if other in figures else ""
    return f"| {what} | <= {most:,g} | {measured} | {met} | {compared} |\n"


def readme(text: str, figures: Figures) -> str:
    """A README with today's figures in its last table."""
    before, rule, table = text.rpartition("|---|---|\n")
    lines = table.split("\n")
    for number, keys in enumerate(IN_READMES):
        what, cell = lines[number].removesuffix(" |").rsplit(" | ", 1)
        words = re.split(r"\d+(?:\.\d+)?", cell)
        if len(words) != len(keys) + 1:
            sys.exit(f"a README needs {', '.join(keys)} in the row {what!r}, and nothing else in digits")
        shown = [f"{{{key}}}".format(**figures) for key in keys]
        lines[number] = f"{what} | {''.join(map(''.join, zip(words, [*shown, ''], strict=True)))} |"
    return before + rule + "\n".join(lines)


def chart(figures: Figures) -> str:
    """The bars, each group by a scale of its own."""
    drawn, y = list[str](), 10
    for title, bars in BARS:
        drawn.append(f'<text x="0" y="{y + 14}" font-weight="bold">{escape(title)}</text>')
        y += ROW
        longest = max(figures[key] for _, key in bars)
        for name, key in bars:
            length = max(1.0, (WIDTH - LEFT - 70) * figures[key] / longest)
            colour = "#4c78a8" if name == "ours" or len(bars) > 2 else "#b0b0b0"
            drawn.append(f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(name)}</text>')
            drawn.append(f'<rect x="{LEFT}" y="{y + 2}" width="{length:.0f}" height="{ROW - 6}" fill="{colour}"/>')
            drawn.append(f'<text x="{LEFT + length + 6:.0f}" y="{y + 14}">{figures[key]:g}</text>')
            y += ROW
        y += 10
    style = 'font-family="sans-serif" font-size="13" fill="#333"'
    body = "\n".join(drawn)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" {style}>'
    return f'{head}\n<rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n'


def measured() -> Figures:
    """The figures of all benchmarks, each in a process of its own."""
    found: Figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in BENCHMARKS:
            file = Path(folder) / f"{name}.json"
            subprocess.run(
                [sys.executable, str(HERE.parent / "benchmarks" / f"{name}.py"), "--json", str(file)], check=True
            )
            found |= json.loads(file.read_text())
    return found


def main(arguments: list[str]) -> None:
    """Draw, or check what is drawn."""
    if "--measure" in arguments:
        FIGURES.write_text(json.dumps(measured(), indent=2) + "\n")
    figures = json.loads(FIGURES.read_text())
    drawn = {PAGE: page(figures), CHART: chart(figures)}
    for file in (HERE.parent / "README.md", HERE.parent / "README.zh-CN.md"):
        drawn[file] = readme(file.read_text(encoding="utf-8"), figures)
    for file, content in drawn.items():
        if "--check" in arguments:
            if not file.exists() or file.read_text() != content:
                sys.exit(f"{file.name} is out of date: python docs/costs.py")
        else:
            file.write_text(content)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Draw `docs/costs.md` and `docs/costs.svg` from `docs/costs.json`, the figures of the benchmarks.

python docs/costs.py              draws them
python docs/costs.py --measure    measures first (ten minutes), and writes docs/costs.json
python docs/costs.py --check      exit code 1 when page or chart is out of date
"""

import json
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

HERE = Path(__file__).parent
FIGURES, PAGE, CHART = HERE / "costs.json", HERE / "costs.md", HERE / "costs.svg"
BENCHMARKS = ("scheduling", "overhead", "startup")
Figures = dict[str, float]

HEAD = """# What a run costs

Drawn by `docs/costs.py` from `docs/costs.json`; `python docs/costs.py --measure` measures anew. These figures are of a
machine with two cores and nothing else to do. Compare the columns: other machines differ in all of them alike.

![Cost of ours, of LangGraph's own saver and of plain waves](costs.svg)

"""
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
WIDTH, LEFT, ROW = 720, 240, 22


def page(figures: Figures) -> str:
    """The page: the chart, and every figure."""
    groups = "".join(
        f"| {title} | {'; '.join(f'{name} {figures[key]:g}' for name, key in bars)} |\n" for title, bars in BARS
    )
    rows = "".join(f"| `{name}` | {value:g} |\n" for name, value in figures.items())
    return (
        f"{HEAD}| what | measured |\n|---|---|\n{groups}\n"
        f"All of them, by the names that the benchmarks explain:\n\n| figure | value |\n|---|---|\n{rows}"
    )


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
    for file, content in ((PAGE, page(figures)), (CHART, chart(figures))):
        if "--check" in arguments:
            if not file.exists() or file.read_text() != content:
                sys.exit(f"{file.name} is out of date: python docs/costs.py")
        else:
            file.write_text(content)


if __name__ == "__main__":
    main(sys.argv[1:])

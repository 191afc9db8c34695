"""Start-up time: seconds from start to end of whole processes, medians of five.

help        hugginggpt --help
import      python -c "import hugginggpt"
text_task   hugginggpt run "summarise: ...": one embedded text task, in a new home
python      python -c "": the part that all of them include

python benchmarks/startup.py [--json FILE]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMAND = "from hugginggpt.apps.cli.app import main; main()"
TEXT = (
    "The harbour was built in 1871. It has two piers. The longer pier carries the old crane. "
    "Most of the trade is in timber. In winter the harbour freezes."
)
PROGRAMS = {
    "python": ("", []),
    "import": ("import hugginggpt", []),
    "help": (COMMAND, ["--help"]),
    "text_task": (COMMAND, ["run", f'summarise this in two sentences: "{TEXT}"']),
}


def seconds(code: str, arguments: list[str]) -> float:
    """Seconds of one whole process in a new home; exits with its error if it fails."""
    with tempfile.TemporaryDirectory() as home:
        env = os.environ | {"HUGGINGGPT_HOME": str(Path(home) / "home"), "HUGGINGGPT_LLM": ""}
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], env=env, capture_output=True, text=True, check=False
        )
        took = time.perf_counter() - began
    if done.returncode:
        sys.exit(done.stderr)
    return took


def main(file: Path | None) -> None:
    """Measure, print, and write the figures to a file."""
    found = {}
    for name, (code, arguments) in PROGRAMS.items():
        seconds(code, arguments)  # warm-up: disk cache and compiled modules
        found[f"{name}_s"] = round(statistics.median(seconds(code, arguments) for _ in range(5)), 3)
        print(f"{name:24}{found[f'{name}_s']:8}", flush=True)
    if file:
        file.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to this file")
    main(parser.parse_args().json)

"""Start-up time of whole processes: seconds of CPU (`NAME_cpu_s`) and from start to end (`NAME_s`), medians of five in turn.

python              python -c "": the part that all of them include
import, help        python -c "import hugginggpt"; hugginggpt --help
runs, show, tasks   in a home with one run
text_task           hugginggpt run "summarise: ...": one embedded text task
llm_task            the same planned, chosen and answered by a chat model that replies at once
first_line_s        from start to the first line of `run` on stderr

Modules are compiled once, in the first round, as for every user: PYTHONDONTWRITEBYTECODE is not passed on. With it each
start compiles what is newer than its bytecode, 0.05 to 0.2 s.

python benchmarks/startup.py [--json FILE] [--rounds 5]
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from hugginggpt.tools.scripted import ScriptedChatModel, serve

COMMAND = "from hugginggpt.apps.cli.start import main; main()"
TEXT = (
    "The harbour was built in 1871. It has two piers. The longer pier carries the old crane. "
    "Most of the trade is in timber. In winter the harbour freezes."
)
PLAN = [{"task": "summarization", "id": 0, "dep": [-1], "args": {"text": TEXT}}]
RUN = ["run", f'summarise this in two sentences: "{TEXT}"']
PROGRAMS = {
    "python": ("", []),
    "import": ("import hugginggpt", []),
    "help": (COMMAND, ["--help"]),
    "text_task": (COMMAND, RUN),
    "llm_task": (COMMAND, RUN),
    "runs": (COMMAND, ["runs"]),
    "show": (COMMAND, ["show"]),
    "tasks": (COMMAND, ["tasks"]),
}


def cost(code: str, arguments: list[str], env: Mapping[str, str]) -> tuple[float, float]:
    """Seconds of wall and of CPU of one whole process; exits with its error if it fails."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, env=dict(env), capture_output=True, text=True, check=False)
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(done.stderr)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def first_line(env: Mapping[str, str]) -> float:
    """Seconds until `run` prints its first line on stderr."""
    began = time.perf_counter()
    command = [sys.executable, "-c", COMMAND, *RUN]
    with subprocess.Popen(command, env=dict(env), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stderr is not None
        process.stderr.readline()
        took = time.perf_counter() - began
        process.stderr.read()
    return took


def measured(rounds: int) -> dict[str, float]:
    """The medians of all programs, each run in turn in one home."""
    walls, cpus = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    with (
        tempfile.TemporaryDirectory() as home,
        serve(ScriptedChatModel(PLAN, answer="It has two piers [0].")) as server,
    ):
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        env = kept | {"HUGGINGGPT_HOME": home, "HUGGINGGPT_LLM": ""}
        with_llm = env | {"HUGGINGGPT_LLM": f"openai:m@{server.url}/v1"}
        for number in range(rounds + 1):  # the first is a warm-up: disk cache and compiled modules
            for name, (code, arguments) in PROGRAMS.items():
                wall, cpu = cost(code, arguments, with_llm if name == "llm_task" else env)
                if number:
                    walls[f"{name}_s"].append(wall)
                    cpus[f"{name}_cpu_s"].append(cpu)
            if number:
                walls["first_line_s"].append(first_line(env))
    return {name: round(statistics.median(values), 3) for name, values in (walls | cpus).items()}


def main(rounds: int, file: Path | None) -> None:
    """Measure, print, and write the figures to a file."""
    found = measured(rounds)
    for name, value in found.items():
        print(f"{name:24}{value:8}", flush=True)
    if file:
        file.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to this file")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    main(given.rounds, given.json)

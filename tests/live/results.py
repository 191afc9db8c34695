"""For `make live`: states what each part of the live suite would cost, runs what is set up, and writes `docs/live.md`.

python tests/live/results.py            the estimates, a question, and the run; LIVE=yes answers it beforehand
python tests/live/results.py --page     writes the page anew, and runs nothing
"""

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as Xml
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from hugginggpt import __version__
from hugginggpt.graph.settings import Settings
from hugginggpt.tools.backends.chat.task_prompts import TASK_PROMPTS
from hugginggpt.tools.backends.endpoint.endpoints_file import read_endpoints
from hugginggpt.tools.backends.local.registry import registered
from hugginggpt.tools.backends.task_api.methods import methods
from hugginggpt.tools.catalog.pinned import pinned

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "live.md"
NEVER = "not run yet"
HEAD = """# Real services, and what they answered

Written by `make live`, which states the estimates below and asks before it calls anything. A part whose key, token,
server or consent is missing is left as it was. The estimates follow from the number of calls and the sizes of models;
they are not measured.

| part | needs | estimate | last result |
|---|---|---|---|
"""


class Part(NamedTuple):
    """A file of the live suite."""

    file: str
    what: str
    needs: str
    estimate: str
    ready: bool


def parts() -> list[Part]:
    """All parts, each with whether it is set up here."""
    settings = Settings.from_env(os.environ)
    tasks = {task_type for task_type, _ in registered()}
    smallest = [min(model.size for model in pinned(name)) for name in tasks if pinned(name)]
    gigabytes = sum(smallest) * 4 / 1e9
    servers = bool(settings.vlm or read_endpoints(settings.config))
    return [
        Part("test_chat_models.py", "chat models as experts", "`HUGGINGGPT_LLM`, `HUGGINGGPT_VLM`",
             f"{len(TASK_PROMPTS)} calls of about 500 tokens", bool(settings.llm or settings.vlm)),
        Part("test_providers.py", "Inference Providers", "`HF_TOKEN`",
             f"{len(methods())} calls, cents; pictures and films are the dearest", settings.hf_token is not None),
        Part("test_servers.py", "servers of your own", "`hugginggpt models --add URL --task TASK`",
             "a call for each, three for pictures", servers),
        Part("test_local_models.py", "models on this machine", "`HUGGINGGPT_DOWNLOAD=yes`, the extra `local`",
             f"downloads of up to {gigabytes:.0f} GB, hours on a processor", settings.download == "yes"),
    ]  # fmt: skip


def page(results: dict[str, str]) -> str:
    """The page, with a result for each part by its file."""
    rows = [f"| {p.what} | {p.needs} | {p.estimate} | {results.get(p.file, NEVER)} |\n" for p in parts()]
    return HEAD + "".join(rows)


def kept() -> dict[str, str]:
    """The results on the page as it is."""
    lines = PAGE.read_text(encoding="utf-8").splitlines() if PAGE.exists() else []
    by_name = {cells[1].strip(): cells[4].strip() for line in lines if len(cells := line.split("|")) == 6}
    return {part.file: by_name.get(part.what, NEVER) for part in parts()}


def run(part: Part) -> tuple[str, bool]:
    """The result of a part in words, and whether nothing failed."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        words = ["-m", "live", "-n", "0", "-rs", f"--junitxml={report}", str(ROOT / "tests" / "live" / part.file)]
        code = subprocess.run([sys.executable, "-m", "pytest", *words], cwd=ROOT, check=False).returncode
        suite = next(Xml.parse(report).getroot().iter("testsuite")) if report.exists() else None
    if suite is None:
        return "could not be run", False
    total, failed, errors, skipped = (int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped"))
    done = f"{total - failed - errors - skipped} done, {failed + errors} failed, {skipped} left out"
    return f"{done} ({datetime.now(UTC):%Y-%m-%d}, version {__version__})", code == 0


def main() -> int:
    """Exit code 0 where all that ran passed, 1 where something failed, 2 where nothing is set up or agreed to."""
    if "--page" in sys.argv:
        PAGE.write_text(page(kept()), encoding="utf-8")
        return 0
    ready = [part for part in parts() if part.ready]
    for part in parts():
        state = "set up" if part.ready else f"left out, it needs {part.needs}"
        sys.stderr.write(f"{part.what}: {part.estimate} ({state})\n")
    if not ready:
        return 2
    if os.environ.get("LIVE") != "yes":
        if not sys.stdin.isatty():
            sys.stderr.write("nothing was called; LIVE=yes agrees to these estimates\n")
            return 2
        sys.stderr.write("Call these now? [y/N] ")
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            return 2
    results, passed = kept(), True
    for part in ready:
        results[part.file], ok = run(part)
        passed = passed and ok
        PAGE.write_text(page(results), encoding="utf-8")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())

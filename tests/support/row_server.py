"""Runs single tests, each in a fork of this process, which has imported the libraries they need but not the package.

A line of stdin is a JSON list: the folder of the package to be tested, the test, a file for what is printed. The answer
is pytest's exit code, or the negative number of the signal that ended it. Imports are most of the time of a short test.
"""

import importlib
import json
import os
import signal
import sys

LIBRARIES = (
    "pytest", "_pytest.assertion.rewrite", "pytest_asyncio.plugin", "hypothesis", "hypothesis.strategies", "pydantic",
    "pydantic.json_schema", "langgraph.graph", "langgraph.types", "langgraph.checkpoint.sqlite", "langchain_core.tools",
    "langchain_core.messages", "sqlite_utils", "typer", "rich.table", "rich.live", "psutil", "httpx", "PIL.Image",
    "tenacity", "filetype", "platformdirs", "rapidfuzz", "langsmith.client", "langsmith.run_helpers", "xdist.plugin",
    "langchain_core.runnables", "langgraph.checkpoint.serde.jsonplus", "numpy", "zoneinfo", "asyncio",
)  # fmt: skip
LIMIT = 120
"""Seconds for a test."""


def run(folder: str, row: str, output: str) -> int:
    """In the fork: pytest on one test, with the package of `folder` before all others."""
    signal.alarm(LIMIT)
    handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (handle, 1), (handle, 2)):
        os.dup2(source, target)
    sys.path.insert(0, folder)
    os.environ |= {"PYTHONPATH": os.pathsep.join(filter(None, (folder, os.environ.get("PYTHONPATH")))),
                   "PYTHONDONTWRITEBYTECODE": "1"}  # fmt: skip
    import pytest

    arguments = ["-n", "0", "-x", "-m", "", "--import-mode=importlib"]
    without = [f"-pno:{plugin}" for plugin in ("cacheprovider", "nbmake")]
    return int(pytest.main([*arguments, *without, row]))


def main() -> None:
    """Serve until stdin ends."""
    for name in LIBRARIES:
        importlib.import_module(name)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            code = 70
            try:
                code = run(*json.loads(line))
            finally:
                sys.stdout.flush()
                os._exit(code)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()

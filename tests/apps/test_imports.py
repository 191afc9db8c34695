"""What commands import: a list of runs must not wait for libraries that only a run needs."""

import subprocess
import sys

import pytest

from shell import Shell

OF_A_RUN = {
    "httpx", "langchain_core", "langchain_openai", "langgraph", "langsmith", "numpy", "openai", "sqlite_utils", "tenacity",
}  # fmt: skip


READERS = "hugginggpt.tools.tables"
"""The package of ours that only the calls of some experts need."""


def imported(shell: Shell, *words: str) -> set[str]:
    """The packages that a command imports, as Python lists them, and `READERS`."""
    command = [sys.executable, "-X", "importtime", "-m", "hugginggpt.apps", *words]
    done = subprocess.run(command, cwd=shell.folder, env=shell.env, capture_output=True, text=True, check=True)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    modules = {line.rpartition("|")[2].strip() for line in lines}
    return {module.partition(".")[0] for module in modules} | ({READERS} & modules)


@pytest.mark.parametrize("command", ["runs", "show", "resources"])
def test_a_command_that_reads_rows_imports_nothing_that_only_a_run_needs(shell: Shell, command: str) -> None:
    assert shell("run", "How many words are in 'a b c'?").code == 0
    assert imported(shell, command) & OF_A_RUN == set()


def test_a_list_of_experts_imports_nothing_that_only_a_run_needs(shell: Shell) -> None:
    assert imported(shell, "tasks") & ({READERS} | OF_A_RUN - {"tenacity"}) == set()

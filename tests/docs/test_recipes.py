"""The recipes of CONTRIBUTING.md work: the files that they show are added to a copy of the package and tested."""

import os
import re
import subprocess
import sys
from pathlib import Path

from doc_blocks import blocks
from fences import copy_of_the_package
from paths import ROOT


def test_the_example_of_an_embedded_expert_passes_its_own_test_and_the_contract(tmp_path: Path) -> None:
    package = copy_of_the_package(tmp_path)
    for block in blocks():
        if named := re.match(r"file (\S+);", block.reason):
            name = named[1]
            (package / name if "/" in name else tmp_path / name).write_text(block.code)
    pytest_ = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider"]
    own = [*pytest_, "-c", os.devnull, "test_shout.py"]
    contract = [*pytest_, "tests/tools/backends/embedded/test_contract.py", "-k", "shout"]
    env = os.environ | {"PYTHONPATH": str(tmp_path)}
    for command, folder in ((own, tmp_path), (contract, ROOT)):
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

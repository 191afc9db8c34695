"""The recipes of CONTRIBUTING.md work: the files that they show are added to a copy of the package and tested."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from doc_blocks import blocks
from fences import copy_of_the_package


def test_an_embedded_expert_is_one_file_and_its_test_passes(tmp_path: Path) -> None:
    package = copy_of_the_package(tmp_path)
    for block in blocks():
        if named := re.match(r"file (\S+);", block.reason):
            name = named[1]
            (package / name if "/" in name else tmp_path / name).write_text(block.code)
    env = os.environ | {"PYTHONPATH": str(tmp_path)}
    test = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "-c", os.devnull, "test_shout.py"]
    done = subprocess.run(test, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    shutil.rmtree(package)

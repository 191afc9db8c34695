"""What the README says is so."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from paths import ROOT

README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("drawn", ["tree", "picture", "experts", "promises", "settings"])
def test_what_is_drawn_from_the_code_is_up_to_date(drawn: str) -> None:
    check = [sys.executable, str(ROOT / "docs" / f"{drawn}.py"), "--check"]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_every_python_block_of_the_readme_runs(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUGGINGGPT_HOME", str(tmp_path))
    done = subprocess.run([sys.executable, "-c", block], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "succeeded" in done.stdout


def test_every_command_of_the_readme_exists() -> None:
    told = subprocess.run([sys.executable, "-m", "hugginggpt.apps", "-h"], capture_output=True, text=True, check=True)
    shell = "\n".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL))
    commands = set(re.findall(r"hugginggpt (\w+)", shell))
    assert commands
    assert all(f"  {command} " in told.stdout for command in commands)

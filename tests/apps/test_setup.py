"""`setup` without the extra `local`."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from in_process import command


@pytest.mark.skipif(find_spec("torch") is not None, reason="the extra `local` is installed")
def test_without_the_extra_it_names_the_command_that_installs_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUGGINGGPT_HOME", str(home))
    asked = command("setup", "--download", "yes")
    assert asked.code == 1
    assert "needs the extra `local`: pip install" in asked.err
    assert "huggingface.co/" not in asked.err

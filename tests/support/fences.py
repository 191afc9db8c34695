"""Fences: the checks that stop an attack, as text that can be removed, to prove that a test fails without each.

A module of `tests/security` lists the fences that its rows try in `FENCES`. `tests/security/test_fences.py` switches
each of them off, in a copy of the package, and runs the row named: it must fail.
"""

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import hugginggpt
from paths import ROOT, SUPPORT

SECURITY = ROOT / "tests" / "security"
_PARTS = ("graph", "nodes", "tools", "checkpoints", "apps")


@dataclass(frozen=True)
class Fence:
    """One check, as text of the package, so that it can be removed for child and worker processes too."""

    name: str
    """What it prevents, in a few words."""
    file: str
    """The file, below `hugginggpt/`."""
    code: str
    """Text that occurs exactly once in that file."""
    off: str
    """Its replacement: the same program without the check."""
    row: str
    """The test that must fail then, e.g. `test_addresses.py::test_it_is_refused[loopback]`."""
    slow: bool = False
    """Whether that takes more than some seconds; then it is tried every night."""

    def without(self, folder: Path) -> Path:
        """A copy of the package below `folder` without this check; to be put on `PYTHONPATH`."""
        target = copy_of_the_package(folder) / self.file
        text = target.read_text()
        assert text.count(self.code) == 1, f"{self.file} has the fence {self.name!r} {text.count(self.code)} times"
        target.write_text(text.replace(self.code, self.off))
        return folder


def copy_of_the_package(folder: Path) -> Path:
    """A copy of `hugginggpt` below `folder`, which is then to be put on `PYTHONPATH`; returns the copy's folder."""
    package = Path(hugginggpt.__file__).parent
    copy = folder / "hugginggpt"
    copy.mkdir(parents=True)
    for file in ("__init__.py", "py.typed"):
        shutil.copy2(package / file, copy)
    for part in _PARTS:
        shutil.copytree(package / part, copy / part)  # what is compiled too: times are kept, so it stays valid
    return copy


class Rows:
    """Runs rows against copies of the package, through one `row_server.py`."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, str(SUPPORT / "row_server.py")],
            cwd=SECURITY.parent.parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, row: str, folder: Path) -> tuple[int, str]:
        """Pytest's exit code for a row with the package below `folder`, and what was printed."""
        assert self._server.stdin
        assert self._server.stdout
        output = folder / "printed"
        self._server.stdin.write(json.dumps([str(folder), str(SECURITY / row), str(output)]) + "\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline()), output.read_text(errors="replace")

    def close(self) -> None:
        """End the server."""
        self._server.communicate()


def all_fences() -> Iterator[Fence]:
    """Every fence that a module of `tests/security` lists."""
    for file in sorted(SECURITY.glob("test_*.py")):
        if file.name == "test_fences.py":
            continue
        spec = importlib.util.spec_from_file_location(f"fences_of_{file.stem}", file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield from getattr(module, "FENCES", ())

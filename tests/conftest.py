"""What all tests share: a home of their own, and the scripted world in it."""

import gc
import importlib.util
import os
import re
import shlex
import shutil
import sys
from contextlib import AbstractAsyncContextManager
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import World, open_world
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController
from paths import ROOT
from scripting import OpenScripted
from shell import Shell

# on a busy machine a slow example is no failure
hypothesis_settings.register_profile("everyday", deadline=None, max_examples=40)
hypothesis_settings.register_profile("thorough", deadline=None, max_examples=400)  # make nightly
hypothesis_settings.load_profile("everyday")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: tests that wait for a process, a server or a disk leave theirs idle."""
    return (os.cpu_count() or 1) + 1


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A folder whose tests are all left out is not read: that alone took seconds in each process."""
    is_group = collection_path.parent == Path(__file__).parent and collection_path.name in (
        "corpus",
        "docs",
        "security",
    )
    return True if is_group and f"not {collection_path.name}" in config.option.markexpr else None


def pytest_collection_finish() -> None:
    """What is imported and collected by now stays: looking through it for garbage took a sixth of the processor time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked `local` need torch, those marked `browser` Chromium; only at home may they be passed over."""
    if importlib.util.find_spec("torch") is None and not os.environ.get("CI"):
        for item in items:
            if item.get_closest_marker("local"):
                item.add_marker(pytest.mark.skip(reason="needs the extra `local`: pip install -e '.[local]'"))
    if shutil.which("chromium") is None and not os.environ.get("CI"):
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason="needs Chromium: apt-get install chromium"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Of kills and faults: the seeds of random ones, and a command that runs each failed test again."""
    reports = [report for kind in ("passed", "failed", "error") for report in terminalreporter.stats.get(kind, ())]
    reports = [report for report in reports if {"nightly", "crash"} & set(getattr(report, "keywords", ()))]
    seeds = sorted(
        {int(found[1]) for report in reports if (found := re.search(r"_random_.*\[(\d+)\]$", report.nodeid))}
    )
    if seeds:
        terminalreporter.write_line(f"{len(seeds)} seeds of random kills, from {seeds[0]} to {seeds[-1]}")
    for nodeid in dict.fromkeys(report.nodeid for report in reports if report.outcome == "failed"):
        terminalreporter.write_line(f"replay: pytest -n 0 -m '' {shlex.quote(nodeid)}")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def _no_configuration_of_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that whoever runs the tests has added, and lists that they fetched, must not matter here."""
    for name in ("config", "cache"):
        monkeypatch.setenv(f"HUGGINGGPT_{name.upper()}", str(tmp_path / name))
    monkeypatch.delenv("COLUMNS", raising=False)  # nor the width of a terminal


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def scripted(home: Path) -> OpenScripted:
    """Opens a durable world in which the controller plans what the test gives it."""

    def open_scripted(
        plan: Any, *, backend: ScriptedBackend | None = None, catalog: ScriptedCatalog | None = None, **settings: Any
    ) -> AbstractAsyncContextManager[World]:
        return open_world(
            Settings(home=home, **settings),
            controller=plan if isinstance(plan, ScriptedController) else ScriptedController(plan),
            catalog=catalog or ScriptedCatalog(),
            backends=[backend or ScriptedBackend()],
        )

    return open_scripted


def _benchmark(name: str) -> ModuleType:
    """A file of `benchmarks/`, as a module."""
    spec = importlib.util.spec_from_file_location(f"{name}_benchmark", ROOT / "benchmarks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def planning() -> ModuleType:
    """`benchmarks/planning.py`, as a module."""
    return _benchmark("planning")


@pytest.fixture(scope="session")
def suites() -> ModuleType:
    """`benchmarks/suites.py`, as a module."""
    return _benchmark("suites")


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A short video that browsers play."""
    import numpy as np

    from hugginggpt.tools.media.video_writer import write_video

    path = tmp_path_factory.mktemp("film") / "film.mp4"
    frames = (np.full((64, 64, 3), 20 * number, np.uint8) for number in range(5))
    write_video(path, frames, Fraction(5), (64, 64), None)
    return path.read_bytes()

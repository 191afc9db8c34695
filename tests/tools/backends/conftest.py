"""What the tests of the backends share: `run_expert` runs an embedded expert on real media, in this process."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from embedded_calls import Given, RunExpert, call_of
from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.task import Scalar
from hugginggpt.tools.backends.embedded.registry import registered
from hugginggpt.tools.backends.with_caveats import with_caveats
from hugginggpt.tools.scripted import Reply, serve
from paths import EXAMPLES


@pytest.fixture
def run_expert(tmp_path: Path) -> RunExpert:
    """`run_expert("espeak-ng", {"text": "hello"}, language="en")["audio"].path`."""
    made = iter(range(1000))

    def run(name: str, given: dict[str, Given], goal: str = "", **parameters: Scalar) -> dict[str, Artifact]:
        scratch = tmp_path / f"scratch-{next(made)}"
        scratch.mkdir()
        entry = registered()[f"embedded/{name}"]
        return {
            artifact.output: artifact
            for artifact in with_caveats(entry.function, call_of(name, scratch, given, goal, parameters))
        }

    return run


@pytest.fixture
def examples() -> Path:
    """The folder of real media that we made ourselves."""
    return EXAMPLES


@pytest.fixture
def make_call(tmp_path: Path) -> Callable[..., Call]:
    """A `Call` without running it."""

    def make(name: str, given: dict[str, Given], goal: str = "", timeout: float = 60, **parameters: Scalar) -> Call:
        return call_of(name, tmp_path, given, goal, parameters, timeout=timeout)

    return make


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Two workers at home in a temporary folder."""
    return Settings(home=tmp_path / "home", workers=2)


@pytest.fixture
def listening() -> Iterator[str]:
    """The URL of a server that answers, and nothing more."""
    with serve(lambda _: Reply()) as server:
        yield server.url

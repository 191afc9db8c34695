"""What the tests of the embedded experts share: `ask` runs one, on real media, in this process."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.task import Scalar, Task
from hugginggpt.tools.backends.embedded.registry import registered
from support_media import material

EXAMPLES = Path(__file__).parents[2] / "examples"
Given = str | Path | Sequence[str | Path]


def call_of(
    name: str, scratch: Path, given: dict[str, Given], goal: str, parameters: dict[str, Scalar], *, timeout: float = 60
) -> Call:
    """A call to `embedded/<name>`."""
    entry = registered()[f"embedded/{name}"]
    inputs = {
        key: tuple(material(v) for v in ([value] if isinstance(value, str | Path) else value))
        for key, value in given.items()
    }
    task = Task(id=1, type=entry.task_type, goal=goal, parameters=dict(parameters))
    return Call(run_id="test", key="1", task=task, expert=entry.expert, inputs=inputs, scratch=scratch, timeout=timeout)


Ask = Callable[..., dict[str, Artifact]]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """`ask("espeak-ng", {"text": "hello"}, language="en")["audio"].path`."""
    made = iter(range(1000))

    def run(name: str, given: dict[str, Given], goal: str = "", **parameters: Scalar) -> dict[str, Artifact]:
        scratch = tmp_path / f"scratch-{next(made)}"
        scratch.mkdir()
        entry = registered()[f"embedded/{name}"]
        return {
            artifact.output: artifact for artifact in entry.function(call_of(name, scratch, given, goal, parameters))
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

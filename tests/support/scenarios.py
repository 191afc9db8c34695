"""Plans whose runs do more than go through: approval, lists of which members fail, recordings in parts, a retry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dags import Dag
from hugginggpt.graph.call import Part
from scripting import step


@dataclass(frozen=True)
class Scenario(Dag):
    """A plan, and what happens to its run."""

    approve: str = "never"
    """Where it is `always`, each pause is answered with yes."""
    failures: Mapping[int | str, str] = field(default_factory=dict)
    """As scripted backends take them."""
    parts: int = 0
    """Of each recording; 0 where it is not cut."""
    retries: bool = False
    """Its run has ended with failures, which are gone now."""
    status: str = "succeeded"
    """How it ends."""

    def cut(self, recording: Path, folder: Path) -> Sequence[Part]:
        """The parts of a recording, with contents of their own."""
        made = []
        for n in range(self.parts):
            path = folder / f"{n}.wav"
            path.write_bytes(recording.read_bytes() + bytes([n]))
            made.append(Part(path=path, media_type="audio/wav", begin=n * 100.0, end=(n + 1) * 100.0))
        return made


def _task(name: str, task_id: int, **args: Any) -> dict[str, Any]:
    dep = sorted({int(ref.partition("-")[2]) for ref in args.values() if str(ref).startswith("<resource>-")})
    return {"task": name, "id": task_id, "dep": dep or [-1], "args": args}


SCENARIOS = {
    "approval": Scenario([step(0), step(1, 0)], {}, approve="always"),
    "list": Scenario(
        [_task("text-generation", 0, text=["a", "b", "c"]), _task("summarization", 1, text="<resource>-0")],
        {},
        failures={"0[1]": "it is damaged"},
        status="partial",
    ),
    "recording": Scenario(
        [
            _task("text-to-speech", 0, text="hello"),
            _task("automatic-speech-recognition", 1, audio="<resource>-0"),
            _task("summarization", 2, text="<resource>-1"),
        ],
        {},
        parts=3,
    ),
    "retry": Scenario([step(0), step(1, 0), step(2, 1)], {}, failures={1: "no power"}, retries=True),
}

"""A call of any task type, on small real data."""

from pathlib import Path
from typing import Any

from hugginggpt.graph.call import Artifact, Call, Material
from hugginggpt.graph.expert import Expert
from hugginggpt.graph.resource import Kind, Resource
from hugginggpt.graph.task import Task
from hugginggpt.graph.task_type import Input
from hugginggpt.graph.vocabulary import VOCABULARY
from paths import EXAMPLES

_TEXTS = {
    "question": "When does the library open?",
    "context": "The library opens at nine every morning.",
    "fill-mask": "[MASK] is the capital of France.",
}
_FILES: dict[Kind, tuple[str, str]] = {
    "image": ("image/jpeg", "harbour.jpg"),
    "document": ("image/jpeg", "receipt.jpg"),
    "audio": ("audio/wav", "hello.wav"),
}
_JSON: dict[Kind, str] = {
    "boxes": '[{"label": "zebra", "score": 0.9, "box": {"xmin": 1, "ymin": 2, "xmax": 9, "ymax": 10}}]',
    "labels": '[{"label": "cat", "score": 0.9}]',
    "table": '[{"city": "Rome", "people": 7}, {"city": "Oslo", "people": 1}]',
}
_PARAMETERS: dict[str, dict[str, Any]] = {
    "zero-shot-classification": {"candidate_labels": ("travel", "cooking")},
    "zero-shot-image-classification": {"candidate_labels": ("boat", "train")},
    "zero-shot-object-detection": {"candidate_labels": ("boat", "train")},
    "zero-shot-audio-classification": {"candidate_labels": ("speech", "music")},
    "translation": {"source_language": "English", "target_language": "French"},
}


def text(value: str, kind: Kind = "text") -> Material:
    media_type = "text/plain" if kind == "text" else "application/json"
    resource = Resource(kind=kind, media_type=media_type, text=value, size=len(value))
    return Material(resource=resource, path=Path("unused"))


def file(name: str | Path, kind: Kind, media_type: str) -> Material:
    path = EXAMPLES / name
    return Material(
        resource=Resource(kind=kind, media_type=media_type, size=path.stat().st_size, name=path.name), path=path
    )


def sample(port: Input, task_type: str = "") -> Material:
    """A sample for an input."""
    kind = port.kinds[0]
    if kind == "text":
        return text(_TEXTS.get(port.name, _TEXTS.get(task_type, f"A short text for the {port.name} of a task.")))
    if kind in _JSON:
        return text(_JSON[kind], kind)
    media_type, name = _FILES[kind]
    return file(name, kind, media_type)


def call_of(
    task_type: str,
    expert: Expert,
    scratch: Path,
    *,
    goal: str = "",
    timeout: float = 20,
    inputs: dict[str, tuple[Material, ...]] | None = None,
    **parameters: Any,
) -> Call:
    """A call with a sample for each input except those given; lists have two members."""
    ports = VOCABULARY[task_type].inputs
    filled = {
        port.name: (sample(port, task_type),) * (2 if port.many else 1)
        for port in ports
        if port.kinds[0] not in ("video", "mask")
    }
    task = Task.model_validate(
        {"id": 1, "type": task_type, "goal": goal, "parameters": _PARAMETERS.get(task_type, {}) | parameters}
    )
    return Call(
        run_id="test",
        key="1",
        task=task,
        expert=expert,
        inputs=filled | (inputs or {}),
        scratch=scratch,
        timeout=timeout,
    )


ONE_PICTURE: dict[str, dict[str, tuple[Material, ...]]] = {
    "image-to-video": {"images": (file("harbour.jpg", "image", "image/jpeg"),), "audio": ()}
}
"""Inputs for who sets one picture in motion, without a sound."""


def check_outputs(task_type: str, made: list[Artifact] | tuple[Artifact, ...]) -> None:
    """Names and kinds are those of the vocabulary, and nothing is empty."""
    promised = {output.name: output.kind for output in VOCABULARY[task_type].outputs}
    assert made
    for artifact in made:
        assert promised[artifact.output] == artifact.kind
        assert artifact.text or (artifact.path is not None and artifact.path.stat().st_size)

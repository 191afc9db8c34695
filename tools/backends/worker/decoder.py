"""Decoder: what users, providers and servers give is decoded in worker processes; the main one reads headers at most.

Here is the side that asks, for code in a thread of a call; `decode_functions.py` is the side that does it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

from ....graph.call import Artifact, Call, Material, Part
from ....graph.errors import ExpertError
from ....graph.expert import Expert
from ....graph.resource import Resource
from ....graph.task import Task
from .pool import Workers

_TARGETS = f"{__package__}.decode_functions"
CUTTING = 3600.0
"""Seconds to cut a recording of up to eight hours."""

Options = Mapping[str, Any]
_current: ContextVar["Decoder"] = ContextVar("decoder")


class Decoder:
    """Asks a pool of workers, which may be shared with those who do more than decode."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    def ask(self, what: str, call: Call, inputs: Mapping[str, Sequence[Material]], options: Options) -> list[Artifact]:
        """Run a function of `decode_functions.py`. Its files are in a folder of their own in the call's scratch folder."""
        folder = call.scratch / f"decoded-{uuid4().hex}"
        folder.mkdir()
        given = {name: tuple(materials) for name, materials in inputs.items()} | {"options": (_text(options),)}
        asked = call.model_copy(update={"inputs": given, "scratch": folder})
        return list(self._workers.run_here(f"{_TARGETS}:{what}", asked))

    def cut(self, path: Path, folder: Path) -> Sequence[Part]:
        """The `Cutter` port; see `media.recording_parts`."""
        if find_spec("av") is None:
            return ()
        call = _CUTTING.model_copy(update={"scratch": folder})
        (made,) = self.ask("parts", call, {"audio": (_file(path),)}, {})
        parts = json.loads(made.text or "[]")
        if isinstance(parts, dict):
            raise OSError(parts["errno"], parts["strerror"])
        return [Part.model_validate(part) for part in parts]

    def warm(self) -> None:
        """Have a process ready by the time that there is something to decode."""
        self._workers.warm()

    def close(self) -> None:
        """End the workers."""
        self._workers.close()


@contextmanager
def decoding_by(decoder: Decoder) -> Iterator[None]:
    """What the body, and the threads that it starts, give to be decoded goes to `decoder`."""
    token = _current.set(decoder)
    try:
        yield
    finally:
        _current.reset(token)


# -- what goes out to a model ---------------------------------------------------------------------------------------


def picture_bytes(call: Call, material: Material) -> bytes:
    """A picture as every server takes it: PNG, or JPEG where that is what it was; upright, without transparency."""
    (made,) = _current.get().ask("picture_to_send", call, {"image": (material,)}, {})
    return _bytes(made)


def picture_urls(call: Call, materials: Sequence[Material], options: Options) -> list[str]:
    """Pictures, and pages of documents, inside URLs, as chat models take them."""
    made = _current.get().ask("shown", call, {"materials": materials}, options)
    return [artifact.text or "" for artifact in made]


def sound_pieces(call: Call, material: Material, *, rate: int, longest: float = 0.0) -> list[bytes]:
    """Mono 16-bit WAV files of at most `longest` seconds (0: of any length), cut where it is quietest."""
    options = {"rate": rate, "longest": longest}
    return [_bytes(made) for made in _current.get().ask("sound_to_send", call, {"audio": (material,)}, options)]


# -- what came back from one ----------------------------------------------------------------------------------------


def picture_answer(call: Call, data: object) -> list[Artifact]:
    """A picture as PNG; `data`: its bytes, or what huggingface_hub made of them and did not decode."""
    return _answer("picture_answer", call, {"answer": (_kept(call, _undecoded(call, data)),)})


def sound_answer(call: Call, data: bytes) -> list[Artifact]:
    """Sound that browsers play."""
    return _answer("sound_answer", call, {"answer": (_kept(call, data),)})


def film_answer(call: Call, data: bytes) -> list[Artifact]:
    """A video that browsers play."""
    return _answer("film_answer", call, {"answer": (_kept(call, data),)})


def boxes_answer(call: Call, material: Material, rows: object, *, thousandths: bool = False) -> list[Artifact]:
    """Boxes, and the picture with each drawn in. `thousandths`: of width and height, else pixels."""
    options = {"rows": rows, "thousandths": thousandths}
    return _current.get().ask("boxes_answer", call, {"image": (material,)}, options)


def masks_answer(call: Call, material: Material, regions: Sequence[tuple[str, float | None, object]]) -> list[Artifact]:
    """Regions: of each its label, score, and mask as `picture_answer` takes it."""
    masks = tuple(_kept(call, _undecoded(call, mask)) for _, _, mask in regions)
    options = {"regions": [(label, score) for label, score, _ in regions]}
    return _answer("masks_answer", call, {"image": (material,), "masks": masks}, options)


def _answer(what: str, call: Call, inputs: Mapping[str, Sequence[Material]], options: Options = {}) -> list[Artifact]:  # noqa: B006
    try:
        return _current.get().ask(what, call, inputs, options)
    except ExpertError as error:
        if not error.input_fault:
            raise
        raise ExpertError(  # another model may give something better
            f"{call.expert.model_id} gave what can't be used: {error.message}", kind=error.kind, retryable=True
        ) from error


def _undecoded(call: Call, data: object) -> bytes:
    """The bytes of a picture. huggingface_hub opens it, which reads its header only: the file behind it is whole."""
    if isinstance(data, bytes):
        return data
    with suppress(AttributeError, ValueError):
        whole = data.fp.getvalue()  # type: ignore[attr-defined]  # of PIL.Image.Image, opened from memory
        if isinstance(whole, bytes):
            return whole
    raise ExpertError(f"{call.expert.model_id} gave something that is no picture: {data!r:.120}", retryable=True)


def _kept(call: Call, data: bytes) -> Material:
    """In a file of the call's, until its end."""
    path = call.scratch / f"answer-{uuid4().hex}"
    path.write_bytes(data)
    return _file(path, "the answer")


def _file(path: Path, name: str | None = None) -> Material:
    about = Resource(kind="document", media_type="application/octet-stream", size=path.stat().st_size, name=name)
    return Material(resource=about, path=path)


def _text(options: Options) -> Material:
    text = json.dumps(dict(options), default=_plain)
    return Material(resource=Resource(kind="text", media_type="application/json", text=text), path=Path())


def _plain(value: Any) -> Any:
    """Numbers and arrays of numpy."""
    as_list = getattr(value, "tolist", None)
    return as_list() if callable(as_list) else str(value)


def _bytes(artifact: Artifact) -> bytes:
    assert artifact.path is not None
    return artifact.path.read_bytes()


_CUTTING = Call(
    run_id="", key="", task=Task(id=0, type="automatic-speech-recognition"), inputs={}, scratch=Path(), timeout=CUTTING,
    expert=Expert(model_id="the cutter of recordings", task_type="automatic-speech-recognition", backend="embedded"),
)  # fmt: skip

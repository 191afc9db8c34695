"""`Decoder`, in the main process: has media from users, providers and servers decoded in a worker process, never here.

The main process reads headers at most. The functions here are for code in a thread of a call.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from uuid import uuid4

from ....graph.call import Artifact, Call, Material, Part
from ....graph.caveats import caveat, collecting, lacks
from ....graph.errors import ExpertError
from ....graph.expert import Expert
from ....graph.resource import Kind, Resource
from ....graph.task import Task
from .pool import Workers

_FUNCTIONS = f"{__package__}.decode_functions"
CUT_TIMEOUT = 3600.0
"""Seconds to cut a recording of up to eight hours."""

READ_TIMEOUT = 120.0
"""Seconds to read a document."""

Options = Mapping[str, Any]
_current: ContextVar["Decoder"] = ContextVar("decoder")


class Document(NamedTuple):
    """What was read of a document: UTF-8 text, or a table."""

    data: bytes
    kind: Kind
    media_type: str
    note: str
    """What of it is not read; usually empty."""


class Decoder:
    """Runs decode functions in a pool of workers, which may be shared with experts."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    def run(
        self, function: str, call: Call, inputs: Mapping[str, Sequence[Material]], options: Options
    ) -> list[Artifact]:
        """Run a function of `decode_functions.py`. Its files go to a new folder in the call's scratch folder."""
        folder = call.scratch / f"decoded-{uuid4().hex}"
        folder.mkdir()
        given = {name: tuple(materials) for name, materials in inputs.items()} | {"options": (_text(options),)}
        decode_call = call.model_copy(update={"inputs": given, "folder": folder})
        made = list(self._workers.run_blocking(f"{_FUNCTIONS}:{function}", decode_call))
        for artifact in made:  # they are about files of the call that goes on here
            if artifact.note:
                caveat(artifact.note)
            if artifact.lacks:
                lacks(artifact.lacks)
        return [artifact.model_copy(update={"note": "", "lacks": ""}) for artifact in made]

    def cut(self, path: Path, folder: Path) -> Sequence[Part]:
        """The `Cutter` port; see `media.recording_parts`."""
        if find_spec("av") is None:
            return ()
        call = _CUT_CALL.model_copy(update={"folder": folder})
        (made,) = self.run("parts", call, {"audio": (_file(path),)}, {})
        parts = json.loads(made.text or "[]")
        if isinstance(parts, dict):
            raise OSError(parts["errno"], parts["strerror"])
        return [Part.model_validate(part) for part in parts]

    def read(self, data: bytes, media_type: str, label: str) -> Document:
        """The text or table of a document, by `documents.readers`. Raises `ExpertError`."""
        with TemporaryDirectory(prefix="hugginggpt-") as folder:
            call = _CUT_CALL.model_copy(update={"folder": Path(folder), "timeout": READ_TIMEOUT})
            given = _stored(call, data)
            with collecting() as heard:
                (made,) = self.run("document", call, {"document": (given,)}, {"media_type": media_type, "label": label})
            return Document(_bytes(made), made.kind, made.media_type, "; ".join(heard.notes))

    def close(self) -> None:
        """End the workers."""
        self._workers.close()


@contextmanager
def use_decoder(decoder: Decoder) -> Iterator[None]:
    """The functions below use `decoder` in the body, and in the threads that it starts."""
    token = _current.set(decoder)
    try:
        yield
    finally:
        _current.reset(token)


# -- inputs that are sent to a model ---------------------------------------------------------------------------------------


def picture_bytes(call: Call, material: Material) -> bytes:
    """A picture in a form that every server accepts: JPEG if it was one, else PNG; upright, without transparency."""
    (made,) = _current.get().run("picture_to_send", call, {"image": (material,)}, {})
    return _bytes(made)


def picture_urls(call: Call, materials: Sequence[Material], options: Options) -> list[str]:
    """Pictures, and pages of documents, as data URLs for chat models."""
    made = _current.get().run("data_urls", call, {"materials": materials}, options)
    return [artifact.text or "" for artifact in made]


def audio_pieces(call: Call, material: Material, *, rate: int, longest: float = 0.0) -> list[bytes]:
    """Mono 16-bit WAV files of at most `longest` seconds (0: of any length), cut where it is quietest."""
    options = {"rate": rate, "longest": longest}
    return [_bytes(made) for made in _current.get().run("audio_to_send", call, {"audio": (material,)}, options)]


# -- outputs of a model -----------------------------------------------------------------------------------------------


def picture_answer(call: Call, data: object) -> list[Artifact]:
    """A picture as PNG; `data`: its bytes, or the image that huggingface_hub opened and did not decode."""
    return _answer("picture_answer", call, {"answer": (_stored(call, _undecoded(call, data)),)})


def audio_answer(call: Call, data: bytes) -> list[Artifact]:
    """Sound that browsers play."""
    return _answer("audio_answer", call, {"answer": (_stored(call, data),)})


def video_answer(call: Call, data: bytes) -> list[Artifact]:
    """A video that browsers play."""
    return _answer("video_answer", call, {"answer": (_stored(call, data),)})


def boxes_answer(call: Call, material: Material, rows: object, *, thousandths: bool = False) -> list[Artifact]:
    """Boxes, and the picture with each drawn in. `thousandths`: of width and height, else pixels."""
    options = {"rows": rows, "thousandths": thousandths}
    return _current.get().run("boxes_answer", call, {"image": (material,)}, options)


def masks_answer(call: Call, material: Material, regions: Sequence[tuple[str, float | None, object]]) -> list[Artifact]:
    """Regions: of each its label, score, and mask as `picture_answer` takes it."""
    masks = tuple(_stored(call, _undecoded(call, mask)) for _, _, mask in regions)
    options = {"regions": [(label, score) for label, score, _ in regions]}
    return _answer("masks_answer", call, {"image": (material,), "masks": masks}, options)


def _answer(
    function: str, call: Call, inputs: Mapping[str, Sequence[Material]], options: Options | None = None
) -> list[Artifact]:
    try:
        return _current.get().run(function, call, inputs, options or {})
    except ExpertError as error:
        if not error.input_fault:
            raise
        raise ExpertError(  # another model may return something better
            f"{call.expert.model_id} returned what can't be used: {error.message}", kind=error.kind, retryable=True
        ) from error


def _undecoded(call: Call, data: object) -> bytes:
    """The bytes of a picture. huggingface_hub opened it, which reads its header only: the file behind it is complete."""
    if isinstance(data, bytes):
        return data
    with suppress(AttributeError, ValueError):
        content = data.fp.getvalue()  # type: ignore[attr-defined]  # of PIL.Image.Image, opened from memory
        if isinstance(content, bytes):
            return content
    raise ExpertError(f"{call.expert.model_id} returned something that is no picture: {data!r:.120}", retryable=True)


def _stored(call: Call, data: bytes) -> Material:
    path = call.scratch / f"answer-{uuid4().hex}"
    path.write_bytes(data)
    return _file(path, "the answer")


def _file(path: Path, name: str | None = None) -> Material:
    about = Resource(kind="document", media_type="application/octet-stream", size=path.stat().st_size, name=name)
    return Material(resource=about, path=path)


def _text(options: Options) -> Material:
    # numbers and arrays of numpy have `tolist`
    text = json.dumps(dict(options), default=lambda value: value.tolist() if hasattr(value, "tolist") else str(value))
    return Material(resource=Resource(kind="text", media_type="application/json", text=text), path=Path())


def _bytes(artifact: Artifact) -> bytes:
    assert artifact.path is not None
    return artifact.path.read_bytes()


_CUT_CALL = Call(
    run_id="", key="", task=Task(id=0, type="automatic-speech-recognition"), inputs={}, scratch=Path(), timeout=CUT_TIMEOUT,
    expert=Expert(model_id="the cutter of recordings", task_type="automatic-speech-recognition", backend="embedded"),
)  # fmt: skip

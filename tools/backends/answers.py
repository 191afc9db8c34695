"""Checks what a model returned, for every backend: `text_answer` and others make artifacts of it, or raise `garbage`."""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ...graph.call import Artifact, Call
from ...graph.errors import ExpertError
from ...graph.resource import Kind
from ...graph.vocabulary import VOCABULARY
from ..media.boxes import box, box_artifacts
from ..media.masks import Region, colour, draw_masks, overlay_masks, share
from ..media.media_limits import limits
from ..media.pictures import image_artifact
from ..media.rows import rows as table_rows

if TYPE_CHECKING:
    from PIL import Image

Number = Annotated[float, Field(allow_inf_nan=False)]
MOST_ROWS = 1000


class Label(BaseModel):
    """One label of a classification."""

    label: str
    score: Number | None = None


class Entity(BaseModel):
    """One entity of a token classification; `start` and `end` are positions in the text."""

    entity_group: str
    word: str
    score: Number | None = None
    start: int | None = None
    end: int | None = None


class Corners(BaseModel):
    """Pixels from the top left."""

    xmin: Number
    ymin: Number
    xmax: Number
    ymax: Number


class DetectedObject(BaseModel):
    """One object of a detection."""

    label: str
    score: Number | None = None
    box: Corners


_LATER = ConfigDict(defer_build=True)
_labels = TypeAdapter(list[Label], config=_LATER)
_entities = TypeAdapter(list[Entity], config=_LATER)
_found = TypeAdapter(list[DetectedObject], config=_LATER)
_vector = TypeAdapter(Annotated[list[Number], Field(min_length=1)], config=_LATER)
_table = TypeAdapter(list[dict[str, str | int | float | bool | None]], config=_LATER)


def text_answer(call: Call, text: object) -> list[Artifact]:
    """A text; a blank one is not an answer."""
    if not isinstance(text, str) or not text.strip():
        raise garbage(call, "text", text)
    return [Artifact(output=output_of(call, "text"), kind="text", media_type="text/plain", text=text.strip())]


def label_answer(call: Call, rows: object) -> list[Artifact]:
    """`{"label", "score"}`, best score first; at least one."""
    labels = _labels_of(call, rows)
    ordered = sorted(labels, key=lambda row: -(row.score if row.score is not None else 0.0))
    return [_rows_artifact(call, ordered[:MOST_ROWS])]


def row_answer(call: Call, rows: object) -> list[Artifact]:
    """A label, or a number as its score, for each row of the input table, in its order."""
    labels = _labels_of(call, rows)
    expected = len(table_rows(call.one("table")) or ())
    if len(labels) != expected:
        raise ExpertError(f"{call.expert.model_id} returned {len(labels)} answers for {expected} rows", retryable=True)
    return [_rows_artifact(call, labels)]


def _labels_of(call: Call, rows: object) -> list[Label]:
    labels: list[Label] = _checked(call, _labels, rows, "list of labels")
    if not labels:
        raise garbage(call, "list of labels", rows)
    return labels


def entity_answer(call: Call, rows: object) -> list[Artifact]:
    """`{"entity_group", "word", "score", "start", "end"}` in the order of the text; an empty list is an answer."""
    entities = _checked(call, _entities, rows, "list of entities")
    return [_rows_artifact(call, entities[:MOST_ROWS])]


def score_answer(call: Call, texts: Sequence[str], scores: object) -> list[Artifact]:
    """The score of each of `texts`, best first, as `{"label", "score"}`."""
    numbers = _checked(call, _vector, scores, "list of scores")
    if len(numbers) != len(texts):
        raise ExpertError(
            f"{call.expert.model_id} returned {len(numbers)} scores for {len(texts)} texts", retryable=True
        )
    return label_answer(call, [{"label": text, "score": s} for text, s in zip(texts, numbers, strict=True)])


def box_answer(call: Call, image: "Image.Image", rows: object) -> list[Artifact]:
    """The boxes, clipped to the picture, and the picture with each drawn in; an empty list is an answer."""
    kept = []
    for row in _checked(call, _found, rows, "list of boxes")[:MOST_ROWS]:
        (left, right), (top, bottom) = sorted((row.box.xmin, row.box.xmax)), sorted((row.box.ymin, row.box.ymax))
        corners = (max(0, left), max(0, top), min(image.width, right), min(image.height, bottom))
        if corners[0] < corners[2] and corners[1] < corners[3]:
            kept.append(box(row.label, row.score if row.score is not None else 1.0, corners))
    return box_artifacts(call, image, kept)


def mask_answer(call: Call, image: "Image.Image", regions: Sequence[Region]) -> list[Artifact]:
    """All regions in one mask picture; labels with colours and an overlay, where the task type has those outputs."""
    outputs = {output.name for output in VOCABULARY[call.task.type].outputs}
    mask = image_artifact(call, draw_masks(image.size, regions), "mask").model_copy(update={"kind": "mask"})
    artifacts = [mask]
    if "labels" in outputs:
        rows = [
            {"label": r.label, **({} if r.score is None else {"score": round(r.score, 4)}), 
             "color": "#{:02x}{:02x}{:02x}".format(*colour(number)), "share": round(share(r), 4)}
            for number, r in enumerate(regions)
        ]  # fmt: skip
        artifacts.append(json_artifact(call, "labels", rows))
    if "image" in outputs:
        artifacts.append(image_artifact(call, overlay_masks(image, regions)))
    return artifacts


def image_answer(call: Call, image: "Image.Image") -> list[Artifact]:
    """A picture, as PNG."""
    if image.width * image.height > (most := limits().max_image_pixels):
        raise ExpertError(
            f"{call.expert.model_id} returned {image.width} x {image.height} pixels; the limit is {most:,}",
            hint="Request a smaller picture.",
            kind="too_large",
        )
    plain = image if image.mode in ("RGB", "RGBA", "L") else image.convert("RGB")
    return [image_artifact(call, plain, output_of(call, "image"))]


def vector_answer(call: Call, values: object) -> list[Artifact]:
    """An embedding of shape (dimensions,); one vector a token is averaged to one."""
    rows: Any = values
    while isinstance(rows, list) and rows and isinstance(rows[0], list):
        inner = rows
        if isinstance(inner[0][0] if inner[0] else None, list):
            rows = inner[0]
            continue
        vectors = [_checked(call, _vector, row, "vector") for row in inner]
        if len({len(vector) for vector in vectors}) > 1:
            raise garbage(call, "vector", "rows of different lengths")
        rows = [sum(column) / len(vectors) for column in zip(*vectors, strict=True)]
    vector = _checked(call, _vector, rows, "vector")
    return [json_artifact(call, "embedding", [round(value, 7) for value in vector])]


def table_answer(call: Call, rows: object) -> list[Artifact]:
    """A table as a list of rows by column name."""
    return [json_artifact(call, "table", _checked(call, _table, rows, "table"))]


def output_of(call: Call, kind: Kind) -> str:
    """The name of the task type's output of a kind."""
    outputs = VOCABULARY[call.task.type].outputs
    name = next((output.name for output in outputs if output.kind == kind), None)
    if name is None:
        raise ExpertError(f"{call.expert.model_id} returns {kind}, which {call.task.type} has no output for")
    return name


def garbage(call: Call, expected: str, got: object) -> ExpertError:
    """The error to raise for an answer of the wrong form; the next candidate is then tried."""
    shown = got if isinstance(got, str) else repr(got)
    if not shown.strip():
        return ExpertError(
            f"{call.expert.model_id} returned an empty answer in place of {expected}",
            hint="Try again, or choose another model.",
            retryable=True,
        )
    shown = shown[:120] + "..." if len(shown) > 120 else shown
    return ExpertError(f"{call.expert.model_id} returned something that is no {expected}: {shown}", retryable=True)


def part(call: Call, expected: str, answer: object, *path: str | int) -> Any:
    """What stands in a server's answer under attributes, keys and indexes; raises `garbage` where nothing does.

    Read so, an answer of the wrong form is not taken for a defect of this program (`net/http_errors.py`).
    """
    inner: Any = answer
    for step in path:
        try:
            inner = getattr(inner, step) if isinstance(step, str) and hasattr(inner, step) else inner[step]
        except (TypeError, LookupError):
            raise garbage(call, expected, answer) from None
    return inner


def _checked(call: Call, form: TypeAdapter[Any], value: object, expected: str) -> Any:
    try:
        return form.validate_python(_plain(value))
    except ValidationError:
        raise garbage(call, expected, value) from None


def _plain(value: object) -> object:
    """Dataclasses of huggingface_hub (they are dicts too), numpy and torch numbers and arrays, as plain values."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    as_list = getattr(value, "tolist", None)  # numpy and torch, numbers as well as arrays
    return as_list() if callable(as_list) else value


def _rows_artifact(call: Call, rows: Sequence[BaseModel]) -> Artifact:
    return json_artifact(call, "labels", [row.model_dump(exclude_none=True) for row in rows])


def json_artifact(call: Call, kind: Kind, value: Iterable[Any]) -> Artifact:
    """The output of a kind as a JSON list."""
    text = json.dumps(list(value), ensure_ascii=False)
    return Artifact(output=output_of(call, kind), kind=kind, media_type="application/json", text=text)

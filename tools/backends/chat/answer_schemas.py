"""JSON schemas of a chat model's labels, entities, scores and boxes, each with the function that parses the answer."""

from collections.abc import Callable
from typing import Any

from ....graph.call import Artifact, Call
from ..answers import entity_answer, garbage, label_answer, score_answer
from ..inputs import candidate_labels
from ..worker.decode_functions import SCALE
from ..worker.decoder import boxes_answer

Parse = Callable[[Call, Any], list[Artifact]]


def _list_of(title: str, description: str, **fields: dict[str, Any]) -> dict[str, Any]:
    row = {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
    return {
        "title": title,
        "description": description,
        "type": "object",
        "properties": {"found": {"type": "array", "items": row}},
        "required": ["found"],
        "additionalProperties": False,
    }


_TEXT, _SCORE = {"type": "string"}, {"type": "number", "minimum": 0, "maximum": 1}
_SIDE = {"type": "number", "minimum": 0, "maximum": SCALE}
LABELS = _list_of("labels", "Labels with their confidence, 0 to 1.", label=_TEXT, score=_SCORE)
ENTITIES = _list_of(
    "entities", "What was found in the text, word for word.", entity_group=_TEXT, word=_TEXT, score=_SCORE
)
SCORES = _list_of("scores", "One score for each text, in the order given.", score=_SCORE)
# thousandths of width and height, which chat models of every family can give
BOXES = _list_of(
    "boxes", f"Boxes in thousandths of width and height, 0 to {SCALE}.",
    label=_TEXT, score=_SCORE, left=_SIDE, top=_SIDE, right=_SIDE, bottom=_SIDE,
)  # fmt: skip


def _rows(call: Call, answer: Any) -> list[dict[str, Any]]:
    found = answer.get("found") if isinstance(answer, dict) else answer
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise garbage(call, "list", answer)
    return found


def parse_labels(call: Call, answer: Any) -> list[Artifact]:
    """Any labels."""
    return label_answer(call, _rows(call, answer))


def parse_given_labels(call: Call, answer: Any) -> list[Artifact]:
    """The labels that the task gives; others are dropped."""
    allowed = {label.casefold(): label for label in candidate_labels(call)}
    rows = [
        row | {"label": allowed[label]}
        for row in _rows(call, answer)
        if (label := str(row.get("label")).casefold()) in allowed
    ]
    return label_answer(call, rows)


def parse_entities(call: Call, answer: Any) -> list[Artifact]:
    """Entities with their position in the text; those that the text does not contain are dropped."""
    text, found, at = call.text("text"), list[dict[str, Any]](), 0
    for row in _rows(call, answer):
        word = str(row.get("word", ""))
        start = text.find(word, at) if word else -1
        start = start if start >= 0 else text.find(word) if word else -1
        if start >= 0:
            found.append(row | {"start": start, "end": start + len(word)})
            at = start + len(word)
    return entity_answer(call, found)


def parse_scores(name: str) -> Parse:
    """A score for each text of the input `name`."""

    def parse(call: Call, answer: Any) -> list[Artifact]:
        texts = [material.text() for material in call.inputs[name]]
        return score_answer(call, texts, [row.get("score") for row in _rows(call, answer)])

    return parse


def parse_boxes(call: Call, answer: Any) -> list[Artifact]:
    """Boxes in thousandths, converted to pixels."""
    rows = []
    for row in _rows(call, answer):
        try:
            left, top, right, bottom = (float(row[side]) for side in ("left", "top", "right", "bottom"))
        except (KeyError, TypeError, ValueError):
            raise garbage(call, "box", row) from None
        box = {"xmin": left, "xmax": right, "ymin": top, "ymax": bottom}
        rows.append({"label": row.get("label"), "score": row.get("score"), "box": box})
    return boxes_answer(call, call.one("image"), rows, thousandths=True)

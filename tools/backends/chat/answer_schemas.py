"""JSON schemas of a chat model's labels, entities, scores and boxes, each with the function that parses the answer."""

from collections.abc import Callable
from typing import Any

from ....graph.call import Artifact, Call
from ...chat_models.messages import repeats_marks
from ...languages import NAMES, iso1
from ...repetition import asks_for_repetition, endless_repetition
from ..answers import entity_answer, garbage, label_answer, score_answer, text_answer
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
    """The rows of an answer. Raises `garbage` for any other form, and for a score that is not within 0 to 1."""
    found = answer.get("found") if isinstance(answer, dict) else answer
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise garbage(call, "list", answer)
    for row in found:
        if isinstance(score := row.get("score"), int | float) and not 0 <= score <= 1:
            raise garbage(call, "score of 0 to 1", score)
    return found


def parse_labels(call: Call, answer: Any) -> list[Artifact]:
    """Any labels."""
    return label_answer(call, _rows(call, answer))


def parse_given_labels(call: Call, answer: Any) -> list[Artifact]:
    """The labels that the task gives, each once; any other set is no answer."""
    given = {label.casefold(): label for label in candidate_labels(call)}
    rows = _rows(call, answer)
    found = [str(row.get("label")).strip().casefold() for row in rows]
    if sorted(found) != sorted(given):
        raise garbage(call, f"score for each of {', '.join(given.values())}", [row.get("label") for row in rows])
    return label_answer(call, [row | {"label": given[label]} for row, label in zip(rows, found, strict=True)])


def parse_languages(call: Call, answer: Any) -> list[Artifact]:
    """Languages by their ISO 639-1 code; a name is read too, what is no language is no answer."""
    rows = _rows(call, answer)
    codes = [iso1(str(row.get("label"))) for row in rows]
    if unknown := [row.get("label") for row, code in zip(rows, codes, strict=True) if code not in NAMES]:
        raise garbage(call, "language", unknown[0])
    return label_answer(call, [row | {"label": code} for row, code in zip(rows, codes, strict=True)])


def parse_text(call: Call, answer: Any) -> list[Artifact]:
    """A text that repeats neither our marks of data nor itself without an end, unless its inputs do, or ask for it."""
    (made,) = text_answer(call, answer)
    text = made.text or ""
    given = "\n".join([call.task.goal, *(m.resource.text or "" for many in call.inputs.values() for m in many)])
    if repeats_marks(text, given):
        raise garbage(call, "text of its own, but repeats the marks around its data", text)
    if not asks_for_repetition(given) and (unit := endless_repetition(text)):
        raise garbage(call, "answer, but repeats itself without an end", unit)
    return [made]


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

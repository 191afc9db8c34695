"""`box_artifacts`: the outputs of object detection, boxes as canonical JSON and the picture with them drawn in."""

import json
from typing import TYPE_CHECKING

from ...graph.call import Artifact, Call
from .pictures import image_artifact

if TYPE_CHECKING:
    from PIL import Image

Box = dict[str, str | float | dict[str, int]]
"""`{"label", "score", "box": {"xmin", "ymin", "xmax", "ymax"}}`, in pixels from the top left."""


def box(label: str, score: float, corners: tuple[float, float, float, float]) -> Box:
    """One row of the canonical form; `corners` are left, top, right, bottom."""
    place = dict(zip(("xmin", "ymin", "xmax", "ymax"), map(round, corners), strict=True))
    return {"label": label, "score": round(score, 4), "box": place}


def box_artifacts(call: Call, image: "Image.Image", boxes: list[Box]) -> list[Artifact]:
    """The two outputs of object-detection: the boxes, and the picture with each box outlined and labelled."""
    from PIL import ImageDraw, ImageFont

    marked = image.copy()
    draw, unit = ImageDraw.Draw(marked), max(2, min(image.size) // 200)
    for found in boxes:
        corners = found["box"]
        assert isinstance(corners, dict)
        place = (corners["xmin"], corners["ymin"], corners["xmax"], corners["ymax"])
        draw.rectangle(place, outline=(230, 40, 60), width=unit)
        name = str(found["label"])[:40].encode("ascii", "replace").decode()
        where = (place[0], max(0, place[1] - 7 * unit))
        draw.text(
            where, name, fill="white", font=ImageFont.load_default(6 * unit), stroke_width=unit, stroke_fill="black"
        )
    text = json.dumps(boxes, ensure_ascii=False)
    return [
        Artifact(output="boxes", kind="boxes", media_type="application/json", text=text),
        image_artifact(call, marked),
    ]

"""Keypoints of images: joints of persons, salient points, and points that two images share."""

from collections.abc import Sequence
from typing import Any

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from ....media.pictures import image_artifact, read_image
from ...answers import MOST_ROWS, json_artifact
from ..loading import Source
from ..person_detection import Box, persons_in
from ..registry import local
from ..torch_device import device

MIN_SCORE = 0.3


@local("keypoint-detection")
def detect_keypoints(call: Call, source: Source) -> Sequence[Artifact]:
    """`{"label", "score", "x", "y"}` in pixels, joints with the number of their `person`; and the picture with dots."""
    from PIL import ImageDraw

    image = read_image(call.one("image"))
    persons = persons_in(source, image) if source.kind == "vitpose" else None
    if persons is None:
        points = find_salient_points(source, image)
    else:
        found = enumerate(find_joints(source, image, persons.boxes), 1)
        points = [point | {"person": number} for number, person in found for point in person]
    marked, unit = image.copy(), max(2, min(image.size) // 150)
    draw = ImageDraw.Draw(marked)
    for point in points:
        draw.ellipse((point["x"] - unit, point["y"] - unit, point["x"] + unit, point["y"] + unit), fill=(230, 40, 60))
    rows = json_artifact(call, "labels", points[:MOST_ROWS])
    return [rows.model_copy(update={"note": persons.note if persons else ""}), image_artifact(call, marked)]


def find_joints(source: Source, image: Any, persons: Sequence[Box]) -> list[list[dict[str, Any]]]:
    """The joints of each person, those with a sufficient score."""
    model = source.model("VitPoseForPoseEstimation", "AutoModelForPoseEstimation", exact=True)
    processor = source.part("AutoImageProcessor")
    boxes = [[list(person) for person in persons]]
    read = processor(images=image, boxes=boxes, return_tensors="pt").to(device())
    options = {}
    if getattr(model.config.backbone_config, "num_experts", 1) > 1:  # ViTPose++: the first set is COCO's
        import torch

        options["dataset_index"] = torch.zeros(len(persons), dtype=torch.int64, device=device())
    found = processor.post_process_pose_estimation(model(**read, **options), boxes=boxes)[0]
    return [_confident(model.config.id2label, person) for person in found]


def _confident(names: dict[int, str], found: dict[str, Any]) -> list[dict[str, Any]]:
    rows = zip(found["labels"].tolist(), found["scores"].tolist(), found["keypoints"].tolist(), strict=True)
    return [
        {"label": str(names.get(label, label)), "score": round(score, 4), "x": round(x, 1), "y": round(y, 1)}
        for label, score, (x, y) in rows
        if score >= MIN_SCORE
    ]


def find_salient_points(source: Source, image: Any) -> list[dict[str, Any]]:
    """Points that can be recognised in other images (SuperPoint), best score first."""
    model, processor = source.model("AutoModelForKeypointDetection", exact=True), source.part("AutoImageProcessor")
    out = model(**processor(images=image, return_tensors="pt").to(device()))
    found = processor.post_process_keypoint_detection(out, [(image.height, image.width)])[0]
    rows = sorted(zip(found["scores"].tolist(), found["keypoints"].tolist(), strict=True), reverse=True)
    return [{"label": "point", "score": round(score, 4), "x": round(x, 1), "y": round(y, 1)} for score, (x, y) in rows]


@local("keypoint-matching")
def match_keypoints(call: Call, source: Source) -> Sequence[Artifact]:
    """`{"label", "score", "x0", "y0", "x1", "y1"}`: a point in the first picture and the same in the second."""
    materials = call.inputs.get("images", ())
    if len(materials) != 2:
        raise ExpertError(f"keypoint-matching takes two images, not {len(materials)}", input_fault=True)
    pipe = source.pipeline("keypoint-matching", "AutoModelForKeypointMatching")
    found = pipe([read_image(material) for material in materials], threshold=0.0)
    ends = [(row["score"], row["keypoint_image_0"], row["keypoint_image_1"]) for row in found]
    rows = [
        {"label": "match", "score": round(score, 4), "x0": a["x"], "y0": a["y"], "x1": b["x"], "y1": b["y"]}
        for score, a, b in ends
    ]
    return [json_artifact(call, "labels", rows[:MOST_ROWS])]

"""Segmentation of images: labelled regions (semantic, instance, panoptic), or all regions without labels (SAM)."""

from collections.abc import Sequence
from typing import Any

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from ....media.masks import Region
from ....media.pictures import read_image
from ...answers import mask_answer
from ..loading import Source
from ..registry import local
from ..torch_device import device

SEGMENTATION_AUTOS = (
    "AutoModelForSemanticSegmentation",
    "AutoModelForUniversalSegmentation",
    "AutoModelForInstanceSegmentation",
    "AutoModelForImageSegmentation",
)
GRID = 16
"""Points a side of the grid of prompts for SAM."""
MOST_POINTS = 64
LARGEST = 1024
"""Pixels of the longer side of masks, three a point: SAM takes no more of a picture."""
GOOD, STABLE, SAME = 0.88, 0.95, 0.7
"""Least predicted quality, least stability (share that stays when the threshold moves by 1), overlap of duplicates."""


@local("image-segmentation")
def segment_image(call: Call, source: Source) -> Sequence[Artifact]:
    """Regions with their labels: one for each object or one for each class, as the model was trained."""
    image = read_image(call.one("image"))
    return mask_answer(call, image, regions_of(source, image))


def regions_of(source: Source, image: Any) -> list[Region]:
    """The labelled regions, those with a sufficient score."""
    pipe = source.pipeline("image-segmentation", *SEGMENTATION_AUTOS)
    options = {"threshold": 0.5} if hasattr(pipe.image_processor, "post_process_panoptic_segmentation") else {}
    found = pipe(image, **options)
    return [
        Region(str(row["label"]), None if row["score"] is None else float(row["score"]), row["mask"]) for row in found
    ]


@local("mask-generation")
def generate_masks(call: Call, source: Source) -> Sequence[Artifact]:
    """Segment Anything at a grid of points; masks that are poor, unstable or duplicates are dropped."""
    from PIL import Image

    image = read_image(call.one("image"))
    smaller = image.copy()
    smaller.thumbnail((LARGEST, LARGEST))
    masks, scores = _masks(source, smaller)
    kept = _distinct(masks, scores)
    if not kept:
        raise ExpertError(f"{source.model_id} found no region in the picture")
    kept.sort(key=lambda number: -int(masks[number].sum()))  # small regions are drawn last, over large ones
    regions = [
        Region(
            f"region {place + 1}", float(scores[number]), Image.fromarray(masks[number].numpy().astype("uint8") * 255)
        )
        for place, number in enumerate(kept)
    ]
    return mask_answer(call, image, regions)


def _masks(source: Source, image: Any) -> tuple[Any, Any]:
    """All masks that are good and stable, as (number, height, width), and their predicted quality."""
    import torch

    model, processor = source.model("AutoModelForMaskGeneration", exact=True), source.part("AutoProcessor")
    steps = [(step + 0.5) / GRID for step in range(GRID)]
    points = [[[x * image.width, y * image.height]] for y in steps for x in steps]
    masks, scores, embedded = [], [], None
    for start in range(0, len(points), MOST_POINTS):
        some = points[start : start + MOST_POINTS]
        read = processor(images=image, input_points=[some], input_labels=[[[1]] * len(some)], return_tensors="pt")
        sizes = {name: read.pop(name) for name in ("original_sizes", "reshaped_input_sizes") if name in read}
        read = read.to(device())
        pixels = read.pop("pixel_values")
        embedded = model.get_image_embeddings(pixels) if embedded is None else embedded
        out = model(image_embeddings=embedded, **read)
        full = processor.post_process_masks(out.pred_masks.cpu(), *sizes.values(), binarize=False)[0]
        full, quality = full.flatten(0, 1), out.iou_scores.flatten().cpu().float()
        above, below = (full > 1).sum((1, 2)), (full > -1).sum((1, 2)).clamp(min=1)
        good = (quality > GOOD) & (above / below > STABLE) & (above > 0)
        masks.append(full[good] > 0)
        scores.append(quality[good])
    return torch.cat(masks), torch.cat(scores)


def _distinct(masks: Any, scores: Any) -> list[int]:
    kept: list[int] = []
    for number in scores.argsort(descending=True).tolist():
        mask = masks[number]
        if all(float((mask & masks[k]).sum()) / float((mask | masks[k]).sum()) < SAME for k in kept):
            kept.append(number)
    return kept

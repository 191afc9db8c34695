"""Image models: classification, detection, depth, embeddings and super-resolution."""

from collections.abc import Sequence
from typing import Any

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from .....graph.task import Task
from ....media.pictures import read_image
from ...accepts import needs_labels
from ...answers import box_answer, garbage, image_answer, label_answer, vector_answer
from ...inputs import candidate_labels
from ..loading import Source
from ..registry import local
from ..torch_device import device, dtype

MIN_SCORE = 0.5
"""Of a detected object that is reported."""
MIN_ZERO_SHOT_SCORE = 0.1
"""The same for zero-shot detection, whose scores are lower."""


def no_prompt(task: Task, _model_id: str) -> str | None:
    """For models that enlarge or clean an image, and take no prompt."""
    if task.inputs.get("prompt"):
        return "it makes pictures larger or cleaner, and takes no prompt"
    operation = str(task.parameters.get("operation", "")).lower()
    if operation and not any(
        word in operation for word in ("resize", "scale", "enlarge", "restore", "denoise", "resol")
    ):
        return f"it makes pictures larger or cleaner; it can't {operation}"
    return None


@local("image-classification")
def classify_image(call: Call, source: Source) -> Sequence[Artifact]:
    """The ten likeliest labels."""
    pipe = source.pipeline("image-classification", "AutoModelForImageClassification")
    return label_answer(call, pipe(read_image(call.one("image")), top_k=10))


@local("zero-shot-image-classification", accepts=needs_labels)
def classify_image_by_given_labels(call: Call, source: Source) -> Sequence[Artifact]:
    """Each label with its score for the picture."""
    pipe = source.pipeline("zero-shot-image-classification", "AutoModelForZeroShotImageClassification")
    return label_answer(call, pipe(read_image(call.one("image")), candidate_labels=candidate_labels(call)))


@local("image-feature-extraction")
def embed_image(call: Call, source: Source) -> Sequence[Artifact]:
    """One vector of length 1: the pooled vector where the model has one, else the mean over the patches."""
    import torch

    model, processor = source.model("AutoModel", exact=True), source.part("AutoImageProcessor")
    pixels = processor(images=read_image(call.one("image")), return_tensors="pt")["pixel_values"].to(device())
    if hasattr(model, "get_image_features"):
        out = model.get_image_features(pixel_values=pixels)
        vector = getattr(out, "pooler_output", out)[0]
    else:
        out = model(pixel_values=pixels)
        pooled = getattr(out, "pooler_output", None)
        vector = out.last_hidden_state[0].mean(0) if pooled is None else pooled[0]
    return vector_answer(call, torch.nn.functional.normalize(vector.flatten().float(), dim=0).cpu().numpy())


@local("object-detection")
def detect_objects(call: Call, source: Source) -> Sequence[Artifact]:
    """Objects of the model's classes."""
    image = read_image(call.one("image"))
    pipe = source.pipeline("object-detection", "AutoModelForObjectDetection")
    return box_answer(call, image, pipe(image, threshold=MIN_SCORE))


@local("zero-shot-object-detection", accepts=needs_labels)
def detect_given_objects(call: Call, source: Source) -> Sequence[Artifact]:
    """Objects that the labels name."""
    image, labels = read_image(call.one("image")), candidate_labels(call)
    if source.kind in ("grounding-dino", "mm-grounding-dino"):
        return box_answer(call, image, _detect_by_grounding_dino(source, image, labels))
    pipe = source.pipeline("zero-shot-object-detection", "AutoModelForZeroShotObjectDetection")
    return box_answer(call, image, pipe(image, candidate_labels=labels, threshold=MIN_ZERO_SHOT_SCORE))


def _detect_by_grounding_dino(source: Source, image: Any, labels: list[str]) -> list[dict[str, Any]]:
    """Grounding DINO takes all labels in one sentence, each ended by a full stop."""
    model = source.model("AutoModelForZeroShotObjectDetection", exact=True)
    processor = source.part("AutoProcessor")
    sentence = " ".join(f"{label.lower().rstrip('.')}." for label in labels)
    read = processor(images=image, text=sentence, return_tensors="pt").to(device())
    sizes = [(image.height, image.width)]
    found = processor.post_process_grounded_object_detection(
        model(**read), read["input_ids"], threshold=0.25, text_threshold=0.25, target_sizes=sizes
    )[0]
    names = found.get("text_labels", found["labels"])
    rows = zip(names, found["scores"].tolist(), found["boxes"].tolist(), strict=True)
    sides = ("xmin", "ymin", "xmax", "ymax")
    return [
        {"label": name or "object", "score": score, "box": dict(zip(sides, box, strict=True))}
        for name, score, box in rows
    ]


@local("depth-estimation")
def estimate_depth(call: Call, source: Source) -> Sequence[Artifact]:
    """Brighter is nearer: relative depth, from 0 to 255 over the picture."""
    return image_answer(call, depth_of(call, source))


def depth_of(call: Call, source: Source) -> Any:
    """The depth of every pixel as a grey picture of the same size."""
    image = read_image(call.one("image"))
    pipe = source.pipeline("depth-estimation", "AutoModelForDepthEstimation")
    depth = pipe(image)["depth"]
    return depth if depth.size == image.size else depth.resize(image.size)


@local("image-to-image", accepts=no_prompt)
def upscale(call: Call, source: Source) -> Sequence[Artifact]:
    """Swin2SR: the picture enlarged by the factor that the model was trained for."""
    import numpy as np
    from PIL import Image

    image = read_image(call.one("image"))
    model, processor = source.model("AutoModelForImageToImage"), source.part("AutoImageProcessor")
    read = processor(images=image, return_tensors="pt")["pixel_values"].to(device(), dtype())
    output = model(pixel_values=read).reconstruction[0].float().clamp(0, 1).cpu().numpy()
    if not np.isfinite(output).all():
        raise garbage(call, "image", "values that are not finite")
    pixels = (output.transpose(1, 2, 0) * 255).round().astype("uint8")
    factor = int(getattr(model.config, "upscale", 1))
    size = image.width * factor, image.height * factor  # without the padding of the last window
    if pixels.shape[1] < size[0] or pixels.shape[0] < size[1]:
        raise ExpertError(f"{source.model_id} returned a picture of {pixels.shape[1]} x {pixels.shape[0]} pixels")
    return image_answer(call, Image.fromarray(pixels[: size[1], : size[0]]))

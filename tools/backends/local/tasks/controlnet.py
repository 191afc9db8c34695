"""ControlNet: condition images from models (depth, normals, segments, poses), and images that follow a condition."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from ....media.pictures import read_image
from ...answers import image_answer
from ..controlnet_palette import ADE20K, LIMBS, colour_of
from ..loading import Source
from ..model_cache import base_model_of, find, parameters
from ..person_detection import persons_in
from ..registry import local
from ..torch_device import dtype
from .diffusion import image_output, load_pipeline, prompted, resized
from .keypoints import find_joints
from .segmentation import regions_of
from .vision import depth_of

CONTROLS = ("canny", "depth", "hed", "mlsd", "normal", "openpose", "scribble", "seg")
FLAT = 60.0
"""Steepness of depth for normals: larger is steeper; about that of ControlNet's own annotator."""


@local("depth-control")
def depth_control(call: Call, source: Source) -> Sequence[Artifact]:
    """The depth of every pixel, near is bright."""
    return image_answer(call, depth_of(call, source).convert("RGB"))


@local("normal-control")
def normal_control(call: Call, source: Source) -> Sequence[Artifact]:
    """Surface normals from the slope of the depth: x to the right in red, y up in green, towards us in blue."""
    import numpy as np
    from PIL import Image, ImageFilter

    depth = np.asarray(depth_of(call, source).filter(ImageFilter.GaussianBlur(1)), dtype=np.float32) / 255
    down, right = np.gradient(depth)
    normal = np.stack([-right * FLAT, down * FLAT, np.ones_like(depth)], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return image_answer(call, Image.fromarray(((normal * 0.5 + 0.5) * 255).round().astype("uint8")))


@local("seg-control")
def segmentation_control(call: Call, source: Source) -> Sequence[Artifact]:
    """Regions in the colours of ADE20K, which the ControlNets were trained with; other classes get the remaining colours."""
    from PIL import Image

    image = read_image(call.one("image"))
    names = {str(name): int(place) for place, name in (source.config.get("id2label") or {}).items()}
    canvas = Image.new("RGB", image.size, "black")
    for region in regions_of(source, image):
        mask = region.mask.convert("L").resize(image.size, Image.Resampling.NEAREST)
        canvas.paste(ADE20K[names.get(region.label, 0) % len(ADE20K)], mask=mask)
    return image_answer(call, canvas)


@local("openpose-control")
def openpose_control(call: Call, source: Source) -> Sequence[Artifact]:
    """Stick figures in OpenPose's colours, from COCO's 17 joints; the neck is the middle of the shoulders."""
    from PIL import Image

    image = read_image(call.one("image"))
    if source.kind != "vitpose":
        raise ExpertError(f"{source.model_id} does not find the joints of persons")
    persons, canvas = persons_in(source, image), Image.new("RGB", image.size, "black")
    for points in find_joints(source, image, persons.boxes):
        _draw_figure(canvas, {_joint(point["label"]): (point["x"], point["y"]) for point in points})
    (figure,) = image_answer(call, canvas)
    return [figure.model_copy(update={"note": persons.note})]


def _draw_figure(canvas: Any, joints: dict[str, tuple[float, float]]) -> None:
    from PIL import ImageDraw

    if {"left shoulder", "right shoulder"} <= set(joints):
        (left, top), (right, bottom) = joints["left shoulder"], joints["right shoulder"]
        joints["neck"] = (left + right) / 2, (top + bottom) / 2
    draw, unit = ImageDraw.Draw(canvas), max(2, min(canvas.size) // 120)
    for number, (start, end) in enumerate(LIMBS):
        if start in joints and end in joints:
            draw.line((joints[start], joints[end]), fill=colour_of(number, 0.6), width=2 * unit)
    for number, (x, y) in enumerate(joints.values()):
        draw.ellipse((x - unit, y - unit, x + unit, y + unit), fill=colour_of(number, 1.0))


@local(*(f"{name}-text-to-image" for name in CONTROLS), library="diffusers")
def text_to_image_by_condition(call: Call, source: Source) -> Sequence[Artifact]:
    """An image of the prompt that follows a condition image, in its size."""
    condition = resized(read_image(call.one("image")))
    pipe = _controlnet_pipeline(source)
    size = {"width": condition.width, "height": condition.height}
    return image_output(call, prompted(call, source, pipe, image=condition, **size))


def _controlnet_pipeline(source: Source) -> Any:
    """The ControlNet with its base model: both in one folder, or each in its own."""
    own = str(source.config.get("_class_name", ""))
    if "ControlNet" not in own:
        raise ExpertError(f"{source.model_id} is no ControlNet: it is {own or 'another kind of model'}")
    if own != "ControlNetModel":
        load_own = partial(load_pipeline, source, "DiffusionPipeline", source.folder, dtype())
        return source.keep("controlnet", load_own, bytes_per_number=dtype().itemsize)
    base = base_model_of(source.folder)
    found = find(base) if base else None
    if found is None:
        width = source.config.get("cross_attention_dim")
        raise ExpertError(
            f"{source.model_id} needs {base or f'a base model of width {width}, which is not known here'}"
        )
    wide = "XL" if source.config.get("cross_attention_dim") == 2048 else ""

    def load() -> Any:
        import diffusers

        controlnet = diffusers.ControlNetModel.from_pretrained(source.folder, torch_dtype=dtype(), use_safetensors=True)
        kind = f"StableDiffusion{wide}ControlNetPipeline"
        return load_pipeline(source, kind, found.folder, dtype(), controlnet=controlnet)

    both = 1 + parameters(found.folder) / max(1, parameters(source.folder))
    return source.keep("controlnet", load, bytes_per_number=round(both * dtype().itemsize))


def _joint(label: str) -> str:
    """`left shoulder` for `L_Shoulder` and `left_shoulder`."""
    words = label.lower().replace("_", " ").split()
    return " ".join({"l": "left", "r": "right"}.get(word, word) for word in words)

"""ControlNet: condition images by models (depth, normals, segments, poses), and pictures that follow a condition."""

from collections.abc import Sequence
from typing import Any

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from ....media.pictures import read_image
from ...answers import image_answer
from ...inputs import required_text
from ..controlnet_palette import ADE20K, LIMBS, colour_of
from ..loading import Source
from ..model_cache import builds_on, find, parameters
from ..person_detection import persons_in
from ..registry import local
from ..torch_device import device, dtype
from .diffusion import grained, picture, wishes
from .keypoints import joints
from .segmentation import regions_of
from .vision import depth_of

CONTROLS = ("canny", "depth", "hed", "mlsd", "normal", "openpose", "scribble", "seg")
FLAT = 60.0
"""How steep depth is taken to be for normals: larger is steeper. ControlNet's own annotator does about the same."""


@local("depth-control")
def depth_condition(call: Call, source: Source) -> Sequence[Artifact]:
    """The depth of every pixel, near is bright."""
    return image_answer(call, depth_of(call, source).convert("RGB"))


@local("normal-control")
def normal_condition(call: Call, source: Source) -> Sequence[Artifact]:
    """Surface normals from the slope of the depth: x to the right in red, y up in green, towards us in blue."""
    import numpy as np
    from PIL import Image, ImageFilter

    depth = np.asarray(depth_of(call, source).filter(ImageFilter.GaussianBlur(1)), dtype=np.float32) / 255
    down, right = np.gradient(depth)
    normal = np.stack([-right * FLAT, down * FLAT, np.ones_like(depth)], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return image_answer(call, Image.fromarray(((normal * 0.5 + 0.5) * 255).round().astype("uint8")))


@local("seg-control")
def segments_condition(call: Call, source: Source) -> Sequence[Artifact]:
    """Regions in the colours of ADE20K, which the ControlNets were trained on; other classes get the rest of them."""
    from PIL import Image

    image = read_image(call.one("image"))
    names = {str(name): int(place) for place, name in (source.config.get("id2label") or {}).items()}
    canvas = Image.new("RGB", image.size, "black")
    for region in regions_of(source, image):
        mask = region.mask.convert("L").resize(image.size, Image.Resampling.NEAREST)
        canvas.paste(ADE20K[names.get(region.label, 0) % len(ADE20K)], mask=mask)
    return image_answer(call, canvas)


@local("openpose-control")
def pose_condition(call: Call, source: Source) -> Sequence[Artifact]:
    """Stick figures in OpenPose's colours, from COCO's 17 joints; the neck is the middle of the shoulders."""
    from PIL import Image

    image = read_image(call.one("image"))
    if source.kind != "vitpose":
        raise ExpertError(f"{source.model_id} does not find the joints of persons")
    persons, canvas = persons_in(source, image), Image.new("RGB", image.size, "black")
    for points in joints(source, image, persons.boxes):
        _draw_figure(canvas, {_joint(point["label"]): (point["x"], point["y"]) for point in points})
    (figure,) = image_answer(call, canvas)
    return [figure.model_copy(update={"note": persons.note})]


def _draw_figure(canvas: Any, places: dict[str, tuple[float, float]]) -> None:
    from PIL import ImageDraw

    if {"left shoulder", "right shoulder"} <= set(places):
        (left, top), (right, bottom) = places["left shoulder"], places["right shoulder"]
        places["neck"] = (left + right) / 2, (top + bottom) / 2
    draw, unit = ImageDraw.Draw(canvas), max(2, min(canvas.size) // 120)
    for number, (start, end) in enumerate(LIMBS):
        if start in places and end in places:
            draw.line((places[start], places[end]), fill=colour_of(number, 0.6), width=2 * unit)
    for number, (x, y) in enumerate(places.values()):
        draw.ellipse((x - unit, y - unit, x + unit, y + unit), fill=colour_of(number, 1.0))


@local(*(f"{name}-text-to-image" for name in CONTROLS), library="diffusers")
def draw_under_condition(call: Call, source: Source) -> Sequence[Artifact]:
    """A picture from words that follows a condition image, as large as that."""
    condition = grained(read_image(call.one("image")))
    pipe = _steered(source)
    options = wishes(call, source, pipe) | {"width": condition.width, "height": condition.height}
    return picture(call, pipe(required_text(call, "prompt"), image=condition, **options))


def _steered(source: Source) -> Any:
    """The ControlNet with the model that it builds on: both in one folder, or each in its own."""
    own = str(source.config.get("_class_name", ""))
    if "ControlNet" not in own:
        raise ExpertError(f"{source.model_id} is no ControlNet: it is {own or 'something else'}")
    if own != "ControlNetModel":
        return source.keep(
            "steered", lambda: _ready(source, "DiffusionPipeline", source.folder), bytes_per_number=dtype().itemsize
        )
    base = builds_on(source.folder)
    found = find(base) if base else None
    if found is None:
        width = source.config.get("cross_attention_dim")
        raise ExpertError(f"{source.model_id} builds on {base or f'a model of width {width}, which is not known here'}")
    wide = "XL" if source.config.get("cross_attention_dim") == 2048 else ""

    def load() -> Any:
        import diffusers

        steering = diffusers.ControlNetModel.from_pretrained(source.folder, torch_dtype=dtype(), use_safetensors=True)
        return _ready(source, f"StableDiffusion{wide}ControlNetPipeline", found.folder, controlnet=steering)

    both = 1 + parameters(found.folder) / max(1, parameters(source.folder))
    return source.keep("steered", load, bytes_per_number=round(both * dtype().itemsize))


def _ready(source: Source, kind: str, folder: Any, **parts: Any) -> Any:
    import diffusers

    try:
        pipe = getattr(diffusers, kind).from_pretrained(
            folder, torch_dtype=dtype(), use_safetensors=True, local_files_only=True, **parts
        )
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise source.unloadable(error) from error
    pipe.set_progress_bar_config(disable=True)
    return pipe.to(device())


def _joint(label: str) -> str:
    """`left shoulder` for `L_Shoulder` and `left_shoulder`."""
    words = label.lower().replace("_", " ").split()
    return " ".join({"l": "left", "r": "right"}.get(word, word) for word in words)

"""Images by diffusion: text-to-image, image-to-image, inpainting, unconditional; and what other diffusion tasks share."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from .....graph.task import Task
from ....media.pictures import read_image
from ...answers import garbage, image_answer
from ...inputs import required_text
from ...worker.progress import report_step
from ..loading import Source
from ..registry import local
from ..run_in_worker import SEED
from ..torch_device import device, dtype

MAX_INPUT_SIDE = 1024
"""Pixels of the longer side of an input picture; larger pictures are scaled down."""
MAX_OUTPUT_SIDE = 2048
"""Pixels a side that a task may request."""
SIDE_MULTIPLE = 16
"""Sides are multiples of it, which every family of models takes."""
STEPS = 100
"""For unconditional generation, whose pipelines default to a thousand."""
_FAST = {"schnell": (4, 0.0), "turbo": (2, 0.0), "lightning": (4, 0.0), "lcm": (6, 1.0)}
"""Steps and guidance of models distilled for few steps, by a word in their names."""


def needs_prompt(task: Task, _model_id: str) -> str | None:
    """For models that change an image by a prompt."""
    return None if task.inputs.get("prompt") else "it needs a prompt that says how to change the picture"


@local("text-to-image", library="diffusers")
def text_to_image(call: Call, source: Source) -> Sequence[Artifact]:
    """An image of the requested size, else of the size that the model was trained with."""
    pipe = pipeline(source, "AutoPipelineForText2Image")
    return image_output(call, prompted(call, source, pipe, **requested_size(call)))


@local("unconditional-image-generation", library="diffusers")
def generate_image(call: Call, source: Source) -> Sequence[Artifact]:
    """A random image of the kind that the model was trained with."""
    pipe = pipeline(source, "DiffusionPipeline", exact=True)
    steps = min(STEPS, int(pipe.scheduler.config.num_train_timesteps))
    return image_output(call, pipe(generator=generator(call), num_inference_steps=steps))


@local("image-to-image", library="diffusers", accepts=needs_prompt)
def image_to_image(call: Call, source: Source) -> Sequence[Artifact]:
    """The picture changed as the prompt says."""
    return _edited(call, source)


@local("image-text-to-image", library="diffusers")
def image_text_to_image(call: Call, source: Source) -> Sequence[Artifact]:
    """The picture changed as the prompt says; with a mask, only its white part is repainted."""
    if not call.has("mask"):
        return _edited(call, source)
    image = resized(read_image(call.one("image")))
    mask = read_image(call.one("mask")).convert("L").resize(image.size)
    pipe = pipeline(source, "AutoPipelineForInpainting")
    size = {"width": image.width, "height": image.height}
    return image_output(call, prompted(call, source, pipe, image=image, mask_image=mask, **size))


def _edited(call: Call, source: Source) -> Sequence[Artifact]:
    own = str(source.config.get("_class_name", ""))
    if "Inpaint" in own:
        raise ExpertError(f"{source.model_id} only repaints under a mask, and there is none", hint="give it a mask")
    pipe = pipeline(source, "DiffusionPipeline" if "Pix2Pix" in own else "AutoPipelineForImage2Image")
    image = resized(read_image(call.one("image")))
    return image_output(call, prompted(call, source, pipe, image=image))


# -- shared with the other diffusion tasks ---------------------------------------------------------------------------


def pipeline(source: Source, auto: str, *, exact: bool = False) -> Any:
    """diffusers' pipeline of the model's folder, loaded once. `exact`: in float32, for pipelines that use numpy."""
    form = dtype(exact=exact)
    load = partial(load_pipeline, source, auto, source.folder, form)
    return source.keep(f"diffusion:{auto}", load, bytes_per_number=form.itemsize)


def load_pipeline(source: Source, auto: str, folder: Path, form: Any, **parts: Any) -> Any:
    """diffusers' pipeline from a folder, with numbers in the format `form`; `parts` replace its own."""
    import diffusers

    options = {"torch_dtype": form, "use_safetensors": True, "local_files_only": True}
    try:
        pipe = getattr(diffusers, auto).from_pretrained(folder, **options, **parts)
    except (OSError, ValueError, KeyError, ImportError, AttributeError) as error:
        raise source.unloadable(error) from error
    pipe.set_progress_bar_config(disable=True)
    return pipe.to(device())


def prompted(call: Call, source: Source, pipe: Any, **inputs: Any) -> Any:
    """A pipeline's output for the prompt and other inputs, with the options of the call."""
    return pipe(required_text(call, "prompt"), **inputs, **generation_options(call, source, pipe))


def generation_options(call: Call, source: Source, pipe: Any) -> dict[str, Any]:
    """Seed, negative prompt, steps, guidance and step callback, as far as the pipeline has these parameters."""
    import inspect

    options: dict[str, Any] = {
        "generator": generator(call),
        "negative_prompt": call.task.parameters.get("negative_prompt"),
        "callback_on_step_end": _step_done,
    }
    for word, (steps, guidance) in _FAST.items():
        if word in source.model_id.lower():
            options |= {"num_inference_steps": steps, "guidance_scale": guidance}
    known = inspect.signature(pipe.__call__).parameters
    return {name: value for name, value in options.items() if value is not None and name in known}


def _step_done(pipe: Any, step: int, _time: Any, changed: dict[str, Any]) -> dict[str, Any]:
    """diffusers' `callback_on_step_end`: changes nothing."""
    report_step("diffusion", step + 1, int(getattr(pipe, "num_timesteps", 0) or 0), "steps")
    return changed


def generator(call: Call) -> Any:
    """The random generator of the noise: the same image for the same seed, on every device."""
    import torch

    seed = call.task.parameters.get("seed")
    return torch.Generator("cpu").manual_seed(seed if isinstance(seed, int) else SEED)


def requested_size(call: Call) -> dict[str, int]:
    """Width and height, where the task sets them. Raises `ExpertError` for sizes out of range."""
    size = {}
    for name in ("width", "height"):
        value = call.task.parameters.get(name)
        if isinstance(value, int):
            if not SIDE_MULTIPLE <= value <= MAX_OUTPUT_SIDE:
                raise ExpertError(
                    f"{name} is {value}; {SIDE_MULTIPLE} to {MAX_OUTPUT_SIDE} pixels are possible", input_fault=True
                )
            size[name] = value // SIDE_MULTIPLE * SIDE_MULTIPLE
    return size


def resized(image: Any, max_side: int = MAX_INPUT_SIDE) -> Any:
    """The picture scaled to at most `max_side`, with sides that the models take."""
    factor = min(1.0, max_side / max(image.size))
    width, height = (max(SIDE_MULTIPLE, round(side * factor / SIDE_MULTIPLE) * SIDE_MULTIPLE) for side in image.size)
    return image if image.size == (width, height) else image.resize((width, height))


def image_output(call: Call, output: Any) -> Sequence[Artifact]:
    """The first image of a pipeline's output. Raises `ExpertError` where the model's safety filter blocked it."""
    if any(getattr(output, "nsfw_content_detected", None) or ()):
        raise ExpertError(f"the filter of {call.expert.model_id} blocked the picture as unsafe")
    if not output.images:
        raise garbage(call, "image", "no picture")
    return image_answer(call, output.images[0])

"""Pictures made by diffusion: from words, from a picture and words, under a mask, and of a learnt kind."""

from collections.abc import Sequence
from typing import Any

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from .....graph.task import Task
from ....media.pictures import read_image
from ...answers import garbage, image_answer
from ...inputs import required_text
from ...worker.progress import tell
from ..loading import Source
from ..registry import local
from ..run_in_worker import SEED
from ..torch_device import device, dtype

LARGEST = 1024
"""Pixels of the longer side of a picture that is changed; larger ones are made smaller."""
MOST = 2048
"""Pixels a side that may be asked for."""
GRAIN = 16
"""Sides are multiples of it: what every family of models takes."""
STEPS = 100
"""For pictures of a kind: their pipelines take a thousand by themselves."""
_FAST = {"schnell": (4, 0.0), "turbo": (2, 0.0), "lightning": (4, 0.0), "lcm": (6, 1.0)}
"""Steps and guidance of models that were trained to need few, by a word in their names."""


def needs_prompt(task: Task, _model_id: str) -> str | None:
    """A model that changes pictures by words needs some."""
    return None if task.inputs.get("prompt") else "it needs words that say how to change the picture"


@local("text-to-image", library="diffusers")
def draw(call: Call, source: Source) -> Sequence[Artifact]:
    """As large as asked for, else as the model was trained."""
    pipe = pipeline(source, "AutoPipelineForText2Image")
    return picture(call, pipe(required_text(call, "prompt"), **wishes(call, source, pipe), **size_asked(call)))


@local("unconditional-image-generation", library="diffusers")
def draw_of_kind(call: Call, source: Source) -> Sequence[Artifact]:
    """One of the pictures that the model knows to make."""
    pipe = pipeline(source, "DiffusionPipeline", exact=True)
    steps = min(STEPS, int(pipe.scheduler.config.num_train_timesteps))
    return picture(call, pipe(generator=generator(call), num_inference_steps=steps))


@local("image-to-image", library="diffusers", accepts=needs_prompt)
def restyle(call: Call, source: Source) -> Sequence[Artifact]:
    """The picture as the words say it."""
    return _edited(call, source)


@local("image-text-to-image", library="diffusers")
def edit(call: Call, source: Source) -> Sequence[Artifact]:
    """The picture as the words say it; with a mask, only its white part is painted anew."""
    if not call.has("mask"):
        return _edited(call, source)
    image = grained(read_image(call.one("image")))
    mask = read_image(call.one("mask")).convert("L").resize(image.size)
    pipe = pipeline(source, "AutoPipelineForInpainting")
    options = wishes(call, source, pipe) | {"width": image.width, "height": image.height}
    return picture(call, pipe(required_text(call, "prompt"), image=image, mask_image=mask, **options))


def _edited(call: Call, source: Source) -> Sequence[Artifact]:
    own = str(source.config.get("_class_name", ""))
    if "Inpaint" in own:
        raise ExpertError(f"{source.model_id} paints under a mask only, and there is none", hint="give it a mask")
    pipe = pipeline(source, "DiffusionPipeline" if "Pix2Pix" in own else "AutoPipelineForImage2Image")
    image = grained(read_image(call.one("image")))
    return picture(call, pipe(required_text(call, "prompt"), image=image, **wishes(call, source, pipe)))


# -- shared with the other families of diffusion --------------------------------------------------------------------


def pipeline(source: Source, auto: str, *, exact: bool = False) -> Any:
    """diffusers' pipeline over the model's folder, kept. `exact`: in float32, where it hands its numbers to numpy."""
    form = dtype(exact=exact)

    def load() -> Any:
        import diffusers

        options = {"torch_dtype": form, "use_safetensors": True, "local_files_only": True}
        try:
            pipe = getattr(diffusers, auto).from_pretrained(source.folder, **options)
        except (OSError, ValueError, KeyError, ImportError, AttributeError) as error:
            raise source.unloadable(error) from error
        pipe.set_progress_bar_config(disable=True)
        return pipe.to(device())

    return source.keep(f"diffusion:{auto}", load, bytes_per_number=form.itemsize)


def wishes(call: Call, source: Source, pipe: Any) -> dict[str, Any]:
    """Seed, what to keep out, steps and guidance, and to be told of every step: as far as the pipeline knows the word."""
    import inspect

    told: dict[str, Any] = {
        "generator": generator(call),
        "negative_prompt": call.task.parameters.get("negative_prompt"),
        "callback_on_step_end": _step_done,
    }
    for word, (steps, guidance) in _FAST.items():
        if word in source.model_id.lower():
            told |= {"num_inference_steps": steps, "guidance_scale": guidance}
    known = inspect.signature(pipe.__call__).parameters
    return {name: value for name, value in told.items() if value is not None and name in known}


def _step_done(pipe: Any, step: int, _time: Any, changed: dict[str, Any]) -> dict[str, Any]:
    """diffusers' `callback_on_step_end`: changes nothing."""
    tell("diffusion", step + 1, int(getattr(pipe, "num_timesteps", 0) or 0), "steps")
    return changed


def generator(call: Call) -> Any:
    """Where the noise comes from: the same picture for the same seed, on every device."""
    import torch

    seed = call.task.parameters.get("seed")
    return torch.Generator("cpu").manual_seed(seed if isinstance(seed, int) else SEED)


def size_asked(call: Call) -> dict[str, int]:
    """Width and height, where the task sets them."""
    asked = {}
    for name in ("width", "height"):
        value = call.task.parameters.get(name)
        if isinstance(value, int):
            if not GRAIN <= value <= MOST:
                raise ExpertError(f"{name} is {value}; {GRAIN} to {MOST} pixels can be made", input_fault=True)
            asked[name] = value // GRAIN * GRAIN
    return asked


def grained(image: Any, largest: int = LARGEST) -> Any:
    """The picture, no larger than `largest`, with sides that the models take."""
    factor = min(1.0, largest / max(image.size))
    width, height = (max(GRAIN, round(side * factor / GRAIN) * GRAIN) for side in image.size)
    return image if image.size == (width, height) else image.resize((width, height))


def picture(call: Call, made: Any) -> Sequence[Artifact]:
    """The first picture of what a pipeline gave, unless the model's own filter blackened it."""
    if any(getattr(made, "nsfw_content_detected", None) or ()):
        raise ExpertError(f"the filter of {call.expert.model_id} holds the picture back as unfit to be seen")
    if not made.images:
        raise garbage(call, "image", "no picture")
    return image_answer(call, made.images[0])

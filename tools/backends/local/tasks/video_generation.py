"""Videos, audio and 3D shapes by diffusion: from text, from an image, from another video."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from ....media.pictures import read_image
from ....media.sound import sound_artifact
from ....media.video_frames import iterate_frames
from ....media.video_writer import video_artifact, video_size
from ...accepts import one_image_without_sound
from ...answers import garbage
from ...inputs import required_text
from ..glb import write_glb
from ..loading import Source
from ..registry import local
from .diffusion import generation_options, generator, pipeline, prompted, requested_size, resized

RATE = 16
"""Frames a second of the output; most models are trained for 8 to 24."""
MAX_INPUT_SIDE = 832
"""Pixels of the longer side of an input picture or frame."""
MOST_FRAMES = 49
MAX_SECONDS = 20.0
"""That a task may request."""


@local("text-to-video", library="diffusers")
def text_to_video(call: Call, source: Source) -> Sequence[Artifact]:
    """A video of the requested length and size, else of those that the model was trained with."""
    pipe = pipeline(source, "DiffusionPipeline")
    return video_output(call, prompted(call, source, pipe, **requested_size(call), **_length(call)))


@local("image-to-video", "image-text-to-video", library="diffusers", accepts=one_image_without_sound)
def image_to_video(call: Call, source: Source) -> Sequence[Artifact]:
    """The picture animated, as the prompt says where the model takes one."""
    import inspect

    pipe = pipeline(source, "DiffusionPipeline")
    image = resized(read_image(call.one("images" if call.task.type == "image-to-video" else "image")), MAX_INPUT_SIDE)
    known = inspect.signature(pipe.__call__).parameters
    if "image" not in known:
        raise ExpertError(f"{source.model_id} makes videos from text, not from pictures")
    inputs: dict[str, Any] = {"image": image, "width": image.width, "height": image.height}
    if "prompt" in known:
        inputs["prompt"] = call.text("prompt") if call.has("prompt") else ""
    inputs = {name: value for name, value in inputs.items() if name in known}
    return video_output(call, pipe(**inputs, **generation_options(call, source, pipe)))


@local("video-to-video", library="diffusers")
def video_to_video(call: Call, source: Source) -> Sequence[Artifact]:
    """The video changed as the prompt says; a long one is reduced to evenly spaced frames."""
    pipe = pipeline(source, _VIDEO_TO_VIDEO.get(str(source.config.get("_class_name")), "DiffusionPipeline"))
    frames = [resized(frame, MAX_INPUT_SIDE) for frame in iterate_frames(call.one("video"), MOST_FRAMES)]
    size = {"width": frames[0].width, "height": frames[0].height}
    return video_output(
        call, pipe(video=frames, prompt=required_text(call, "prompt"), **size, **generation_options(call, source, pipe))
    )


@local("text-to-audio", library="diffusers")
def text_to_audio(call: Call, source: Source) -> Sequence[Artifact]:
    """Audio of the model's default length."""
    import numpy as np

    pipe = pipeline(source, "DiffusionPipeline")
    samples = np.asarray(prompted(call, source, pipe).audios[0], dtype=np.float32)
    samples = samples.reshape(-1, samples.shape[-1])
    part = getattr(pipe, "vocoder", None) or pipe.vae
    rate = int(getattr(part.config, "sampling_rate", 16_000))
    if not np.isfinite(samples).all():
        raise garbage(call, "sound", "values that are not finite")
    return [sound_artifact(call, samples / max(1.0, float(np.abs(samples).max())), rate)]


@local("text-to-3d", library="diffusers")
def text_to_3d(call: Call, source: Source) -> Sequence[Artifact]:
    """A mesh with vertex colours, as GLB (Shap-E)."""
    return _mesh(call, source, required_text(call, "prompt"))


@local("image-to-3d", library="diffusers")
def image_to_3d(call: Call, source: Source) -> Sequence[Artifact]:
    """A mesh of the object in a picture, best on a plain background."""
    return _mesh(call, source, read_image(call.one("image")))


def video_output(call: Call, output: Any) -> Sequence[Artifact]:
    """The first video of a pipeline's output, as MP4."""
    import numpy as np
    from PIL import Image

    frames = output.frames[0]
    if len(frames) == 0:
        raise garbage(call, "video", "no frames")
    first = _image(frames[0])
    size = video_size(first.size)

    def pixels() -> Iterator[Any]:
        for frame in frames:
            yield np.asarray(_image(frame).convert("RGB").resize(size, Image.Resampling.LANCZOS))

    return [video_artifact(call, pixels(), Fraction(RATE), size)]


def _length(call: Call) -> dict[str, int]:
    """The number of frames for the requested seconds; models make one more than a multiple of four."""
    seconds = call.task.parameters.get("seconds")
    if not isinstance(seconds, int | float):
        return {}
    if not 0 < seconds <= MAX_SECONDS:
        raise ExpertError(f"seconds is {seconds:g}; up to {MAX_SECONDS:g} are possible", input_fault=True)
    return {"num_frames": 4 * max(1, round(seconds * RATE / 4)) + 1}


def _image(frame: Any) -> Any:
    """A frame as a picture; pipelines return pictures, or arrays of (height, width, 3) from 0 to 1."""
    import numpy as np
    from PIL import Image

    if isinstance(frame, Image.Image):
        return frame
    return Image.fromarray((np.nan_to_num(np.asarray(frame)).clip(0, 1) * 255).round().astype("uint8"))


_VIDEO_TO_VIDEO = {"WanPipeline": "WanVideoToVideoPipeline", "CogVideoXPipeline": "CogVideoXVideoToVideoPipeline"}
"""Video-to-video pipelines by the text-to-video pipeline of the same models."""


def _mesh(call: Call, source: Source, prompt: Any) -> Sequence[Artifact]:
    pipe = pipeline(source, "DiffusionPipeline", exact=True)
    try:
        mesh = pipe(prompt, generator=generator(call), output_type="mesh").images[0]
    except (ValueError, RuntimeError) as error:
        if "non-empty list" not in str(error):  # diffusers concatenates the colours of no vertices
            raise
        raise ExpertError(f"{source.model_id} made a shape without a surface") from error
    vertices, faces = mesh.verts.float().cpu().numpy(), mesh.faces.cpu().numpy()
    if len(vertices) == 0 or len(faces) == 0:
        raise ExpertError(f"{call.expert.model_id} made a shape without a surface")
    channels = mesh.vertex_channels or {}
    colours = [channels[name].float().cpu().numpy() for name in "RGB"] if set("RGB") <= set(channels) else None
    path = call.scratch / "mesh.glb"
    write_glb(path, vertices, faces, colours)
    return [Artifact(output="mesh", kind="mesh", media_type="model/gltf-binary", path=path)]

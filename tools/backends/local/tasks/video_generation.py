"""Films and shapes made by diffusion: from words, from a picture, from another film."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from ....media.pictures import read_image
from ....media.sound import sound_artifact
from ....media.video_frames import read_frames
from ....media.video_writer import MEDIA_TYPE, even, write_film
from ...accepts import one_image_without_sound
from ...answers import garbage
from ...inputs import required_text
from ..glb import write_glb
from ..loading import Source
from ..registry import local
from .diffusion import generator, grained, pipeline, size_asked, wishes

RATE = 16
"""Frames a second; most models are trained for 8 to 24."""
LARGEST = 832
"""Pixels of the longer side of a picture that is set in motion."""
MOST_FRAMES = 49
LONGEST = 20.0
"""Seconds that may be asked for."""


@local("text-to-video", library="diffusers")
def film(call: Call, source: Source) -> Sequence[Artifact]:
    """As long and as large as asked for, else as the model was trained."""
    pipe = pipeline(source, "DiffusionPipeline")
    return written(
        call, pipe(required_text(call, "prompt"), **size_asked(call), **_length(call), **wishes(call, source, pipe))
    )


@local("image-to-video", "image-text-to-video", library="diffusers", accepts=one_image_without_sound)
def animate(call: Call, source: Source) -> Sequence[Artifact]:
    """The picture set in motion, as the words say where the model reads them."""
    import inspect

    pipe = pipeline(source, "DiffusionPipeline")
    image = grained(read_image(call.one("images" if call.task.type == "image-to-video" else "image")), LARGEST)
    known = inspect.signature(pipe.__call__).parameters
    if "image" not in known:
        raise ExpertError(f"{source.model_id} makes films from words, not from pictures")
    told: dict[str, Any] = {"image": image, "width": image.width, "height": image.height}
    if "prompt" in known:
        told["prompt"] = call.text("prompt") if call.has("prompt") else ""
    told = {name: value for name, value in told.items() if name in known}
    return written(call, pipe(**told, **wishes(call, source, pipe)))


@local("video-to-video", library="diffusers")
def refilm(call: Call, source: Source) -> Sequence[Artifact]:
    """The film as the words say it; of a long one, frames evenly spaced."""
    pipe = pipeline(source, _OTHER_WAYS.get(str(source.config.get("_class_name")), "DiffusionPipeline"))
    frames = [grained(frame, LARGEST) for frame in read_frames(call.one("video"), MOST_FRAMES)]
    size = {"width": frames[0].width, "height": frames[0].height}
    return written(call, pipe(video=frames, prompt=required_text(call, "prompt"), **size, **wishes(call, source, pipe)))


@local("text-to-audio", library="diffusers")
def compose(call: Call, source: Source) -> Sequence[Artifact]:
    """As long as the model makes it by itself."""
    import numpy as np

    pipe = pipeline(source, "DiffusionPipeline")
    samples = np.asarray(pipe(required_text(call, "prompt"), **wishes(call, source, pipe)).audios[0], dtype=np.float32)
    samples = samples.reshape(-1, samples.shape[-1])
    part = getattr(pipe, "vocoder", None) or pipe.vae
    rate = int(getattr(part.config, "sampling_rate", 16_000))
    if not np.isfinite(samples).all():
        raise garbage(call, "sound", "numbers that are none")
    return [sound_artifact(call, samples / max(1.0, float(np.abs(samples).max())), rate)]


@local("text-to-3d", library="diffusers")
def shape(call: Call, source: Source) -> Sequence[Artifact]:
    """A shape with coloured corners, as GLB (Shap-E)."""
    return _mesh(call, source, required_text(call, "prompt"))


@local("image-to-3d", library="diffusers")
def shape_of_picture(call: Call, source: Source) -> Sequence[Artifact]:
    """The same, of what a picture shows, best on a plain ground."""
    return _mesh(call, source, read_image(call.one("image")))


def written(call: Call, made: Any) -> Sequence[Artifact]:
    """The first film of what a pipeline gave, as MP4."""
    import numpy as np
    from PIL import Image

    frames = made.frames[0]
    if len(frames) == 0:
        raise garbage(call, "video", "no frames")
    first = _image(frames[0])
    size = even(first.size)

    def pixels() -> Iterator[Any]:
        for frame in frames:
            yield np.asarray(_image(frame).convert("RGB").resize(size, Image.Resampling.LANCZOS))

    path = call.scratch / "video.mp4"
    write_film(path, pixels(), Fraction(RATE), size, None)
    return [Artifact(output="video", kind="video", media_type=MEDIA_TYPE, path=path)]


def _length(call: Call) -> dict[str, int]:
    """Frames for the seconds asked for; models make one more than a multiple of four."""
    seconds = call.task.parameters.get("seconds")
    if not isinstance(seconds, int | float):
        return {}
    if not 0 < seconds <= LONGEST:
        raise ExpertError(f"seconds is {seconds:g}; up to {LONGEST:g} can be made", input_fault=True)
    return {"num_frames": 4 * max(1, round(seconds * RATE / 4)) + 1}


def _image(frame: Any) -> Any:
    """A picture; pipelines give those, or arrays of (height, width, 3) from 0 to 1."""
    import numpy as np
    from PIL import Image

    if isinstance(frame, Image.Image):
        return frame
    return Image.fromarray((np.nan_to_num(np.asarray(frame)).clip(0, 1) * 255).round().astype("uint8"))


_OTHER_WAYS = {"WanPipeline": "WanVideoToVideoPipeline", "CogVideoXPipeline": "CogVideoXVideoToVideoPipeline"}
"""Pipelines that change films, over models whose own pipeline makes them."""


def _mesh(call: Call, source: Source, given: Any) -> Sequence[Artifact]:
    pipe = pipeline(source, "DiffusionPipeline", exact=True)
    try:
        mesh = pipe(given, generator=generator(call), output_type="mesh").images[0]
    except (ValueError, RuntimeError) as error:
        if "non-empty list" not in str(error):  # diffusers gathers the colours of no corners at all
            raise
        raise ExpertError(f"{source.model_id} made a shape without surface") from error
    vertices, faces = mesh.verts.float().cpu().numpy(), mesh.faces.cpu().numpy()
    if len(vertices) == 0 or len(faces) == 0:
        raise ExpertError(f"{call.expert.model_id} made a shape without surface")
    channels = mesh.vertex_channels or {}
    colours = [channels[name].float().cpu().numpy() for name in "RGB"] if set("RGB") <= set(channels) else None
    path = call.scratch / "mesh.glb"
    write_glb(path, vertices, faces, colours)
    return [Artifact(output="mesh", kind="mesh", media_type="model/gltf-binary", path=path)]

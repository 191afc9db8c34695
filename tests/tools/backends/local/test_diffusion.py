"""Images, videos, 3D shapes and condition images by tiny diffusion models in a real worker process."""

import json
import struct
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageDraw

from hugginggpt.graph.call import Artifact
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.events import TaskProgress
from hugginggpt.graph.settings import Settings
from hugginggpt.tools.backends.local.backend import LocalBackend
from hugginggpt.tools.backends.local.glb import write_glb
from local_calls import Do, Given, call_for

CONTROLS = ("canny", "depth", "hed", "mlsd", "normal", "openpose", "scribble", "seg")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A red disc on green, 64 x 48."""
    image = Image.new("RGB", (64, 48), (60, 160, 80))
    ImageDraw.Draw(image).ellipse((10, 5, 40, 35), fill=(210, 60, 60))
    path = tmp_path / "photo.png"
    image.save(path)
    return path


def picture(artifact: Artifact) -> Image.Image:
    assert artifact.path is not None
    with Image.open(artifact.path) as opened:
        return opened.convert("RGB")


async def test_text_to_image_keeps_the_requested_size_and_repeats_for_the_same_seed(do: Do) -> None:
    size = {"width": 64, "height": 32}
    first, again, other = [
        picture((await do("text-to-image", "stable_diffusion", {"prompt": "a cat"}, seed=seed, **size))["image"])
        for seed in (1, 1, 2)
    ]
    assert first.size == (64, 32)
    assert first.tobytes() == again.tobytes() != other.tobytes()


async def test_every_diffusion_step_is_reported(tiny: Callable[[str], Path], home: Path, tmp_path: Path) -> None:
    events: list[TaskProgress] = []
    backend = LocalBackend(Settings(home=home), models=lambda _task_type: (), emit=events.append)
    try:
        call = call_for(backend, "text-to-image", str(tiny("stable_diffusion")), {"prompt": "a cat"}, tmp_path)
        assert await backend.run(call)
    finally:
        await backend.aclose()
    assert [event.done for event in events] == list(range(1, events[0].total + 1))
    assert {(event.what, event.unit, event.key) for event in events} == {("diffusion", "steps", "1")}


async def test_a_size_beyond_the_limit_is_the_input_s_fault(do: Do) -> None:
    with pytest.raises(ExpertError, match="16 to 2048 pixels"):
        await do("text-to-image", "stable_diffusion", {"prompt": "a cat"}, width=5000)


@pytest.mark.parametrize("task_type", ["image-to-image", "image-text-to-image"])
@pytest.mark.parametrize("model", ["stable_diffusion", "pix2pix"])
async def test_a_picture_is_changed_by_a_prompt(do: Do, photo: Path, task_type: str, model: str) -> None:
    made = await do(task_type, model, {"image": photo, "prompt": "make it blue"})
    assert picture(made["image"]).size == (64, 48)


async def test_a_diffusion_model_refuses_to_change_a_picture_without_a_prompt(do: Do, photo: Path) -> None:
    with pytest.raises(ExpertError, match="needs a prompt that says how"):
        await do("image-to-image", "stable_diffusion", {"image": photo})


@pytest.mark.parametrize("model", ["inpainting", "stable_diffusion"])
async def test_the_white_part_of_a_mask_is_repainted(do: Do, photo: Path, tmp_path: Path, model: str) -> None:
    mask = tmp_path / "mask.png"
    Image.new("L", (64, 48), 255).save(mask)
    made = await do("image-text-to-image", model, {"image": photo, "prompt": "a house", "mask": mask})
    assert picture(made["image"]).size == (64, 48)


async def test_an_inpainting_model_reports_that_it_needs_a_mask(do: Do, photo: Path) -> None:
    with pytest.raises(ExpertError, match="only repaints under a mask"):
        await do("image-text-to-image", "inpainting", {"image": photo, "prompt": "a house"})


async def test_unconditional_image_generation_makes_a_picture(do: Do) -> None:
    assert picture((await do("unconditional-image-generation", "ddpm", {}))["image"]).size == (32, 32)


@pytest.mark.parametrize("control", CONTROLS)
async def test_a_picture_follows_a_condition(do: Do, photo: Path, control: str) -> None:
    made = await do(f"{control}-text-to-image", "controlnet_whole", {"image": photo, "prompt": "a house"})
    assert picture(made["image"]).size == (64, 48)


async def test_a_controlnet_by_itself_is_combined_with_its_base_model(
    photo: Path, tiny: Callable[[str], Path], base_model: None, tmp_path: Path
) -> None:
    alone = LocalBackend(Settings(home=tmp_path / "home", download="no"), models=lambda _task_type: ())
    given: dict[str, Given] = {"image": photo, "prompt": "a house"}
    try:
        made = await alone.run(call_for(alone, "canny-text-to-image", str(tiny("controlnet")), given, tmp_path))
    finally:
        await alone.aclose()
    assert picture(made[0]).size == (64, 48)


async def test_a_model_that_is_no_controlnet_is_refused_by_its_class(do: Do, photo: Path) -> None:
    with pytest.raises(ExpertError, match="is no ControlNet: it is StableDiffusionPipeline"):
        await do("canny-text-to-image", "stable_diffusion", {"image": photo, "prompt": "a house"})


@pytest.mark.parametrize(
    ("control", "model"), [("depth", "dpt"), ("normal", "dpt"), ("seg", "segformer"), ("openpose", "vitpose")]
)
async def test_condition_images_have_the_size_of_the_picture(do: Do, photo: Path, control: str, model: str) -> None:
    drawn = picture((await do(f"{control}-control", model, {"image": photo}))["image"])
    assert drawn.size == (64, 48)
    if control == "normal":
        assert drawn.getpixel((60, 44))[2] > 120  # type: ignore[index]  # a pixel of RGB


@pytest.mark.parametrize("task_type", ["text-to-video", "image-to-video", "image-text-to-video"])
async def test_videos_are_made_that_browsers_play(do: Do, photo: Path, task_type: str) -> None:
    name = {"image-to-video": "images", "image-text-to-video": "image"}.get(task_type)
    given = {"prompt": "a cat runs"} | ({name: photo} if name else {})
    size = {} if name else {"width": 64, "height": 48, "seconds": 0.5}
    made = await do(task_type, "wan_pictures" if name else "wan", given, **size)
    with av.open(str(made["video"].path)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert sum(1 for _ in container.decode(video=0)) > 1


async def test_a_video_is_changed_by_a_prompt(do: Do, film: Path) -> None:
    made = await do("video-to-video", "wan", {"video": film, "prompt": "make it blue"})
    with av.open(str(made["video"].path)) as container:
        assert container.streams.video[0].codec_context.name == "h264"


async def test_text_to_3d_runs_up_to_the_surface_table_of_a_trained_model(do: Do) -> None:
    with pytest.raises(ExpertError, match="made a shape without a surface"):
        await do("text-to-3d", "shap_e", {"prompt": "a cat"})


def test_a_mesh_becomes_a_glb_with_its_colours(tmp_path: Path) -> None:
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float32)
    faces = np.array([[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]])
    write_glb(tmp_path / "mesh.glb", corners, faces, [np.full(4, shade, dtype=np.float32) for shade in (1.0, 0.5, 0.0)])
    data = (tmp_path / "mesh.glb").read_bytes()
    magic, version, total, length, kind = struct.unpack_from("<4sIII4s", data)
    assert (magic, version, total, kind) == (b"glTF", 2, len(data), b"JSON")
    document = json.loads(data[20 : 20 + length])
    attributes = document["meshes"][0]["primitives"][0]["attributes"]
    assert set(attributes) == {"POSITION", "COLOR_0"}
    position = document["accessors"][attributes["POSITION"]]
    assert (position["count"], position["min"], position["max"]) == (4, [0, 0, -1], [1, 1, 0])
    assert document["buffers"][0]["byteLength"] == 4 * 12 * 2 + 12 * 4

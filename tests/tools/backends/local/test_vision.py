"""Vision tasks by tiny models in a real worker process: form, size and names of their outputs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from hugginggpt.graph.call import Artifact
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.settings import Settings
from hugginggpt.tools.backends.local.backend import LocalBackend
from local_calls import Do, call_for


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A red disc on green, 60 x 40."""
    image = Image.new("RGB", (60, 40), (60, 160, 80))
    ImageDraw.Draw(image).ellipse((10, 5, 40, 35), fill=(210, 60, 60))
    path = tmp_path / "photo.png"
    image.save(path)
    return path


def read(artifact: Artifact) -> Any:
    return json.loads(artifact.text or "")


def picture(artifact: Artifact) -> Image.Image:
    assert artifact.path is not None
    with Image.open(artifact.path) as opened:
        return opened.copy()


async def test_image_classification_gives_labels(do: Do, photo: Path) -> None:
    rows = read((await do("image-classification", "vit", {"image": photo}))["labels"])
    assert {row["label"] for row in rows} == {"cat", "dog", "zebra"}


async def test_zero_shot_image_classification_scores_the_given_labels(do: Do, photo: Path) -> None:
    made = await do("zero-shot-image-classification", "clip", {"image": photo}, candidate_labels=("cat", "house"))
    assert {row["label"] for row in read(made["labels"])} == {"cat", "house"}


@pytest.mark.parametrize(("model", "length"), [("vit_features", 32), ("clip", 16)])
async def test_image_feature_extraction_gives_one_vector_of_length_one(
    do: Do, photo: Path, model: str, length: int
) -> None:
    vector = read((await do("image-feature-extraction", model, {"image": photo}))["embedding"])
    assert len(vector) == length
    assert sum(number * number for number in vector) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("model", ["yolos", "detr"])
async def test_object_detection_gives_boxes_inside_the_picture_and_draws_them(do: Do, photo: Path, model: str) -> None:
    made = await do("object-detection", model, {"image": photo})
    for row in read(made["boxes"]):
        box = row["box"]
        assert 0 <= box["xmin"] <= box["xmax"] <= 60
        assert 0 <= box["ymin"] <= box["ymax"] <= 40
    assert picture(made["image"]).size == (60, 40)


@pytest.mark.parametrize("model", ["owlvit", "grounding_dino"])
async def test_zero_shot_object_detection_finds_the_named_objects(do: Do, photo: Path, model: str) -> None:
    made = await do("zero-shot-object-detection", model, {"image": photo}, candidate_labels=("cat", "house"))
    assert isinstance(read(made["boxes"]), list)
    assert picture(made["image"]).size == (60, 40)


@pytest.mark.parametrize("model", ["segformer", "mask2former"])
async def test_image_segmentation_gives_masks_names_and_an_overlay(do: Do, photo: Path, model: str) -> None:
    made = await do("image-segmentation", model, {"image": photo})
    assert picture(made["mask"]).size == picture(made["image"]).size == (60, 40)
    assert made["mask"].kind == "mask"
    assert isinstance(read(made["labels"]), list)


async def test_mask_generation_makes_masks_of_the_picture_s_size(do: Do, photo: Path) -> None:
    assert picture((await do("mask-generation", "sam", {"image": photo}))["mask"]).size == (60, 40)


@pytest.mark.parametrize(("model", "more"), [("vitpose", {"person"}), ("superpoint", set())])
async def test_keypoint_detection_gives_named_points_and_draws_them(
    do: Do, photo: Path, model: str, more: set[str]
) -> None:
    made = await do("keypoint-detection", model, {"image": photo})
    assert read(made["labels"])
    for row in read(made["labels"]):
        assert set(row) == {"label", "score", "x", "y"} | more
    assert picture(made["image"]).size == (60, 40)


@pytest.mark.parametrize("task_type", ["keypoint-detection", "openpose-control"])
async def test_joints_are_found_for_each_person_that_the_helper_model_finds(
    do: Do,
    photo: Path,
    tmp_path: Path,
    tiny: Callable[[str], Path],
    in_cache: Callable[[str, str], None],
    task_type: str,
) -> None:
    output = "labels" if task_type == "keypoint-detection" else "image"
    alone = (await do(task_type, "vitpose", {"image": photo}))[output]
    assert alone.note.startswith("the whole picture was taken for one person; PekingU/rtdetr_r18vd")
    in_cache("PekingU/rtdetr_r18vd", "yolos_person")
    backend = LocalBackend(Settings(home=tmp_path / "home", download="no"), models=lambda _task_type: ())
    try:
        made = await backend.run(call_for(backend, task_type, str(tiny("vitpose")), {"image": photo}, tmp_path))
    finally:
        await backend.aclose()
    (together,) = (artifact for artifact in made if artifact.output == output)
    assert together.note == ""
    if output == "labels":
        assert {row["person"] for row in read(alone)} == {1}
        assert {row["person"] for row in read(together)} == {1, 2, 3, 4, 5}
    else:
        assert picture(together).tobytes() != picture(alone).tobytes()


async def test_keypoint_matching_takes_two_pictures(do: Do, photo: Path) -> None:
    rows = read((await do("keypoint-matching", "lightglue", {"images": [photo, photo]}))["labels"])
    assert all(set(row) == {"label", "score", "x0", "y0", "x1", "y1"} for row in rows)
    with pytest.raises(ExpertError, match="takes two images, not 1"):
        await do("keypoint-matching", "lightglue", {"images": [photo]})


async def test_depth_estimation_gives_a_grey_picture_of_the_same_size(do: Do, photo: Path) -> None:
    depth = picture((await do("depth-estimation", "dpt", {"image": photo}))["image"])
    assert (depth.size, depth.mode) == ((60, 40), "L")


async def test_swin2sr_doubles_a_picture_and_refuses_a_prompt(do: Do, photo: Path) -> None:
    assert picture((await do("image-to-image", "swin2sr", {"image": photo}))["image"]).size == (120, 80)
    with pytest.raises(ExpertError, match="takes no prompt"):
        await do("image-to-image", "swin2sr", {"image": photo, "prompt": "make it blue"})


async def test_a_file_that_is_no_picture_is_the_input_s_fault(do: Do, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n this is not what it says")
    with pytest.raises(ExpertError, match="can't be read as an image") as error:
        await do("image-classification", "vit", {"image": broken})
    assert error.value.input_fault

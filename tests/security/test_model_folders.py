"""Model folders

A folder holds safetensors weights and their description. A folder with code, or one that names files outside of itself, is
not loaded.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fences import Fence
from hostile_hub import COMMIT
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.expert import Expert
from hugginggpt.graph.settings import Settings
from hugginggpt.tools.backends.local.backend import LocalBackend
from hugginggpt.tools.backends.local.loading import source_of
from hugginggpt.tools.backends.local.model_cache import find
from samples import call_of

FENCES = (
    Fence(
        "code beside weights",
        "tools/backends/local/folder_checks.py",
        "        if path.suffix.lower() in _CODE:",
        "        if False:",
        "test_model_folders.py::test_a_folder_with_code_or_outside_names_is_not_loaded[a part's code]",
    ),
    Fence(
        "names in an index of weights",
        "tools/backends/local/folder_checks.py",
        '                if not is_file_inside(name) or "/" in name:',
        "                if False:",
        "test_model_folders.py::test_a_folder_with_code_or_outside_names_is_not_loaded[weights above]",
    ),
    Fence(
        "parts of a pipeline",
        "tools/backends/local/folder_checks.py",
        '        if not is_file_inside(part) or "/" in part:',
        "        if False:",
        "test_model_folders.py::test_a_folder_with_code_or_outside_names_is_not_loaded[a part above]",
    ),
    Fence(
        "links out of the cache",
        "tools/backends/local/folder_checks.py",
        "        if within is not None and path.is_symlink()",
        "        if False and within is not None and path.is_symlink()",
        "test_model_folders.py::test_a_link_out_of_the_cache_is_not_loaded",
    ),
)
HEAD = b"\x02\x00\x00\x00\x00\x00\x00\x00{}"
"""Weights in safetensors, none of them."""


def transformer(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text('{"model_type": "bert", "architectures": ["BertModel"]}')
    (folder / "model.safetensors").write_bytes(HEAD)


def pipeline(folder: Path, **parts: list[str]) -> None:
    named = {"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "UNet2DConditionModel"], **parts}
    (folder / "unet").mkdir(parents=True)
    (folder / "model_index.json").write_text(json.dumps(named))
    (folder / "unet" / "config.json").write_text('{"_class_name": "UNet2DConditionModel"}')
    (folder / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(HEAD)


def with_code(name: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        pipeline(folder)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("raise SystemExit('it ran')")

    return make


def with_shard(name: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        transformer(folder)
        (folder / "model.safetensors").unlink()
        (folder.parent / "outside.safetensors").write_bytes(HEAD)
        index = {"metadata": {}, "weight_map": {"a": name.replace("HERE", str(folder.parent))}}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index))

    return make


def with_part(name: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        transformer(folder.parent / "other")
        pipeline(folder, **{name.replace("HERE", str(folder.parent)): ["diffusers", "UNet2DConditionModel"]})

    return make


FOLDERS: dict[str, tuple[Callable[[Path], None], str]] = {
    "a pipeline's code": (with_code("pipeline.py"), "code lies beside its weights (pipeline.py)"),
    "a part's code": (with_code("unet/my_unet.py"), "code lies beside its weights (unet/my_unet.py)"),
    "code in capitals": (with_code("unet/MY.PY"), "code lies beside its weights"),
    "code two folders down": (with_code("unet/deep/x.py"), "code lies beside its weights"),
    "compiled code": (with_code("unet/x.pyc"), "code lies beside its weights"),
    "a library": (with_code("unet/x.so"), "code lies beside its weights"),
    "code of a part that is named nowhere": (with_code("extra/x.py"), "code lies beside its weights"),
    "weights above": (with_shard("../outside.safetensors"), "which is no file of it"),
    "weights anywhere": (with_shard("HERE/outside.safetensors"), "which is no file of it"),
    "weights of windows": (with_shard("..\\outside.safetensors"), "which is no file of it"),
    "weights below": (with_shard("a/../../outside.safetensors"), "which is no file of it"),
    "a part above": (with_part("../other"), "which is no folder of it"),
    "a part anywhere": (with_part("HERE/other"), "which is no folder of it"),
    "a part that is the folder": (with_part("."), "which is no folder of it"),
}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_with_code_or_outside_names_is_not_loaded(
    name: str, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder with code beside its weights, or that names files outside of it, is refused before a library reads it."""
    make, words = FOLDERS[name]
    cache = tmp_path / "cache"
    snapshot = cache / "models--some--model" / "snapshots" / COMMIT
    monkeypatch.setenv("HF_HUB_CACHE", str(cache))
    for folder, model_id, revision in (
        (tmp_path / "mine", str(tmp_path / "mine"), ""),
        (snapshot, "some/model", COMMIT),
    ):
        make(folder)
        assert find(model_id, revision) is None
        expert = Expert(model_id=model_id, task_type="text-to-image", backend="local", revision=revision)
        answer = LocalBackend(Settings(home=home, download="yes")).obstacle(expert, None)
        assert answer is not None
        assert words in str(answer)
        with pytest.raises(ExpertError) as raised:  # as the worker does
            source_of(call_of("text-to-image", expert, tmp_path))
        assert words in str(raised.value)


def test_a_link_out_of_the_cache_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot in the cache whose files are links out of the cache is not loaded; links inside the cache are."""
    cache = tmp_path / "cache"
    repository = cache / "models--some--model"
    snapshot = repository / "snapshots" / COMMIT
    monkeypatch.setenv("HF_HUB_CACHE", str(cache))
    transformer(snapshot)
    (repository / "blobs").mkdir()
    (snapshot / "model.safetensors").rename(repository / "blobs" / "1")
    (snapshot / "model.safetensors").symlink_to("../../blobs/1")
    assert find("some/model", COMMIT) is not None
    outside = tmp_path / "outside"
    outside.write_bytes(HEAD)
    (snapshot / "model.safetensors").unlink()
    (snapshot / "model.safetensors").symlink_to(outside)
    assert find("some/model", COMMIT) is None


@pytest.mark.parametrize("make", [transformer, pipeline])
def test_a_folder_without_code_is_accepted(make: Callable[[Path], None], tmp_path: Path) -> None:
    """A folder of the user's with weights and without code is accepted, also with pictures and notes in it."""
    make(tmp_path / "mine")
    (tmp_path / "mine" / "README.md").write_text("mine")
    assert find(str(tmp_path / "mine")) is not None

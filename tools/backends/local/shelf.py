"""The models that lie on this machine: in the Hub's own cache, by id and commit, or in a folder that the user names."""

import hashlib
import os
import struct
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from ....graph import outside
from .registry import Library

WEIGHTS = ("model", "diffusion_pytorch_model")
"""Names of weight files without `.safetensors`; sharded ones have an index beside them."""

BASES = {768: "stable-diffusion-v1-5/stable-diffusion-v1-5", 2048: "stabilityai/stable-diffusion-xl-base-1.0"}
"""What a ControlNet builds on, by its `cross_attention_dim`."""
HELPERS = {"vitpose": "PekingU/rtdetr_r18vd"}
"""What a model does better with, by its `model_type`."""


class Found(NamedTuple):
    """A model whose files are all here."""

    folder: Path
    revision: str
    """Commit; of a folder that is not the Hub's, a hash of what lies in it."""


def cache_folder() -> Path:
    """Where huggingface_hub keeps what it downloads, by the environment as it is now."""
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "huggingface"
    return Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub").expanduser()


def is_path(model_id: str) -> bool:
    """Whether a model is named as a folder (`/models/mine`, `./mine`, `~/mine`) and not by its id on the Hub."""
    return model_id.startswith(("/", "./", "../", "~", ".\\")) or Path(model_id).is_absolute()


def find(model_id: str, revision: str = "") -> Found | None:
    """The model, when all of it is here: `revision` (a commit, or the name of a branch), else the last one downloaded."""
    if is_path(model_id):
        folder = Path(model_id).expanduser()
        return Found(folder, _folder_revision(folder)) if is_complete(folder) else None
    repository = cache_folder() / f"models--{model_id.replace('/', '--')}"
    for commit in (_commit(repository, revision), revision, _commit(repository, "main")):
        folder = repository / "snapshots" / commit
        if commit and is_complete(folder):
            return Found(folder, commit)
    return None


def builds_on(folder: Path) -> str | None:
    """The id of the model that one needs beside it: a ControlNet steers the Stable Diffusion that it was trained with."""
    config = read_json(folder / "config.json") or {}
    if config.get("_class_name") != "ControlNetModel":
        return None
    return BASES.get(config.get("cross_attention_dim", 0))


def helped_by(folder: Path) -> str | None:
    """The id of a model that one does better with, and can do without: ViTPose looks at persons that another has found."""
    return HELPERS.get(str((read_json(folder / "config.json") or {}).get("model_type")))


def is_complete(folder: Path) -> bool:
    """Whether a model's weights are all there as safetensors: what was left off half-way is not."""
    index = read_json(folder / "model_index.json")
    if index is None:
        return (folder / "config.json").is_file() and bool(weight_files(folder))
    parts = [name for name, value in index.items() if isinstance(value, list) and value[0] is not None]
    return all(_part_is_complete(folder / part) for part in parts)


def library_of(folder: Path) -> Library:
    """What loads it."""
    config = read_json(folder / "config.json") or {}
    if (folder / "model_index.json").is_file() or "_diffusers_version" in config:
        return "diffusers"
    return "transformers"


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of one model, all of them or none."""
    for stem in WEIGHTS:
        whole = folder / f"{stem}.safetensors"
        if whole.is_file():
            return [whole]
        index = read_json(folder / f"{stem}.safetensors.index.json")
        if index:
            shards = [folder / name for name in sorted(set(index.get("weight_map", {}).values()))]
            return shards if all(shard.is_file() for shard in shards) else []
    return []


def parameters(folder: Path) -> int:
    """How many numbers the weights of a model are, its parts together; read from the heads of the files."""
    files = weight_files(folder) or [
        file for part in sorted(folder.iterdir()) if part.is_dir() for file in weight_files(part)
    ]
    return sum(_numbers(file) for file in files)


def read_json(path: Path) -> dict[str, Any] | None:
    """A JSON object, or None when it is not there or is none."""
    try:
        read = outside.read_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return read if isinstance(read, dict) else None


def _part_is_complete(part: Path) -> bool:
    """A part with a model's `config.json` needs weights; tokenizers, schedulers and processors need none."""
    if not part.is_dir():
        return False
    return not (part / "config.json").is_file() or bool(weight_files(part)) or _has_no_weights(part)


def _has_no_weights(part: Path) -> bool:
    config = read_json(part / "config.json") or {}
    return "_class_name" in config and str(config["_class_name"]).endswith(("Scheduler", "Guider"))


def remember(model_id: str, name: str, commit: str) -> None:
    """Which commit a name stood for when it was downloaded; huggingface_hub notes that only if asked by the name."""
    ref = cache_folder() / f"models--{model_id.replace('/', '--')}" / "refs" / (name or "main")
    ref.parent.mkdir(parents=True, exist_ok=True)
    ref.write_text(commit)


def _commit(repository: Path, name: str) -> str:
    try:
        return (repository / "refs" / name).read_text().strip() if name else ""
    except OSError:
        return ""


def _folder_revision(folder: Path) -> str:
    """Changes when a file in it does."""
    told = [
        (str(path.relative_to(folder)), path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in (".safetensors", ".json")
    ]
    return "folder-" + hashlib.sha256(repr(told).encode()).hexdigest()[:12]


@lru_cache(256)
def _numbers(file: Path) -> int:
    """A safetensors file begins with the length of its JSON head (8 bytes), and that with the shapes."""
    with file.open("rb") as opened:
        (length,) = struct.unpack("<Q", opened.read(8))
        head = outside.read_json(opened.read(min(length, outside.LONGEST + 1)))
    total = 0
    for name, tensor in head.items():
        if name != "__metadata__":
            count = 1
            for side in tensor["shape"]:
                count *= side
            total += count
    return total

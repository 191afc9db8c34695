"""`find`: a model on this machine, in the Hub's cache by id and commit, or in a folder that the user names."""

import hashlib
import math
import os
import struct
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple
from uuid import uuid4

from ....graph import untrusted_json
from ....graph.errors import ExpertError
from ...catalog.hub_names import is_commit, is_model_id
from ...catalog.pinned import pinned_revisions
from .folder_checks import WEIGHTS, fault_of, parts_of, read_json, shards_of

Library = Literal["transformers", "diffusers"]

BASES = {768: "stable-diffusion-v1-5/stable-diffusion-v1-5", 2048: "stabilityai/stable-diffusion-xl-base-1.0"}
"""The base model of a ControlNet, by its `cross_attention_dim`."""
HELPERS = {"vitpose": "PekingU/rtdetr_r18vd"}
"""The model that a model needs for good results, by its `model_type`."""


class LocalModel(NamedTuple):
    """A model whose files are all on this machine."""

    folder: Path
    revision: str
    """A commit; for a folder of the user's, a hash of its file names, sizes and times."""


def cache_folder() -> Path:
    """The folder of huggingface_hub's downloads, by the environment as it is now."""
    return _cache_folder(*map(os.environ.get, ("HF_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME", "HOME", "USERPROFILE")))


@lru_cache(1)
def _cache_folder(hub: str | None, hf_home: str | None, cache_home: str | None, *_user: str | None) -> Path:
    home = hf_home or Path(cache_home or Path.home() / ".cache") / "huggingface"
    return Path(hub or Path(home) / "hub").expanduser()


def is_path(model_id: str) -> bool:
    """Whether a model is named by its folder (`/models/mine`, `./mine`, `~/mine`) and not by its id on the Hub."""
    return model_id.startswith(("/", "./", "../", "~", ".\\")) or Path(model_id).is_absolute()


def find(model_id: str, revision: str = "") -> LocalModel | None:
    """A complete model that is safe to load: `revision`, else the last one downloaded; None for none, or an invalid name."""
    for folder, commit in _folders(model_id, revision):
        if is_complete(folder) and _fault_of(model_id, folder) is None:
            return LocalModel(folder, commit or _folder_revision(folder))
    return None


def folder_fault(model_id: str, revision: str = "") -> str | None:
    """Why a model on this machine must not be loaded, or None."""
    if (reason := _invalid_name(model_id, revision)) is not None:
        return reason
    if find(model_id, revision) is not None:
        return None
    faults = (_fault_of(model_id, folder) for folder, _ in _folders(model_id, revision))
    return next((fault for fault in faults if fault is not None), None)


def check_named(model_id: str, revision: str) -> None:
    """Raise `ExpertError` for an invalid model id or revision: paths are built from both."""
    if not is_path(model_id) and not is_model_id(model_id):
        raise ExpertError(
            f"there is no model {ascii(model_id)[1:-1][:100]} on the Hub: an id is ORG/NAME, of letters, digits, - _ and .",
            kind="unknown_model",
        )
    if (reason := _invalid_name(model_id, revision)) is not None:
        raise ExpertError(f"{model_id} {reason}", kind="bad_request")


def _invalid_name(model_id: str, revision: str) -> str | None:
    if is_path(model_id):
        sound = not revision or revision.startswith("folder-")
    elif is_model_id(model_id):
        sound = not revision or is_commit(revision) or revision in pinned_revisions()
    else:
        return "is no model id: it is ORG/NAME, of letters, digits, - _ and ."
    if sound:
        return None
    return f"has no revision {ascii(revision)[:100]}: a revision is a commit, of 40 hexadecimal digits"


def _folders(model_id: str, revision: str) -> Iterator[tuple[Path, str]]:
    """The folders that may hold a model, each with its commit; no commit for a folder of the user's."""
    if _invalid_name(model_id, revision) is not None:
        return
    if is_path(model_id):
        yield Path(model_id).expanduser(), ""
        return
    repository = _repository(model_id)
    if not repository.is_dir():
        return
    for commit in dict.fromkeys((_commit(repository, revision), revision, _commit(repository, "main"))):
        if is_commit(commit):
            yield repository / "snapshots" / commit, commit


def _repository(model_id: str) -> Path:
    return cache_folder() / f"models--{model_id.replace('/', '--')}"


def is_cached(model_id: str, commit: str, name: str) -> bool:
    """Whether the cache holds a file of a model."""
    return os.path.lexists(_repository(model_id) / "snapshots" / commit / name)


def _fault_of(model_id: str, folder: Path) -> str | None:
    return fault_of(folder, None if is_path(model_id) else cache_folder())


def base_model_of(folder: Path) -> str | None:
    """The id of the model that a ControlNet needs: the Stable Diffusion that it was trained with; None for other models."""
    config = read_json(folder / "config.json") or {}
    if config.get("_class_name") != "ControlNetModel":
        return None
    return BASES.get(config.get("cross_attention_dim", 0))


def helper_model_of(folder: Path) -> str | None:
    """The id of an optional second model: the detector that finds persons for ViTPose."""
    return HELPERS.get(str((read_json(folder / "config.json") or {}).get("model_type")))


def is_complete(folder: Path) -> bool:
    """Whether all weights of a model are there as safetensors; false after a download that was interrupted."""
    index = read_json(folder / "model_index.json")
    if index is None:
        return (folder / "config.json").is_file() and bool(weight_files(folder))
    return all(_part_is_complete(folder / part) for part in parts_of(index))


def library_of(folder: Path) -> Library:
    """The library that loads a model."""
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
        if (named := shards_of(folder, stem)) is not None:
            shards = [folder / name for name in named]
            return shards if all(shard.is_file() for shard in shards) else []
    return []


def parameters(folder: Path) -> int:
    """The number of parameters of a model, its parts together; read from the headers of the files."""
    files = weight_files(folder) or [
        file for part in sorted(folder.iterdir()) if part.is_dir() for file in weight_files(part)
    ]
    return sum(_parameters_in(file) for file in files)


def _part_is_complete(part: Path) -> bool:
    """A part with a model's `config.json` needs weights; tokenizers, schedulers and processors need none."""
    own = str((read_json(part / "config.json") or {}).get("_class_name"))
    needs_weights = (part / "config.json").is_file() and not own.endswith(("Scheduler", "Guider"))
    return part.is_dir() and (not needs_weights or bool(weight_files(part)))


def write_ref(model_id: str, name: str, commit: str) -> None:
    """Record the commit of a branch at its download; huggingface_hub does so only for a download by branch."""
    check_named(model_id, name)
    check_named(model_id, commit)
    ref = _repository(model_id) / "refs" / (name or "main")
    ref.parent.mkdir(parents=True, exist_ok=True)
    draft = ref.with_name(f"{uuid4().hex}.tmp")
    draft.write_text(commit)
    draft.replace(ref)  # replaces a link, and does not follow it


def _commit(repository: Path, name: str) -> str:
    try:
        return (repository / "refs" / name).read_text(encoding="utf-8").strip() if name else ""
    except (OSError, ValueError):
        return ""


def _folder_revision(folder: Path) -> str:
    files = [
        (str(path.relative_to(folder)), path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in (".safetensors", ".json")
    ]
    return "folder-" + hashlib.sha256(repr(files).encode()).hexdigest()[:12]


@lru_cache(256)
def _parameters_in(file: Path) -> int:
    """A safetensors file begins with the length of its JSON header (8 bytes), and the header holds the shapes."""
    with file.open("rb") as opened:
        (length,) = struct.unpack("<Q", opened.read(8))
        head = untrusted_json.read_untrusted_json(opened.read(min(length, untrusted_json.LONGEST + 1)))
    return sum(math.prod(tensor["shape"]) for name, tensor in head.items() if name != "__metadata__")

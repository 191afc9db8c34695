"""The models that lie on this machine: in the Hub's own cache, by id and commit, or in a folder that the user names."""

import hashlib
import os
import struct
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from ....graph import untrusted_json
from ....graph.errors import ExpertError
from ...catalog.hub_names import is_commit, is_model_id
from ...catalog.pinned import pinned_revisions
from .folder_checks import WEIGHTS, fault_of, parts_of, read_json, shards_of
from .registry import Library

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
    """The model, when all of it is here and without fault: `revision`, else the last one downloaded.

    A name or revision that is none is not looked for; `fault` and `check_named` say why.
    """
    for folder, commit in _folders(model_id, revision):
        if is_complete(folder) and _fault_of(model_id, folder) is None:
            return Found(folder, commit or _folder_revision(folder))
    return None


def fault(model_id: str, revision: str = "") -> str | None:
    """Why a model that is here is not loaded, or None."""
    if (named := _misnamed(model_id, revision)) is not None:
        return named
    if find(model_id, revision) is not None:
        return None
    found = (_fault_of(model_id, folder) for folder, _ in _folders(model_id, revision))
    return next((each for each in found if each is not None), None)


def check_named(model_id: str, revision: str) -> None:
    """Raise `ExpertError` for a model id or a revision that is none: paths are made of both."""
    if not is_path(model_id) and not is_model_id(model_id):
        raise ExpertError(
            f"there is no model {ascii(model_id)[1:-1][:100]} on the Hub: an id is ORG/NAME, of letters, digits, - _ and .",
            kind="unknown_model",
        )
    if (named := _misnamed(model_id, revision)) is not None:
        raise ExpertError(f"{model_id} {named}", kind="bad_request")


def _misnamed(model_id: str, revision: str) -> str | None:
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
    """Where it may lie, and under which commit; none for a folder of the user's own."""
    if _misnamed(model_id, revision) is not None:
        return
    if is_path(model_id):
        yield Path(model_id).expanduser(), ""
        return
    repository = _repository(model_id)
    for commit in dict.fromkeys((_commit(repository, revision), revision, _commit(repository, "main"))):
        if is_commit(commit):
            yield repository / "snapshots" / commit, commit


def _repository(model_id: str) -> Path:
    return cache_folder() / f"models--{model_id.replace('/', '--')}"


def lies_here(model_id: str, commit: str, name: str) -> bool:
    """Whether a file of a model was there already."""
    return os.path.lexists(_repository(model_id) / "snapshots" / commit / name)


def _fault_of(model_id: str, folder: Path) -> str | None:
    return fault_of(folder, None if is_path(model_id) else cache_folder())


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
    return all(_part_is_complete(folder / part) for part in parts_of(index))


def httpx_module_of(folder: Path) -> Library:
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
        if (named := shards_of(folder, stem)) is not None:
            shards = [folder / name for name in named]
            return shards if all(shard.is_file() for shard in shards) else []
    return []


def parameters(folder: Path) -> int:
    """How many numbers the weights of a model are, its parts together; read from the heads of the files."""
    files = weight_files(folder) or [
        file for part in sorted(folder.iterdir()) if part.is_dir() for file in weight_files(part)
    ]
    return sum(_numbers(file) for file in files)


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
    check_named(model_id, name)
    check_named(model_id, commit)
    ref = _repository(model_id) / "refs" / (name or "main")
    ref.parent.mkdir(parents=True, exist_ok=True)
    draft = ref.with_name(f"{uuid4().hex}.tmp")
    draft.write_text(commit)
    draft.replace(ref)  # a link that stands there is replaced, and not followed


def _commit(repository: Path, name: str) -> str:
    try:
        return (repository / "refs" / name).read_text(encoding="utf-8").strip() if name else ""
    except (OSError, ValueError):
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
        head = untrusted_json.read_untrusted_json(opened.read(min(length, untrusted_json.LONGEST + 1)))
    total = 0
    for name, tensor in head.items():
        if name != "__metadata__":
            count = 1
            for side in tensor["shape"]:
                count *= side
            total += count
    return total

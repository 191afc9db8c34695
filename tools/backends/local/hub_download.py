"""`plan_download` and `download`: the files of a model that are needed, and their download into the Hub's cache."""

import errno
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from threading import Event
from typing import Any, NamedTuple

from ....graph.errors import ExpertError
from ...catalog.hub_names import checked_commit, checked_file_sizes, is_commit
from ...net.bounded_body import MAX_ERROR_BYTES
from ...net.daemon_threads import call_with_timeout
from ...net.http_errors import HttpFailure, classify, expert_error
from ...net.hub_session import hub_limits
from .model_cache import cache_folder, check_named, is_cached, write_ref

_WEIGHTS = re.compile(r"(?:model|diffusion_pytorch_model)(?:-\d{5}-of-\d{5})?\.safetensors")
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".msgpack")
_SMALL = (".json", ".txt", ".model", ".jinja", ".spm", ".vocab", ".bpe", ".tiktoken")
"""Configurations, vocabularies and chat templates. No Python: code from repositories is never run."""
_LARGEST_SMALL = 100_000_000
_OTHER_FORMATS = ("onnx", "openvino", "coreml", "tflite", "original", "gguf")
"""Folders with the same weights for other libraries."""
_PATIENCE = 20.0
"""Seconds for the Hub to answer a request; a download has no limit while bytes arrive."""

Progress = Callable[[int, int], None]
"""Called with the bytes downloaded so far, and the bytes in all."""


class DownloadPlan(NamedTuple):
    """The files of a model to download."""

    model_id: str
    name: str
    """The requested branch; empty for the main one."""
    revision: str
    """The commit."""
    files: dict[str, int]
    """Bytes by name in the repository."""

    @property
    def total(self) -> int:
        """Bytes of all of them."""
        return sum(self.files.values())


def plan_download(model_id: str, revision: str, token: str | None) -> DownloadPlan:
    """Request the file list of a model from the Hub. Raises `ExpertError` for a model that is missing or unusable."""
    from huggingface_hub import HfApi

    check_named(model_id, revision)
    with hub_errors(model_id), hub_limits(_PATIENCE):
        api = HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None, token=token)
        fetch = partial(api.model_info, model_id, revision=revision or None, files_metadata=True, timeout=_PATIENCE)
        info = call_with_timeout(fetch, _PATIENCE)
    found = checked_commit(info.sha, model_id)
    if is_commit(revision) and found != revision:
        raise ExpertError(f"the Hub gives {found} in place of the commit {revision} of {model_id}", kind="garbage")
    sizes = checked_file_sizes(info.siblings, model_id)
    files = files_to_download(sizes)
    _check_usable(model_id, sizes, files)
    return DownloadPlan(model_id, revision, found, {name: sizes[name] for name in files})


def files_to_download(sizes: dict[str, int]) -> tuple[str, ...]:
    """The weights as safetensors, without variants, and the small files."""
    is_pipeline = "model_index.json" in sizes
    chosen = []
    for name, size in sorted(sizes.items()):
        path = PurePosixPath(name)
        if len(path.parts) > 2 or path.parts[0] in _OTHER_FORMATS or path.name.startswith("."):
            continue
        small = path.name.endswith(_SMALL) and size <= _LARGEST_SMALL
        weights = _WEIGHTS.fullmatch(path.name) is not None and (len(path.parts) == 2) == is_pipeline
        if small or weights:
            chosen.append(name)
    return tuple(chosen)


def _check_usable(model_id: str, sizes: dict[str, int], files: tuple[str, ...]) -> None:
    if "config.json" not in sizes and "model_index.json" not in sizes:
        raise ExpertError(
            f"{model_id} is no model for transformers or diffusers: it has neither config.json nor model_index.json"
        )
    if any(name.endswith(".safetensors") for name in files):
        return
    if any(name.endswith(_PICKLES) for name in sizes):
        raise ExpertError(
            f"{model_id} has its weights as pickle only, which can run any code when it is loaded",
            hint=f"it is not used; ask its author for safetensors: https://huggingface.co/{model_id}/discussions",
        )
    raise ExpertError(f"{model_id} has no weights in safetensors")


def download(plan: DownloadPlan, token: str | None, progress: Progress, stop: Event) -> None:
    """Download the files, or the rest of them, under the commit. Raises `Stopped` when another thread sets `stop`."""
    from huggingface_hub import hf_hub_download

    meter = _ProgressMeter(plan.total, progress, stop)
    for name, size in plan.files.items():
        meter.check()
        was_here = is_cached(plan.model_id, plan.revision, name)
        with hub_errors(plan.model_id), hub_limits(None, max_bytes=max(size, MAX_ERROR_BYTES), paths=True):
            got = hf_hub_download(
                plan.model_id,
                name,
                revision=plan.revision,
                cache_dir=cache_folder(),
                token=token,
                endpoint=os.environ.get("HF_ENDPOINT") or None,
                tqdm_class=meter.bar(),
            )
        _check_size(plan, name, Path(got), keep=was_here)
        meter.finish_file()
    write_ref(plan.model_id, plan.name, plan.revision)
    meter.report(final=True)


def _check_size(plan: DownloadPlan, name: str, got: Path, *, keep: bool) -> None:
    """Raise `ExpertError` where a file has another size than the user agreed to; a file just downloaded is removed."""
    if (size := got.stat().st_size) != plan.files[name]:
        if not keep:
            got.resolve().unlink()
            got.unlink(missing_ok=True)
        raise ExpertError(
            f"{name} of {plan.model_id} has {size:,} bytes, and the Hub reports {plan.files[name]:,}", kind="garbage"
        )


class Stopped(Exception):
    """A download that was cancelled."""


class _ProgressMeter:
    """Adds up the progress of the single files, and reports it four times a second at most."""

    EVERY = 0.25

    def __init__(self, total: int, progress: Progress, stop: Event) -> None:
        self._total, self._progress, self._stop = total, progress, stop
        self._before, self._file, self._reported = 0, 0, 0.0

    def check(self) -> None:
        if self._stop.is_set():
            raise Stopped

    def add(self, count: float) -> None:
        self._file += int(count)
        self.check()
        self.report()

    def finish_file(self) -> None:
        self._before, self._file = self._before + self._file, 0

    def report(self, *, final: bool = False) -> None:
        now = time.monotonic()
        if final or now - self._reported >= self.EVERY:
            self._reported = now
            self._progress(self._total if final else min(self._total, self._before + self._file), self._total)

    def bar(self) -> type[Any]:
        from tqdm import tqdm

        meter = self

        class Silent(tqdm):  # type: ignore[misc]  # tqdm carries no types
            def __init__(self, *args: Any, **options: Any) -> None:
                options.pop("name", None)  # huggingface_hub's own bars have one
                super().__init__(*args, **{**options, "disable": True})
                meter.add(options.get("initial") or 0)

            def update(self, n: float | None = 1) -> bool | None:
                meter.add(n or 0)
                return None

        return Silent


@contextmanager
def hub_errors(model_id: str) -> Iterator[None]:
    """Turn what huggingface_hub raises in the body into `ExpertError`: what happened, and what to do."""
    from huggingface_hub import errors

    try:
        yield
    except ExpertError:
        raise
    except errors.GatedRepoError as error:
        raise ExpertError(
            f"{model_id} is gated: its terms must be accepted first",
            hint=f"accept them at https://huggingface.co/{model_id}, and set HF_TOKEN to a token of that account",
            kind="gated",
        ) from error
    except (errors.RepositoryNotFoundError, errors.HFValidationError) as error:
        raise ExpertError(
            f"there is no model {model_id} on the Hub, or it is private and the token may not see it",
            hint="check its spelling; for a private one set HF_TOKEN",
            kind="unknown_model",
        ) from error
    except errors.RevisionNotFoundError as error:
        raise ExpertError(f"{model_id} has no such revision on the Hub") from error
    except Exception as error:  # httpx, httpx2, hf_xet (RuntimeError): each raises its own when the network fails
        failure = classify(error)
        cause = None if failure.reason == "invalid_key" else error  # a traceback would show the key
        raise _expert_error(failure, error, model_id) from cause


def _expert_error(failure: HttpFailure, error: Exception, model_id: str) -> ExpertError:
    match failure.reason:
        case "offline_mode":
            return ExpertError(f"{model_id} is not on this machine, and HF_HUB_OFFLINE forbids its download")
        case "status":
            return ExpertError(
                f"the Hub answers {failure.status} for {model_id}",
                kind=failure.kind,
                retryable=failure.retryable,
                retry_after=failure.retry_after,
            )
        case "refused" | "timeout" | "invalid_key":
            return expert_error(failure, model_id, _PATIENCE)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return ExpertError(f"the disk is full: {model_id} can't be kept")
    why = " ".join(str(error).split())[:200] or type(error).__name__
    return ExpertError(
        f"{model_id} is not on this machine, and the Hub can't be reached: {why}",
        hint="are you online?",
        kind="offline",
        retryable=True,
    )

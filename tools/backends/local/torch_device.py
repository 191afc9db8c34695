"""The device of this worker process, as torch sees it: its name, the number format there, and its free memory."""

import functools
from pathlib import Path
from typing import Any

from .hardware import container_limit


@functools.cache
def device() -> str:
    """`cuda:0` when the process was given a card, else `cpu`."""
    import torch

    return "cuda:0" if torch.cuda.is_available() else "cpu"


@functools.cache
def dtype(*, exact: bool = False) -> Any:
    """bfloat16 on cards that know it, float16 on older ones, float32 on processors and where it must be `exact`."""
    import torch

    if exact or device() == "cpu":
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16


def free_bytes() -> int:
    """Memory of the device that nobody has taken yet."""
    if device() != "cpu":
        import torch

        free: int = torch.cuda.mem_get_info()[0]
        return free
    import psutil

    available: int = psutil.virtual_memory().available
    limit = container_limit()
    return min(available, max(0, limit - _container_use())) if limit else available


def empty() -> None:
    """Give back what nobody holds any more."""
    import gc

    gc.collect()
    if device() != "cpu":
        import torch

        torch.cuda.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out; torch says so on processors by its words only."""
    import torch

    words = ("not enough memory", "can't allocate memory", "CUDA out of memory", "CUBLAS_STATUS_ALLOC_FAILED")
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and any(word in str(error) for word in words)
    )


def _container_use() -> int:
    for name in ("memory.current", "memory/memory.usage_in_bytes"):
        try:
            return int((Path("/sys/fs/cgroup") / name).read_text())
        except (OSError, ValueError):
            continue
    return 0

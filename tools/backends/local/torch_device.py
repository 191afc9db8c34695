"""`device` of this worker process as torch sees it, its number format (`dtype`), and its free memory."""

import functools
from typing import Any

from .hardware import container_limit, control_group_bytes


@functools.cache
def device() -> str:
    """`cuda:0` when the process was given a GPU, else `cpu`."""
    import torch

    return "cuda:0" if torch.cuda.is_available() else "cpu"


@functools.cache
def dtype(*, exact: bool = False) -> Any:
    """bfloat16 on GPUs that support it, float16 on older ones, float32 on processors and where it must be `exact`."""
    import torch

    if exact or device() == "cpu":
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16


def free_bytes() -> int:
    """Bytes of free memory of the device."""
    if device() != "cpu":
        import torch

        free: int = torch.cuda.mem_get_info()[0]
        return free
    import psutil

    available: int = psutil.virtual_memory().available
    limit, used = container_limit(), control_group_bytes("memory.current", "memory/memory.usage_in_bytes")
    return min(available, max(0, limit - (used or 0))) if limit else available


def release_unused() -> None:
    """Release memory that no object uses any more."""
    import gc

    gc.collect()
    if device() != "cpu":
        import torch

        torch.cuda.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error means that memory ran out; on processors only the message of torch's error shows it."""
    import torch

    messages = ("not enough memory", "can't allocate memory", "CUDA out of memory", "CUBLAS_STATUS_ALLOC_FAILED")
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and any(message in str(error) for message in messages)
    )

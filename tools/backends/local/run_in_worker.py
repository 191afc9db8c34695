"""In the worker process: a call to a local model, from its folder to checked artifacts."""

import functools
import os
from collections.abc import Sequence

from ....graph.call import Artifact, Call
from ....graph.errors import ExpertError
from .loading import source_of
from .memory import memory, within_memory
from .model_cache import httpx_module_of
from .registry import registered

TARGET = f"{__name__}:run"
SEED = 0
"""Of all that draws lots, unless the task sets another: the same call gives the same answer."""


def run(call: Call) -> Sequence[Artifact]:
    """Do a call. Never reaches for the network: the parent has brought all that is needed."""
    prepare()
    source = source_of(call)
    way = registered().get((call.task.type, httpx_module_of(source.folder)))
    if way is None:
        raise ExpertError(
            f"{source.model_id} is a model for {httpx_module_of(source.folder)}; no {call.task.type} with that"
        )

    def work() -> Sequence[Artifact]:
        import torch

        torch.manual_seed(SEED)
        with torch.inference_mode():
            return way.function(call, source)

    return within_memory(work, memory(), source.model_id)


@functools.cache
def prepare() -> None:
    """Once a process: as many threads as are its share, and no chatter."""
    import torch
    import transformers

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()

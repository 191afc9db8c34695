"""`run`, in the worker process of a device: calls the registered function on the loaded model, within the memory budget."""

import functools
import os
from collections.abc import Sequence

from ....graph.call import Artifact, Call
from ....graph.errors import ExpertError
from .loading import source_of
from .memory import loaded_models, with_memory_retry
from .model_cache import library_of
from .registry import registered

TARGET = f"{__name__}:run"
SEED = 0
"""Of every random generator, unless the task sets another: the same call gives the same result."""


def run(call: Call) -> Sequence[Artifact]:
    """Do a call. Uses no network: the parent process has downloaded what is needed."""
    _configure_libraries()
    source = source_of(call)
    runner = registered().get((call.task.type, library_of(source.folder)))
    if runner is None:
        raise ExpertError(
            f"{source.model_id} is a model for {library_of(source.folder)}; there is no {call.task.type} with that"
        )

    def work() -> Sequence[Artifact]:
        import torch

        torch.manual_seed(SEED)
        with torch.inference_mode():
            return runner.function(call, source)

    return with_memory_retry(work, loaded_models(), source.model_id)


@functools.cache
def _configure_libraries() -> None:
    """Configure torch and transformers once a process: its share of threads, and no log output or progress bars."""
    import torch
    import transformers

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()

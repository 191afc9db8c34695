"""`DeviceWorkers`: a pool of one process for the processors or for each GPU, with its environment and memory limit."""

from threading import Lock

from ....graph.settings import Settings
from ..worker.memory_limits import MemoryLimits
from ..worker.pool import Workers
from .hardware import Device, create_gpu_device_files, machine_memory
from .model_cache import cache_folder

MEMORY_SHARE = 0.9
"""Of the machine's memory."""
LIBRARY_BYTES = 2_000_000_000
"""Memory of torch and transformers, with a reserve."""


class DeviceWorkers:
    """A pool of one worker process for each device: no network, no keys."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pools: dict[str, Workers] = {}
        self._lock = Lock()

    def pool(self, device: Device) -> Workers:
        """The pool of a device, started when it is first used."""
        with self._lock:
            if device.name not in self._pools:
                alone = self._settings.model_copy(update={"workers": 1})
                if device.name != "cpu":
                    create_gpu_device_files()
                self._pools[device.name] = Workers(
                    alone, _environment(self._settings, device), memory_limits(self._settings)
                )
            return self._pools[device.name]

    def close(self) -> None:
        """Kill the processes, and the models in them."""
        with self._lock:
            pools, self._pools = list(self._pools.values()), {}
        for pool in pools:
            pool.close()


def memory_limits(settings: Settings) -> MemoryLimits:
    """What a process may hold: 90% of the memory, or 1.5 times that set for models, which they take at work."""
    most = int(machine_memory() * MEMORY_SHARE)
    budget = settings.local_memory
    return MemoryLimits(resident=most if budget is None else min(most, int(budget * 1.5) + LIBRARY_BYTES))


def _environment(settings: Settings, device: Device) -> dict[str, str]:
    sockets = {} if device.name == "cpu" else {"HUGGINGGPT_UNIX_SOCKETS": "1"}  # the driver's, to its daemons
    budget = {} if settings.local_memory is None else {"HUGGINGGPT_LOCAL_MEMORY": str(int(settings.local_memory))}
    fixed = {
        "HF_HUB_CACHE": str(cache_folder()),
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "CUDA_VISIBLE_DEVICES": device.visible,
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",  # as nvidia-smi counts
        "TOKENIZERS_PARALLELISM": "false",
        "OMP_WAIT_POLICY": "PASSIVE",  # threads that wait by spinning: 15 times slower where others need the processors
    }
    return budget | sockets | fixed

"""`device_for`: the NVIDIA GPU, else the processors, that a model runs on, and their memory; imports no torch."""

import functools
import os
import re
import shutil
import subprocess
import zlib
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from ..worker.process import without_keys

GIGABYTE = 1_000_000_000
OVERHEAD = 1.2
"""Memory of a model at work over that of its weights; activations of large inputs take more."""
SLOT = "local"
"""The slot of the one worker process that runs models on the processors."""


class Device(NamedTuple):
    """The processors, or one GPU."""

    name: str
    """`cpu`, or a GPU by the name of its slot, e.g. `gpu:0`."""
    memory: int
    """Bytes in all; 0 when unknown."""
    visible: str
    """The value of CUDA_VISIBLE_DEVICES for its worker process."""

    @property
    def bytes_per_number(self) -> int:
        """float32 on processors, 16 bits on GPUs."""
        return 4 if self.name == "cpu" else 2

    @property
    def noun(self) -> str:
        """Its name in messages."""
        return "this machine" if self.name == "cpu" else "this machine's GPU"

    def needed(self, parameters: int) -> int:
        """Bytes that a model of so many parameters takes there."""
        return int(parameters * self.bytes_per_number * OVERHEAD)


@functools.cache
def devices() -> tuple[Device, ...]:
    """The GPUs that torch can use, in their order; without any, the processors."""
    return tuple(_gpus()) or (Device("cpu", machine_memory(), ""),)


def device_for(model_id: str, parameters: int = 0) -> Device:
    """The device of a model, always the same one, so that it is loaded once. `parameters`: 0 when unknown."""
    return choose_device(devices(), model_id, parameters)


def choose_device(among: Sequence[Device], model_id: str, parameters: int) -> Device:
    """One of those that can hold the model, chosen by its name; the largest where none can, which then reports it."""
    fit = [device for device in among if not device.memory or device.needed(parameters) <= device.memory]
    fit = fit or [max(among, key=lambda device: device.memory)]
    return fit[zlib.crc32(model_id.encode()) % len(fit)]


def slots_of(device: Device) -> tuple[str, ...]:
    """The slots that a call on a device takes."""
    return ("cpu", SLOT) if device.name == "cpu" else (device.name,)


def size(number: int) -> str:
    """Bytes formatted for a message: `167 MB`, `24 GB`."""
    if number >= 10 * GIGABYTE:
        return f"{number / GIGABYTE:.0f} GB"
    return f"{number / GIGABYTE:.1f} GB" if number >= GIGABYTE else f"{max(1, round(number / 1_000_000))} MB"


def _gpus() -> list[Device]:
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    tool = shutil.which("nvidia-smi")
    if tool is None or visible in {"", "-1"} or not _torch_has_cuda():
        return []
    query = [tool, "--query-gpu=index,uuid,memory.total", "--format=csv,noheader,nounits"]
    try:
        return parse_nvidia_smi(output_of(query), visible)
    except (OSError, subprocess.SubprocessError):
        return []


def output_of(command: Sequence[str]) -> str:
    """The output of a tool of the driver. It gets the environment of a worker, without keys."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True, env=without_keys(os.environ))
    return done.stdout


def create_gpu_device_files() -> None:
    """Create missing device files of the GPUs. Workers can't: the driver's tool is setuid root, which they may not run."""
    tool = shutil.which("nvidia-modprobe")
    if tool is not None and not Path("/dev/nvidia-uvm").exists():
        with suppress(OSError, subprocess.SubprocessError):  # a call on the GPU then reports what is missing
            output_of([tool, "-u", "-c=0"])


def parse_nvidia_smi(output: str, visible: str | None) -> list[Device]:
    """The GPUs in nvidia-smi's output that CUDA_VISIBLE_DEVICES names (numbers or beginnings of UUIDs); all for None."""
    rows = [[cell.strip() for cell in line.split(",")] for line in output.splitlines() if line.count(",") == 2]
    if visible is not None:
        names = [name.strip() for name in visible.split(",") if name.strip()]
        rows = [row for name in names for row in rows if row[0] == name or row[1].startswith(name)]
    return [
        Device(f"gpu:{place}", int(memory) * 1024 * 1024, index)
        for place, (index, _, memory) in enumerate(rows)
        if memory.isdecimal()
    ]


def _torch_has_cuda() -> bool:
    """Read from the file that describes the build: importing torch takes seconds."""
    spec = find_spec("torch")
    if spec is None or spec.origin is None:
        return False
    try:
        text = (Path(spec.origin).parent / "version.py").read_text()
    except OSError:
        return False
    return re.search(r"^cuda\b[^=]*=\s*['\"]", text, re.MULTILINE) is not None


def machine_memory() -> int:
    """Bytes of memory of the machine, or of the container where that has less."""
    if "SC_PHYS_PAGES" in getattr(os, "sysconf_names", {}):
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    else:
        import psutil

        total = int(psutil.virtual_memory().total)
    return min(total, container_limit() or total)


def container_limit() -> int | None:
    """Bytes of memory that the control group allows; None without a limit."""
    limit = control_group_bytes("memory.max", "memory/memory.limit_in_bytes")
    return limit if limit is not None and limit < 1 << 60 else None


def control_group_bytes(*names: str) -> int | None:
    """The number in the first file of the control group that there is (version 2, then 1); None for `max`."""
    for name in names:
        with suppress(OSError):
            text = (Path("/sys/fs/cgroup") / name).read_text().strip()
            return int(text) if text.isdecimal() else None
    return None

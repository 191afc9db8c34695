"""What this machine has to run models on, found out without loading torch: NVIDIA's cards, else the processors."""

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

from ..worker.process import passed_on

GIGABYTE = 1_000_000_000
OVERHEAD = 1.2
"""Of what a model takes while it works, over its weights alone; activations of large inputs take more."""


class Device(NamedTuple):
    """Something that models run on."""

    name: str
    """`cpu`, or `gpu:0` as the slot is called."""
    memory: int
    """Bytes, all of them; 0 when unknown."""
    visible: str
    """For CUDA_VISIBLE_DEVICES of its worker process."""

    @property
    def bytes_per_number(self) -> int:
        """float32 on processors, 16 bits on cards."""
        return 4 if self.name == "cpu" else 2

    @property
    def noun(self) -> str:
        """As a message names it."""
        return "this machine" if self.name == "cpu" else "this machine's GPU"

    def needed(self, parameters: int) -> int:
        """Bytes that a model of so many parameters takes there."""
        return int(parameters * self.bytes_per_number * OVERHEAD)


@functools.cache
def devices() -> tuple[Device, ...]:
    """The cards that torch can use, in their order; without any, the processors."""
    return tuple(_cards()) or (Device("cpu", memory(), ""),)


def device_for(model_id: str, parameters: int = 0) -> Device:
    """Always the same one for a model, so that it is loaded once. `parameters`: 0 when unknown."""
    return chosen(devices(), model_id, parameters)


def chosen(among: Sequence[Device], model_id: str, parameters: int) -> Device:
    """Models are spread over the cards that can hold them; one that none can goes to the largest, which will say so."""
    fit = [device for device in among if not device.memory or device.needed(parameters) <= device.memory]
    fit = fit or [max(among, key=lambda device: device.memory)]
    return fit[zlib.crc32(model_id.encode()) % len(fit)]


def size(number: int) -> str:
    """Bytes as people say them: `167 MB`, `24 GB`."""
    if number >= 10 * GIGABYTE:
        return f"{number / GIGABYTE:.0f} GB"
    return f"{number / GIGABYTE:.1f} GB" if number >= GIGABYTE else f"{max(1, round(number / 1_000_000))} MB"


def _cards() -> list[Device]:
    asked = os.environ.get("CUDA_VISIBLE_DEVICES")
    tool = shutil.which("nvidia-smi")
    if tool is None or asked in {"", "-1"} or not _torch_has_cuda():
        return []
    query = [tool, "--query-gpu=index,uuid,memory.total", "--format=csv,noheader,nounits"]
    try:
        return read_cards(output_of(query), asked)
    except (OSError, subprocess.SubprocessError):
        return []


def output_of(command: Sequence[str]) -> str:
    """What a tool of the driver writes. It sees of our environment what a worker sees, and no keys."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True, env=passed_on(os.environ))
    return done.stdout


def make_nodes() -> None:
    """Have the device files of the cards made, where none has used one since the start of the machine.

    A worker can't: the driver's tool for that needs root's rights, which a process gets by setuid only while new
    privileges are allowed.
    """
    tool = shutil.which("nvidia-modprobe")
    if tool is not None and not Path("/dev/nvidia-uvm").exists():
        with suppress(OSError, subprocess.SubprocessError):  # the card then reports itself what it lacks
            output_of([tool, "-u", "-c=0"])


def read_cards(told: str, asked: str | None) -> list[Device]:
    """What nvidia-smi says, cut to what CUDA_VISIBLE_DEVICES asks for (numbers or beginnings of UUIDs)."""
    rows = [[cell.strip() for cell in line.split(",")] for line in told.splitlines() if line.count(",") == 2]
    if asked is not None:
        wanted = [name.strip() for name in asked.split(",") if name.strip()]
        rows = [row for name in wanted for row in rows if row[0] == name or row[1].startswith(name)]
    return [
        Device(f"gpu:{place}", int(memory) * 1024 * 1024, index)
        for place, (index, _, memory) in enumerate(rows)
        if memory.isdecimal()
    ]


def _torch_has_cuda() -> bool:
    """From the file that names the build: importing torch takes seconds."""
    spec = find_spec("torch")
    if spec is None or spec.origin is None:
        return False
    try:
        text = (Path(spec.origin).parent / "version.py").read_text()
    except OSError:
        return False
    return re.search(r"^cuda\b[^=]*=\s*['\"]", text, re.MULTILINE) is not None


def memory() -> int:
    """Of the machine, or of the container it is cut down to."""
    import psutil

    total: int = psutil.virtual_memory().total
    return min(total, container_limit() or total)


def container_limit() -> int | None:
    """What the control group allows (version 2, then 1), in bytes; None without a limit."""
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        try:
            told = (Path("/sys/fs/cgroup") / name).read_text().strip()
        except OSError:
            continue
        return int(told) if told.isdecimal() and int(told) < 1 << 60 else None
    return None

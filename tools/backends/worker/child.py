"""The program of a worker process: receives jobs from `WorkerProcess`, calls experts, and sends steps and replies.

Started as `python -m hugginggpt.tools.backends.worker.child`. The two exchange JSON objects, one a line: a `Job` comes in on
stdin; any number of `Step`s and `CurrentFile`s and then a `Reply` go out on what was stdout. Standard output itself is
redirected to standard error first, so that a library that prints can't corrupt a reply. When stdin closes, the parent is
gone, however it died, and this process ends at once.
"""

import ctypes
import errno
import os
import pkgutil
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from queue import SimpleQueue
from typing import BinaryIO

from pydantic import TypeAdapter

from ....graph.call import Artifact, Call
from ....graph.errors import ExpertError, FailureKind
from ....graph.resource import Frozen
from ...media.memory_budget import address_space, apply_budget
from ..with_caveats import with_caveats
from .progress import CurrentFile, Step, reporting_to
from .sandbox import confine

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal this process gets when the thread that started it ends."""


class Job(Frozen):
    """What to run: `target` is `module:function`, a function from `Call` to a sequence of `Artifact`."""

    target: str
    call: Call


class Failure(Frozen):
    """An `ExpertError` as it is sent through the pipe."""

    message: str
    hint: str = ""
    kind: FailureKind = ""
    retryable: bool = False
    retry_after: float | None = None
    input_fault: bool = False

    @classmethod
    def of(cls, error: BaseException, what: str) -> "Failure":
        """The message for the user; the traceback of an unexpected error goes to this process's stderr."""
        if isinstance(error, ExpertError):
            return cls.model_validate(error, from_attributes=True)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return cls(message=f"{what} failed: the disk is full", hint="make room, then retry the run")
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        return cls(message=f"{what} failed: {reason}", retryable=isinstance(error, MemoryError | OSError))

    def error(self) -> ExpertError:
        """The error that the receiver raises."""
        return ExpertError(**self.model_dump())


class Reply(Frozen):
    """The result of a job: artifacts, or the failure."""

    artifacts: tuple[Artifact, ...] = ()
    failure: Failure | None = None


@cache
def _lines() -> TypeAdapter[Step | CurrentFile | Reply]:
    return TypeAdapter(Step | CurrentFile | Reply)


def parse_line(line: bytes) -> Step | CurrentFile | Reply:
    """A message of a worker. Their fields distinguish the types: none has a field of another."""
    return _lines().validate_json(line)


def main() -> None:
    """Run jobs, one at a time, until the parent is gone."""
    jobs, replies = _pipes()
    confine(unix_sockets=bool(os.environ.get("HUGGINGGPT_UNIX_SOCKETS")))
    if sys.platform == "linux":  # the kernel ends this process with its parent, even while a library holds the lock
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    inbox: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_read, args=(jobs, inbox), daemon=True).start()

    def send(line: Step | CurrentFile | Reply) -> None:
        replies.write(line.model_dump_json().encode() + b"\n")
        replies.flush()

    memory = int(os.environ.get("HUGGINGGPT_CALL_MEMORY", "0"))
    apply_budget(lambda label, seconds: send(CurrentFile(file=label, max_seconds=seconds)), limited=memory > 0)
    with reporting_to(send):
        while True:
            send(run(inbox.get(), memory))


def run(line: bytes, memory: int = 0) -> Reply:
    """Run one job in at most `memory` more bytes (0: any number). Each error becomes a reply."""
    job = Job.model_validate_json(line)
    _limit_processor_time(job.call.timeout)
    try:
        job.call.check()
        function: Callable[[Call], Sequence[Artifact]] = pkgutil.resolve_name(job.target)
        with address_space(memory):
            return Reply(artifacts=tuple(with_caveats(function, job.call)))
    except MemoryError:
        traceback.print_exc()
        return Reply(failure=Failure.of(too_much_memory(job.call, memory), job.call.expert.model_id))
    except Exception as error:
        if not isinstance(error, ExpertError):
            traceback.print_exc()
        return Reply(failure=Failure.of(error, job.call.expert.model_id))


def too_much_memory(call: Call, limit: int) -> ExpertError:
    """The error of a call that takes more memory than `limit`; it names the inputs."""
    given = ", ".join(material.resource.label for materials in call.inputs.values() for material in materials)
    return ExpertError(
        f"{call.expert.model_id} takes more than {limit // 1_000_000:,} MB of memory for {given or 'this'}",
        hint="Give it less at once, or something smaller.",
        kind="too_large",
    )


def _limit_processor_time(seconds: float) -> None:
    """The kernel ends this process beyond what a call could use, in case the parent is not there to do it."""
    with suppress(ImportError):  # Windows
        import resource

        spent = resource.getrusage(resource.RUSAGE_SELF)
        most = int(spent.ru_utime + spent.ru_stime + seconds * (os.cpu_count() or 1)) + 2
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to the parent, taken from stdin and stdout. Libraries get an empty stdin, and print to stderr."""
    jobs, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return jobs, replies


def _read(jobs: BinaryIO, inbox: "SimpleQueue[bytes]") -> None:
    for line in jobs:
        inbox.put(line)
    os._exit(0)  # the parent is gone: no clean-up that a stuck library could hold up


if __name__ == "__main__":
    main()

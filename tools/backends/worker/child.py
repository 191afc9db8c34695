"""The process that experts run in: `python -m hugginggpt.tools.backends.worker.child`, fed and read by `workers.py`.

One JSON object a line: an `Order` comes in on stdin; out, on what was stdout, go any number of `Step`s, then a `Reply`.
Standard output itself is pointed at standard error first, so that a library that prints can't corrupt a reply. When
stdin closes, the parent is gone, however it died, and this process ends at once.
"""

import ctypes
import importlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import SimpleQueue
from typing import BinaryIO

from pydantic import TypeAdapter

from ....graph.call import Artifact, Call
from ....graph.errors import ExpertError, FailureKind
from ....graph.resource import Frozen
from ...media.memory_budget import address_space, guard
from .progress import Reading, Step, telling
from .sandbox import confine

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal this process gets when the thread that started it ends."""


class Order(Frozen):
    """What to run: `target` is `module:function`, a function from `Call` to a sequence of `Artifact`."""

    target: str
    call: Call


class Failure(Frozen):
    """An `ExpertError` on its way through the pipe."""

    message: str
    hint: str = ""
    kind: FailureKind = ""
    retryable: bool = False
    retry_after: float | None = None
    input_fault: bool = False

    @classmethod
    def of(cls, error: BaseException, what: str) -> "Failure":
        """The words for the user; the traceback of anything unforeseen stays in this process's stderr."""
        if isinstance(error, ExpertError):
            return cls(
                message=error.message, hint=error.hint, kind=error.kind, retryable=error.retryable,
                retry_after=error.retry_after, input_fault=error.input_fault,
            )  # fmt: skip
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        return cls(message=f"{what} failed: {reason}", retryable=isinstance(error, MemoryError | OSError))

    def error(self) -> ExpertError:
        """The error again, on the other side."""
        return ExpertError(**self.model_dump())


class Reply(Frozen):
    """What came of an order: artifacts, or why there are none."""

    artifacts: tuple[Artifact, ...] = ()
    failure: Failure | None = None


_lines: TypeAdapter[Step | Reading | Reply] = TypeAdapter(Step | Reading | Reply)


def read_line(line: bytes) -> Step | Reading | Reply:
    """What came out: none has a field of another."""
    return _lines.validate_json(line)


def main() -> None:
    """Serve orders, one at a time, until the parent is gone."""
    orders, replies = _pipes()
    confine(unix_sockets=bool(os.environ.get("HUGGINGGPT_UNIX_SOCKETS")))
    _die_with_parent()
    inbox: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_read, args=(orders, inbox), daemon=True).start()

    def send(line: Step | Reading | Reply) -> None:
        replies.write(line.model_dump_json().encode() + b"\n")
        replies.flush()

    memory = int(os.environ.get("HUGGINGGPT_CALL_MEMORY", "0"))
    guard(lambda label, seconds: send(Reading(reading=label, within=seconds)), limited=memory > 0)
    with telling(send):
        while True:
            send(serve(inbox.get(), memory))


def serve(line: bytes, memory: int = 0) -> Reply:
    """Do one order, with at most so much memory more. Whatever goes wrong is a reply too."""
    order = Order.model_validate_json(line)
    _limit_processor_time(order.call.timeout)
    try:
        order.call.check()
        function = find(order.target)
        with address_space(memory):
            return Reply(artifacts=tuple(function(order.call)))
    except MemoryError:
        traceback.print_exc()
        return Reply(failure=Failure.of(too_much_memory(order.call, memory), order.call.expert.model_id))
    except Exception as error:
        if not isinstance(error, ExpertError):
            traceback.print_exc()
        return Reply(failure=Failure.of(error, order.call.expert.model_id))


def too_much_memory(call: Call, most: int) -> ExpertError:
    """What a call died of that takes more memory than `most`; it names what went in."""
    given = ", ".join(material.resource.label for materials in call.inputs.values() for material in materials)
    return ExpertError(
        f"{call.expert.model_id} takes more than {most // 1_000_000:,} MB of memory for {given or 'this'}",
        hint="Give it less at once, or something smaller.",
        kind="too_large",
    )


def _limit_processor_time(seconds: float) -> None:
    """The kernel ends us beyond what a call could use, though the parent may not be there to do it."""
    with suppress(ImportError):  # Windows
        import resource

        spent = resource.getrusage(resource.RUSAGE_SELF)
        most = int(spent.ru_utime + spent.ru_stime + seconds * (os.cpu_count() or 1)) + 2
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def find(target: str) -> Callable[[Call], Sequence[Artifact]]:
    """The function that `module:function` names."""
    module, _, name = target.partition(":")
    function: Callable[[Call], Sequence[Artifact]] = getattr(importlib.import_module(module), name)
    return function


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take stdin and stdout for ourselves; libraries get an empty stdin, and stderr to print to."""
    orders, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return orders, replies


def _read(orders: BinaryIO, inbox: "SimpleQueue[bytes]") -> None:
    for line in orders:
        inbox.put(line)
    os._exit(0)  # the parent is gone: no clean-up that a stuck library could hold up


def _die_with_parent() -> None:
    """On Linux the kernel ends us too, even while a library holds the interpreter's lock."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main()

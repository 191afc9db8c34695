"""Functions that behave badly, for a worker process to run by name."""

import ctypes
import os
import sys
import time
from collections.abc import Sequence

from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.errors import ExpertError
from hugginggpt.tools.backends.worker.progress import report_step


def _text(text: str) -> Sequence[Artifact]:
    return [Artifact(output="text", kind="text", media_type="text/plain", text=text)]


def pid(call: Call) -> Sequence[Artifact]:
    """Returns the id of its process."""
    return _text(str(os.getpid()))


def chatter(call: Call) -> Sequence[Artifact]:
    """Prints where replies go, in Python and in C."""
    print("progress: 50%")
    os.write(1, b"\x00 not JSON\n")
    ctypes.CDLL(None).puts(b"from C")
    sys.stdout.flush()
    return _text("done")


def hang_in_c(call: Call) -> Sequence[Artifact]:
    """Sleeps in C and keeps the interpreter's lock: no thread, signal handler or exception of Python gets through."""
    (call.scratch / "pid").write_text(str(os.getpid()))
    ctypes.PyDLL(None).sleep(600)
    return []


def hang(call: Call) -> Sequence[Artifact]:
    """Sleeps; can be interrupted."""
    (call.scratch / "pid").write_text(str(os.getpid()))
    time.sleep(600)
    return []


def crash(call: Call) -> Sequence[Artifact]:
    """A segmentation fault, after a line on standard error."""
    print("loading weights: out of cheese", file=sys.stderr, flush=True)
    ctypes.string_at(0)
    return []


def refuse(call: Call) -> Sequence[Artifact]:
    """Fails as an expert should."""
    raise ExpertError("the picture is upside down", hint="turn it", retryable=True, input_fault=True)


def fail(call: Call) -> Sequence[Artifact]:
    """Fails as an expert does."""
    raise KeyError("weights")


def environment(call: Call) -> Sequence[Artifact]:
    """Returns the environment that it inherited."""
    return _text("\n".join(f"{name}={value}" for name, value in sorted(os.environ.items())))


def step(call: Call) -> Sequence[Artifact]:
    """Reports three steps, and crashes after the second if its text is `crash`."""
    for done in (1, 2, 3):
        report_step("knitting", done, 3, "rows")
        if done == 2 and call.text("items") == "crash":
            ctypes.string_at(0)
    return _text("a sock")

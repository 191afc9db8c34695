"""`WarmCommands`: runs the command in processes that are forked from one which has imported it already.

A command is a process of its own as ever, with its own signals, folder, environment and streams. It starts in 0.4 s of
processor time in place of 2. Start-up itself (imports, interpreter options) is tested by commands that start cold.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

_IMPORTED = ("graph", "nodes", "checkpoints", "apps", "tools.controllers", "tools.chat_models", "tools.catalog",
             "tools.files", "tools.net", "tools.redaction", "tools.recording")  # fmt: skip
"""Without the experts: their libraries start threads, and a process with threads must not fork."""
TIMEOUT_S = 120


class WarmCommands:
    """A process that waits for commands; one for each process of the tests, started at the first command."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("HUGGINGGPT", "OPENAI", "HF_"))}
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=environment | {"OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
        )
        theirs.close()
        self._asked = ours
        atexit.register(self.close)

    def close(self) -> None:
        """End the process; commands that run go on."""
        self._asked.close()
        self._process.wait()

    def run(
        self, words: Sequence[str], cwd: Path, env: Mapping[str, str], lines: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        """Run one command to its end. Raises `subprocess.TimeoutExpired` after `TIMEOUT_S` seconds, and kills it.

        `lines`: what it reads from its standard input, a pipe.
        """
        heard, reports = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        given = _pipe_with(lines) if lines else os.open(os.devnull, os.O_RDONLY)
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err, heard, reports:
            asked = json.dumps({"words": words, "cwd": str(cwd), "env": dict(env)}).encode()
            socket.send_fds(self._asked, [asked], [reports.fileno(), out.fileno(), err.fileno(), given])
            os.close(given)
            reports.close()
            heard.settimeout(TIMEOUT_S)
            process_id = int(heard.recv(32))
            try:
                code = int(heard.recv(32))
            except TimeoutError:
                os.kill(process_id, signal.SIGKILL)
                raise subprocess.TimeoutExpired(list(words), TIMEOUT_S) from None
            return subprocess.CompletedProcess(list(words), code, _all_of(out), _all_of(err))


def _pipe_with(lines: str) -> int:
    """The end to read from of a pipe with a few lines, which is closed at the other."""
    read_end, write_end = os.pipe()
    os.write(write_end, lines.encode())
    os.close(write_end)
    return read_end


def _all_of(file: "tempfile._TemporaryFileWrapper[str]") -> str:
    file.seek(0)
    return file.read()


def _serve(asked: socket.socket) -> None:
    """Fork for each command, until the tests close their end."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies: what waits for a command is a process too
    while True:
        message, fds, _, _ = socket.recv_fds(asked, 1 << 20, 4)
        if not message:
            return
        if os.fork() == 0:
            asked.close()
            _watch(json.loads(message), fds)
        for fd in fds:
            os.close(fd)


def _watch(command: Mapping[str, object], fds: Sequence[int]) -> None:
    """Run the command in a process, and report its id and its exit code as `subprocess` does."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    reports, out, err, given = fds
    process_id = os.fork()
    if process_id == 0:
        os.close(reports)
        os.dup2(given, 0)
        os.dup2(out, 1)
        os.dup2(err, 2)
        _become(command)
    os.write(reports, b"%d" % process_id)
    os.write(reports, b"%d" % os.waitstatus_to_exitcode(os.waitpid(process_id, 0)[1]))
    os._exit(0)


def _become(command: Mapping[str, object]) -> None:
    """Be the process of `python -m hugginggpt.apps`."""
    from hugginggpt.apps.cli.app import main

    os.chdir(str(command["cwd"]))
    os.environ.clear()
    os.environ.update(command["env"])  # type: ignore[call-overload]
    sys.argv = ["hugginggpt", *command["words"]]  # type: ignore[misc]
    main()


def _plan_once() -> None:
    """Compile the rule-based controller's expressions, which takes as long as the rest of a small run."""
    from hugginggpt.graph.result import Request
    from hugginggpt.tools.controllers.rules.controller import propose

    propose(Request(text="Summarise 'a long text', translate it into German and say the result aloud"))


def _import_all() -> None:
    for name in _IMPORTED:
        package = importlib.import_module(f"hugginggpt.{name}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)


if __name__ == "__main__":
    _import_all()
    _plan_once()
    gc.freeze()  # a collection in a child would copy every page
    _serve(socket.socket(fileno=int(sys.argv[1])))

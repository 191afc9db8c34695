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
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Self, TextIO

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
        self, words: Sequence[str], cwd: Path, env: Mapping[str, str], lines: str = "", code: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        """Run one command to its end. Raises `subprocess.TimeoutExpired` after `TIMEOUT_S` seconds, and kills it.

        `lines`: what it reads from its standard input, a pipe. `code`: Python to run in place of the command.
        """
        given = _pipe_with(lines) if lines else os.open(os.devnull, os.O_RDONLY)
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            process = self.start(words, cwd, env, (given, out.fileno(), err.fileno()), code)
            os.close(given)
            try:
                process.wait(TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
            return subprocess.CompletedProcess(list(words), process.wait(), _all_of(out), _all_of(err))

    def piped(self, words: Sequence[str], cwd: Path, env: Mapping[str, str], code: str = "") -> "Forked":
        """Start a command that writes to pipes."""
        (out, to_out), (err, to_err), given = os.pipe(), os.pipe(), os.open(os.devnull, os.O_RDONLY)
        process = self.start(words, cwd, env, (given, to_out, to_err), code)
        for fd in (given, to_out, to_err):
            os.close(fd)
        process.stdout, process.stderr = os.fdopen(out), os.fdopen(err)
        return process

    def start(
        self, words: Sequence[str], cwd: Path, env: Mapping[str, str], streams: tuple[int, int, int], code: str = ""
    ) -> "Forked":
        """Start a command with these files as its standard streams."""
        heard, reports = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        asked = json.dumps({"words": words, "cwd": str(cwd), "env": dict(env), "code": code}).encode()
        with reports:
            socket.send_fds(self._asked, [asked], [reports.fileno(), *streams])
        return Forked(words, heard)


class Forked:
    """A process that runs, with the part of `subprocess.Popen` that tests use."""

    stdout: TextIO
    stderr: TextIO

    def __init__(self, words: Sequence[str], heard: socket.socket) -> None:
        self._words, self._heard = list(words), heard
        self.pid = int(heard.recv(32))
        self.returncode: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises `subprocess.TimeoutExpired` where it runs on after `timeout` seconds."""
        if self.returncode is None:
            self._heard.settimeout(timeout)
            try:
                self.returncode = int(self._heard.recv(32))
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired(self._words, timeout or 0.0) from None
            self._heard.close()
        return self.returncode

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """All that it writes to its pipes from now on, once it has ended."""
        with ThreadPoolExecutor(2) as pool:
            out, err = pool.submit(self.stdout.read), pool.submit(self.stderr.read)
            try:
                self.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        return out.result(), err.result()

    def send_signal(self, number: int) -> None:
        """Send it, unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Send SIGKILL, unless the process has ended."""
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stdout.close()
        self.stderr.close()
        self.wait()


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
    reports, *streams = fds
    process_id = os.fork()
    if process_id == 0:
        os.close(reports)
        for number, fd in enumerate(streams):
            os.dup2(fd, number)
            os.close(fd)
        _become(command)
    for fd in streams:
        os.close(fd)  # a pipe ends with its writer
    os.write(reports, b"%d" % process_id)
    os.write(reports, b"%d" % os.waitstatus_to_exitcode(os.waitpid(process_id, 0)[1]))
    os._exit(0)


def _become(command: Mapping[str, object]) -> None:
    """Be the process of `python -m hugginggpt.apps`, or of `python -c`."""
    from hugginggpt.apps.cli.app import main

    os.chdir(str(command["cwd"]))
    os.environ.clear()
    os.environ.update(command["env"])  # type: ignore[call-overload]
    sys.argv = ["hugginggpt", *command["words"]]  # type: ignore[misc]
    if command["code"]:
        exec(str(command["code"]), {"__name__": "__main__"})
    else:
        main()
    sys.exit()


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
    from hugginggpt.apps.cli.garbage import collect_seldom

    _import_all()
    _plan_once()
    collect_seldom()  # as the command does; a child has what its parent set
    gc.freeze()  # a collection in a child would copy every page
    _serve(socket.socket(fileno=int(sys.argv[1])))

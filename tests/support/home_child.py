"""A process on a home: opens, closes, reads and writes on request. Processes are forked from one that has imported all.

`open` and `close` add and remove an opener (there may be several at once in a process), `write ID` records a run by one of
them and answers `ID` once it is durable, `read` counts the runs, `prepare` makes the home ready as a new world does.
"""

import asyncio
import multiprocessing
import random
from collections.abc import Iterable
from multiprocessing.connection import Connection
from pathlib import Path

from hugginggpt.checkpoints.database import Database
from hugginggpt.checkpoints.home import prepare_home
from hugginggpt.checkpoints.ledger import SqliteLedger
from hugginggpt.graph.result import Request, Run

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["hugginggpt.checkpoints.ledger"])


class HomeProcess:
    """The parent's side of such a process."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.start()

    def start(self) -> None:
        """Start a new process."""
        self._connection, theirs = _processes.Pipe()
        self._process = _processes.Process(target=serve, args=(self._home, theirs), daemon=True)
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int | None:
        """Its process id."""
        return self._process.pid

    def ask(self, lines: Iterable[str]) -> None:
        """Send requests, one after the other."""
        for line in lines:
            self._connection.send(line)

    def answer(self) -> str:
        """The answer to the next request."""
        return str(self._connection.recv())

    def kill(self) -> None:
        """Send SIGKILL."""
        self._process.kill()
        self._process.join()
        self._connection.close()


def serve(home: Path, connection: Connection) -> None:
    """The child's side: serve until killed."""
    opened: list[SqliteLedger] = []
    while True:
        word, _, rest = connection.recv().partition(" ")
        if word == "open" or not opened:
            opened.append(SqliteLedger(Database(home)))
        ledger = random.choice(opened)
        if word == "write":
            run = Run(run_id=rest, thread_id=rest, request=Request(text="x" * random.randrange(2000)), version="1")
            asyncio.run(ledger.runs.start(run))
        elif word == "close":
            opened.remove(ledger)
            ledger.close()
            ledger.database.close()
        elif word == "prepare":
            prepare_home(home)
        else:
            asyncio.run(ledger.database.read(lambda db: db.execute("SELECT count(*) FROM runs").fetchone()))
        connection.send(rest or word)

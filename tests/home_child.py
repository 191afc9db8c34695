"""One of several processes on one home: opens, closes, reads and writes as it is asked on stdin, a line each.

`open` and `close` add and remove an opener (there may be several at once in this process), `write ID` records a run by
one of them and answers `ID` once it is durable, `read` counts the runs, `prepare` makes the home ready as a new world does.
"""

import asyncio
import random
import sys
from pathlib import Path

from hugginggpt.checkpoints.database import Database
from hugginggpt.checkpoints.home import prepare_home
from hugginggpt.checkpoints.ledger import SqliteLedger
from hugginggpt.graph.result import Request, Run


def main(home: Path) -> None:
    """Answer every line of stdin with one of stdout."""
    opened: list[SqliteLedger] = []
    print("ready", flush=True)
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        if word == "open" or not opened:
            opened.append(SqliteLedger(Database(home)))
        ledger = random.choice(opened)
        if word == "write":
            run = Run(run_id=rest, thread_id=rest, request=Request(text="x" * random.randrange(2000)), version="1")
            asyncio.run(ledger.start_run(run))
        elif word == "close":
            opened.remove(ledger)
            ledger.close()
            ledger.database.close()
        elif word == "prepare":
            prepare_home(home)
        else:
            asyncio.run(ledger.database.read(lambda db: db.execute("SELECT count(*) FROM runs").fetchone()))
        print(rest or word, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""`postgres`: a PostgreSQL server of its own on a Unix socket, where its programs are installed."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNPRIVILEGED = 65534
"""PostgreSQL refuses to run as root: then as this user, `nobody`."""


def program(name: str) -> str | None:
    """A program of PostgreSQL; Debian keeps them out of PATH."""
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(kept[-1]) if kept else shutil.which(name)


def why_none() -> str:
    """Why there is no server; empty where one can be started."""
    try:
        import psycopg  # noqa: F401
        from langgraph.checkpoint import postgres as _  # noqa: F401
    except ImportError as error:
        return f"needs langgraph-checkpoint-postgres and psycopg ({error})"
    return "" if program("initdb") and program("postgres") else "needs PostgreSQL (initdb, postgres)"


@contextmanager
def postgres() -> Iterator[str]:
    """The connection string of a server, while the body runs."""
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp") as folder:  # a socket's path may have 107 characters
        as_user = {"user": UNPRIVILEGED} if os.geteuid() == 0 else {}
        data = Path(folder) / "data"
        if as_user:
            os.chown(folder, UNPRIVILEGED, -1)
        common = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **as_user}
        make = [str(program("initdb")), "-D", str(data), "-U", "hugginggpt", "-A", "trust", "--no-sync", "-E", "UTF8"]
        subprocess.run([*make, "--locale=C"], check=True, **common)  # type: ignore[call-overload]
        quick = ["-c", "fsync=off", "-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}"]
        serve = [str(program("postgres")), "-D", str(data), *quick]
        server = subprocess.Popen(serve, **common)  # type: ignore[call-overload]
        try:
            yield _ready(f"host={folder} user=hugginggpt dbname=postgres")
        finally:
            server.terminate()
            server.wait(20)


def _ready(address: str) -> str:
    """The address, once the server accepts connections there."""
    import psycopg
    from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

    for attempt in Retrying(
        retry=retry_if_exception_type(psycopg.OperationalError),
        wait=wait_fixed(0.05),
        stop=stop_after_delay(20),
        reraise=True,
    ):
        with attempt:
            psycopg.connect(address).close()
    return address

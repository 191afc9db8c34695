"""`end_in_time`: LangSmith's client does not hold a process that has ended its work, where its server does not answer.

Its threads would hold it for minutes. A server that has answered gets all the time that LangSmith's client allows itself.
"""

import atexit
import sys
from threading import Event, Lock, Thread
from typing import Any

PATIENCE = 1.5
"""Seconds that a server which never answered has, after the last line of the program."""
_lock = Lock()
_answered = Event()
"""LangSmith's server has answered this process."""


def end_in_time() -> None:
    """Make LangSmith's client of this process, where tracing is on and none is made yet; a client made before stays."""
    from langsmith import Client, configure, run_trees, utils

    if not utils.tracing_is_enabled() or run_trees._CLIENT is not None:
        return
    with _lock:
        if run_trees._CLIENT is None:
            configure(client=_without_holding(Client)())
            atexit.register(_send_the_rest)


def unsent(client: Any, patience: float) -> str:
    """Why traces are not all sent `patience` seconds from now; empty where they are, which may be sooner."""
    sending = Thread(target=client.flush, kwargs={"timeout": patience}, daemon=True)  # not all of it keeps its timeout
    sending.start()
    sending.join(patience)
    queue = getattr(client, "tracing_queue", None)
    return f"no answer within {patience:g} s" if sending.is_alive() or (queue and queue.unfinished_tasks) else ""


def _without_holding(base: type[Any]) -> type[Any]:
    """LangSmith's client with threads that end with the process, as its LANGSMITH_USE_DAEMON has them.

    Set in the environment, it would hold for clients that the program makes for itself, which no one would wait for.
    """

    class Client(base):  # type: ignore[misc]
        _use_daemon_threads = property(lambda _: True, lambda *_: None)

        def request_with_retries(self, *args: Any, **given: Any) -> Any:
            """As LangSmith's. Its first request, by a thread that the constructor starts, may end before that does."""
            answer = super().request_with_retries(*args, **given)
            _answered.set()
            return answer

    return Client


def _send_the_rest() -> None:
    from langsmith import run_trees

    client = run_trees._CLIENT
    if client is None:
        return
    why = unsent(client, PATIENCE)
    if _answered.is_set():
        client.flush()
    elif why:
        sys.stderr.write(f"traces were not all sent to LangSmith: {why}\n")

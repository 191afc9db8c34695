"""LangGraph Server with our `langgraph.json` and the scripted graph of `studio_graph.py`, and its client."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from paths import ROOT, SUPPORT


@contextmanager
def served(
    folder: Path, *, module: str = "studio_graph", checkpointer: bool = False, **variables: str
) -> Iterator[tuple[LangGraphClient, subprocess.Popen[bytes]]]:
    """A server in `folder` with our configuration, and more graphs, which are scripted, of a module beside this one.

    `checkpointer`: it has a saver of its own too. `variables`: of its process.
    """
    config = json.loads((ROOT / "langgraph.json").read_text())
    config["graphs"]["scripted"] = f"{SUPPORT / module}.py:make_graph"
    if checkpointer:
        config["checkpointer"] = {"path": f"{SUPPORT / module}.py:make_checkpointer"}
    else:
        config["graphs"]["speaking"] = f"{SUPPORT / module}.py:make_speaking"
        config["graphs"]["asking"] = f"{SUPPORT / module}.py:make_asking"
    (folder / "langgraph.json").write_text(json.dumps(config))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "langgraph_cli", "dev", "--no-browser", "--no-reload", "--host", "127.0.0.1",
        "--port", str(port), "--config", str(folder / "langgraph.json"),
    ]  # fmt: skip
    env = os.environ | {
        "HUGGINGGPT_HOME": str(folder / "home"),
        "HUGGINGGPT_LLM": "",
        "LANGSMITH_TRACING": "false",
        "PYTHONPATH": str(SUPPORT),
        **variables,
    }
    with (folder / "server.log").open("ab") as log:
        server = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(url, server, folder / "server.log")
        yield get_client(url=url, api_key=None), server
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_until_up(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    while True:
        try:
            if httpx.get(f"{url}/ok", timeout=5).is_success:
                return
        except httpx.HTTPError:
            pass
        assert server.poll() is None, log.read_text()[-2000:]
        time.sleep(0.1)  # a server that is starting has no event to wait for


def client_of(server: str) -> LangGraphClient:
    """A client of this test's own event loop."""
    return get_client(url=server, api_key=None)


async def started(client: LangGraphClient, thread: str) -> str:
    """Start the scripted graph and wait until task 1 has begun; returns the server's id of the run."""
    run = ""
    async for part in client.runs.stream(
        thread, "scripted", input={"request": "go"}, stream_mode="custom", stream_subgraphs=True
    ):
        run = part.data["run_id"] if part.event == "metadata" else run
        if part.event.startswith("custom") and part.data["event"] == "task_started" and part.data["key"] == "1":
            break
    return run


async def called(folder: Path, key: str) -> int:
    """Wait until the backend has begun the call for a task; returns the number of calls so far.

    The event `task_started` comes before the call itself: a busy machine may show it to the client first.
    """
    async with asyncio.timeout(60):
        while True:
            if (made := calls(folder))[-1:] == [key]:
                return len(made)
            await asyncio.sleep(0.05)


def calls(folder: Path) -> list[str]:
    """Keys of the calls begun so far."""
    lines = (
        json.loads(line) for line in (folder / "calls.jsonl").read_text().splitlines(keepends=True) if "\n" in line
    )
    return [line["key"] for line in lines if line["event"] == "started"]

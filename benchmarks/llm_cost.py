"""LLM cost: calls, prompt characters and wall time of a chat model as controller, against the critical path.

    python benchmarks/llm_cost.py [--call 0.3] [--expert 0.2] [--json FILE]

A local server answers OpenAI's API in `--call` seconds; every expert takes `--expert` seconds; each type has three
candidates, so that the controller has to choose. Planning, selection, scheduling, ledger and
checkpoints are the real ones. The critical path is plan + one choice + the longest chain of experts + answer. JARVIS with
the same latencies (our measurement): 16 tasks of 4 types: 18 calls, 54,500 characters, 3.3 to 3.8 s; a chain of 6: 8 calls,
25,200 characters, 6.2 to 7.1 s.
"""

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from hugginggpt.apps.session import Session
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.scripted import (
    Received,
    Reply,
    ScriptedBackend,
    ScriptedCatalog,
    chat,
    scripted_expert,
    serve,
    stage_of,
)

TEXT_TYPES = ("summarization", "translation", "text-generation", "conversational")
DESCRIPTION = "A model for tests, with a description as long as those of the Hub are when they are cut to what fits. "


def chain(number: int) -> list[dict[str, Any]]:
    """Each task takes the result of the one before; four types in turn."""
    return [_task(n, TEXT_TYPES[n % 4], "start" if n == 0 else f"<resource>-{n - 1}") for n in range(number)]


def flat(number: int) -> list[dict[str, Any]]:
    """Independent tasks; four types in turn."""
    return [_task(n, TEXT_TYPES[n % 4], f"text {n}") for n in range(number)]


def _task(number: int, name: str, text: str) -> dict[str, Any]:
    port = {"text-generation": "prompt"}.get(name, "text")
    dep = [int(text.rsplit("-", 1)[1])] if text.startswith("<resource>") else [-1]
    return {"task": name, "id": number, "dep": dep, "args": {port: text}}


PLANS = {"1 task": flat(1), "chain of 6": chain(6), "16 of 4 types": flat(16), "40 of 4 types": flat(40)}


def experts() -> list[Any]:
    """Three experts of each type."""
    return [
        scripted_expert(name, f"org/{name}-{n}", downloads=1000 - n, description=DESCRIPTION)
        for name in TEXT_TYPES
        for n in range(3)
    ]


async def measure(plan: list[dict[str, Any]], call: float, expert: float) -> dict[str, Any]:
    """One run: its calls by the ledger, its characters by the server."""

    def model(received: Received) -> Reply:
        time.sleep(call)
        if stage_of(received) == "answer":
            return chat("All of it is done [0].")
        if "You plan" in received.json["messages"][0]["content"]:
            return chat(json.dumps({"tasks": plan, "refusals": []}))
        offered = received.json["messages"][-1]["content"]
        name = next(name for name in TEXT_TYPES if f"org/{name}-0" in offered)
        return chat(json.dumps({"id": f"org/{name}-1", "reason": "It fits."}))

    longest = max(_depths(plan).values())
    with serve(model) as server, tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), llm=f"openai:m@{server.url}/v1", retries=0)
        backend = ScriptedBackend(latency=expert)
        async with open_world(settings, catalog=ScriptedCatalog(experts()), backends=[backend]) as world:
            session = Session(world)
            started = time.perf_counter()
            async for event in session.start("Do all of it", thread_id="t"):
                last = event
            wall = time.perf_counter() - started
            calls = await world.ledger.llm_calls.of_run(last.run_id)
    return {
        "status": getattr(last, "status", ""),
        "calls": len(calls),
        "characters": sum(len(received.body) for received in server.requests),
        "wall": round(wall, 2),
        "critical_path": round(3 * call + longest * expert, 2),
    }


def _depths(plan: list[dict[str, Any]]) -> dict[int, int]:
    depths: dict[int, int] = {}
    for task in plan:
        depths[task["id"]] = 1 + max((depths[dep] for dep in task["dep"] if dep >= 0), default=0)
    return depths


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--call", type=float, default=0.3, help="seconds a call to the model")
    parser.add_argument("--expert", type=float, default=0.2, help="seconds an expert")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    asyncio.run(measure(PLANS["1 task"], 0.0, 0.0))  # warm-up: imports and the first database pages are not measured
    figures = {name: asyncio.run(measure(plan, options.call, options.expert)) for name, plan in PLANS.items()}
    print(f"{'plan':<16}{'calls':>6}{'characters':>12}{'wall s':>8}{'critical':>10}")
    for name, row in figures.items():
        print(f"{name:<16}{row['calls']:>6}{row['characters']:>12,}{row['wall']:>8}{row['critical_path']:>10}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()

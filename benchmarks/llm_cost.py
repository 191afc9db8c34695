"""LLM cost: calls, prompt characters and wall time with a chat model as controller, beside smolagents and JARVIS.

    python benchmarks/llm_cost.py [--call 0.3] [--expert 0.2] [--runs 3] [--json FILE]

A local server answers OpenAI's API in `--call` seconds; every expert takes `--expert` seconds. Planning, selection,
scheduling, ledger and checkpoints are the real ones, with the command's garbage collection for all; medians of
`--runs`. The critical path is plan + the longest chain of experts + answer, where an answer is written. t1 one task,
c6 a chain of six, p16 four chains of four, f40 forty independent tasks; each type has three candidates of one kind, or
(`open`) a second one that is made for what the request asks.
Characters are those of whole requests, schemas included. The last table streams a 16-task plan at 50 tokens a second: when
the first expert starts, measured from the end of the plan.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import beside_smolagents

from hugginggpt.apps.cli.garbage import collect_seldom
from hugginggpt.apps.session import Session
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.scripted import (
    Received,
    Reply,
    ScriptedBackend,
    ScriptedCatalog,
    ScriptedChatModel,
    scripted_expert,
    serve,
    stage_of,
)

WORDS = {
    "summarization": "summarise {}",
    "translation": "translate {} into French",
    "text-generation": "write a story about {}",
    "conversational": "reply to {}",
}
TYPES = tuple(WORDS)
DESCRIPTION = "A model for tests, with a description as long as those of the Hub are when they are cut to what fits. "
SPECIAL = "Made for boats. "
Plan = list[dict[str, Any]]


def chains(number: int, length: int) -> Plan:
    """So many chains: each task takes the result of the one before; the types in turn."""
    return [
        _task(n, f"'boat {n // length}'" if n % length == 0 else f"<resource>-{n - 1}") for n in range(number * length)
    ]


def _task(number: int, source: str) -> dict[str, Any]:
    name = TYPES[number % len(TYPES)]
    port = {"text-generation": "prompt"}.get(name, "text")
    follows = source.startswith("<resource>")
    goal = WORDS[name].format("it" if follows else source)
    dep = [int(source.rsplit("-", 1)[1])] if follows else [-1]
    parameters = {"target_language": "fr"} if name == "translation" else {}
    return {"task": name, "id": number, "dep": dep, "args": {port: source.strip("'")} | parameters, "goal": goal}


PLANS = {"t1": chains(1, 1), "c6": chains(1, 6), "p16": chains(4, 4), "f40": chains(40, 1)}


def request_of(plan: Plan) -> str:
    """The goals of a plan as a request."""
    text = ", ".join(task["goal"] for task in plan)
    return text[0].upper() + text[1:]


def experts(description: str) -> list[Any]:
    """Three of each type; the second says `description` before what all say."""
    return [
        scripted_expert(
            name, f"org/{name}-{n}", downloads=1000 - n, description=(description if n == 1 else "") + DESCRIPTION
        )
        for name in TYPES
        for n in range(3)
    ]


async def measure(plan: Plan, call: float, expert: float, *, open_choices: bool = False) -> dict[str, float]:
    """One run: its calls by the ledger, its characters by the server."""
    scripted = ScriptedChatModel(plan, answer="All of it is done [0].", choice=lambda ids: ids[1])

    def model(received: Received) -> Reply:
        time.sleep(call)
        return scripted(received)

    with serve(model) as server, tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), llm=f"openai:m@{server.url}/v1", retries=0)
        catalog = ScriptedCatalog(experts(SPECIAL if open_choices else ""))
        async with open_world(settings, catalog=catalog, backends=[ScriptedBackend(latency=expert)]) as world:
            started = time.perf_counter()
            async for event in Session(world).start(request_of(plan), thread_id="t"):
                last = event
            wall = time.perf_counter() - started
            calls = await world.ledger.llm_calls.of_run(last.run_id)
    if getattr(last, "status", "") != "succeeded":
        raise SystemExit(f"the run is {last}")
    answered = any(row.stage == "answer" for row in calls)
    path = call * (1 + answered) + max(_depths(plan).values()) * expert
    characters = sum(len(received.body) for received in server.requests)
    return {"wall": wall, "calls": len(calls), "characters": characters, "path": path}


async def first_start(plan: Plan, tokens_a_second: float = 50.0) -> float:
    """Seconds from the end of a streamed plan, as the server has written it, to the start of the first expert."""
    ended = 0.0
    model = ScriptedChatModel(plan, answer="Done [0].", seconds=24 / 4 / tokens_a_second)

    def noting_the_end(chunks: Iterable[bytes]) -> Iterator[bytes]:
        nonlocal ended
        yield from chunks
        ended = time.time()

    def timed(received: Received) -> Reply:
        reply = model(received).to(received)
        return replace(reply, chunks=noting_the_end(reply.chunks)) if stage_of(received) == "plan" else reply

    with serve(timed) as server, tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), llm=f"openai:m@{server.url}/v1", retries=0)
        backend = ScriptedBackend(log=Path(home) / "log.jsonl")
        async with open_world(settings, catalog=ScriptedCatalog(experts("")), backends=[backend]) as world:
            async for _ in Session(world).start(request_of(plan), thread_id="t"):
                pass
            first = json.loads((Path(home) / "log.jsonl").read_text().splitlines()[0])
    return float(first["time"]) - ended


def _depths(plan: Plan) -> dict[int, int]:
    depths: dict[int, int] = {}
    for task in plan:
        depths[task["id"]] = 1 + max((depths[dep] for dep in task["dep"] if dep >= 0), default=0)
    return depths


def _median(rows: list[dict[str, float]]) -> dict[str, float]:
    return {key: round(statistics.median(row[key] for row in rows), 2) for key in rows[0]}


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--call", type=float, default=0.3, help="seconds a call to the model")
    parser.add_argument("--expert", type=float, default=0.2, help="seconds an expert")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, one after the other; medians are printed")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    given = parser.parse_args()
    collect_seldom()
    asyncio.run(measure(PLANS["t1"], 0.0, 0.0))  # warm-up: imports and the first database pages are not measured
    rows: dict[str, dict[str, dict[str, float]]] = {}
    for name, plan in PLANS.items():
        runs: dict[str, list[dict[str, float]]] = {}
        for _ in range(given.runs):
            for what, is_open in (("ours", False), ("ours, choices open", True)):
                runs.setdefault(what, []).append(
                    asyncio.run(measure(plan, given.call, given.expert, open_choices=is_open))
                )
            if beside_smolagents.available():
                for what, code in (("smolagents, one code block", True), ("smolagents, parallel tools", False)):
                    figures = beside_smolagents.measure(plan, request_of(plan), given.call, given.expert, code=code)
                    runs.setdefault(what, []).append(figures)
        rows[name] = {what: _median(figures) for what, figures in runs.items()}
        wall, calls, characters = beside_smolagents.RECORDED[name]
        rows[name]["JARVIS, as recorded"] = {"wall": wall, "calls": calls, "characters": characters}
    print(f"{'':<30}" + "".join(f"{name:>26}" for name in rows))
    for what in rows["t1"]:
        cells = [row[what] for row in rows.values()]
        shown = [f"{c['wall']:.2f} s {int(c['calls']):>3} {int(c['characters']):>9,}" for c in cells]
        print(f"{what:<30}" + "".join(f"{text:>26}" for text in shown))
    print(f"{'critical path':<30}" + "".join(f"{row['ours']['path']:>10.2f} s{'':>14}" for row in rows.values()))
    start = statistics.median(asyncio.run(first_start(PLANS["p16"])) for _ in range(given.runs))
    print(f"16 tasks, streamed: the first expert starts {start:.2f} s after the end of the plan")
    if given.json:
        given.json.write_text(json.dumps(rows | {"first_start": start}, indent=2) + "\n")


if __name__ == "__main__":
    main()
